// UDP sockets as TFTP needs them: requests with the address they came to, and one connected
// socket (RFC 1350 "TID") for each transfer.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "net/listen.h"

namespace airgap {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::string Key() const;  // equal for equal address and port
};

struct TftpDatagram {
  SocketAddress from;
  SocketAddress to;  // our address, port 0; size 0 when the system did not say
  std::vector<uint8_t> bytes;
};

// Non-blocking. ":PORT" takes IPv6 and IPv4, or IPv4 alone on a machine without IPv6.
Result<UniqueFd> ListenUdp(const ListenAddress& address);

// The next request, cut after limits::tftp_request_max_bytes + 1; nothing when none waits.
std::optional<TftpDatagram> ReceiveTftpRequest(int listen_fd);

// A non-blocking socket on a port of its own, from the address the client knows, that hears only
// this client.
Result<UniqueFd> OpenTransferSocket(const TftpDatagram& request);

// What fits into one unfragmented DATA packet on the route of a connected socket.
size_t LargestTftpBlock(int fd);

// The next packet of a transfer into `buffer`.
enum class ReceiveOutcome { kPacket, kNothing, kClientGone };
ReceiveOutcome ReceiveTftpReply(int fd, std::vector<uint8_t>* buffer);

}  // namespace airgap
