// Listen addresses and the sockets made from them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

// "ADDR:PORT", "[v6]:PORT" or ":PORT" (every address).
struct ListenAddress {
  std::string host;  // numeric; empty: every address
  uint16_t port = 0;

  static Result<ListenAddress> Parse(std::string_view text);
  std::string ToString() const;
};

// A non-blocking TCP socket that listens there. ":PORT" takes IPv6 and IPv4, or IPv4 alone on a
// machine without IPv6.
Result<UniqueFd> ListenTcp(const ListenAddress& address);

// The port that a socket is bound to.
uint16_t LocalPort(int fd);

// "10.0.0.7", "fd00::1": an IPv4 address that came over an IPv6 socket is shown as IPv4.
std::string FormatAddress(const sockaddr* address);

// Raises the number of files this process may hold open as far as the system allows.
void RaiseOpenFilesLimit();

}  // namespace airgap
