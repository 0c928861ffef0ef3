#include "net/loopback_pair.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/limits.h"
#include "net/listen.h"

namespace airgap {
namespace {

constexpr int kAcceptTimeoutMs = 1000;
constexpr int kAcceptAttempts = 16;

// Bounded kernel memory for each pumped connection.
void SetBufferSizes(int fd) {
  int bytes = static_cast<int>(limits::pump_socket_buffer_bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void SetNoDelay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

sockaddr_in LoopbackAddress(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

Result<LoopbackPairSource> LoopbackPairSource::Open() {
  LoopbackPairSource source;
  source.listener_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address = LoopbackAddress(0);
  if (!source.listener_.valid() ||
      bind(source.listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(errno, "cannot make a loopback socket");
  }
  SetBufferSizes(source.listener_.get());
  if (listen(source.listener_.get(), kAcceptAttempts) != 0) {
    return ErrnoStatus(errno, "cannot listen on loopback");
  }
  return source;
}

Result<LoopbackPair> LoopbackPairSource::Make() {
  LoopbackPair pair;
  pair.client = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!pair.client.valid()) return ErrnoStatus(errno, "cannot make a socket");
  SetBufferSizes(pair.client.get());
  SetNoDelay(pair.client.get());
  sockaddr_in address = LoopbackAddress(LocalPort(listener_.get()));
  if (connect(pair.client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(errno, "cannot connect over loopback");
  }
  fcntl(pair.client.get(), F_SETFL, O_NONBLOCK);
  uint16_t port = LocalPort(pair.client.get());
  // Another program of this machine may connect to our port too: it is turned away.
  for (int attempt = 0; attempt < kAcceptAttempts; ++attempt) {
    pollfd ready{listener_.get(), POLLIN, 0};
    if (poll(&ready, 1, kAcceptTimeoutMs) != 1) break;
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    pair.server = UniqueFd(accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                                   SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!pair.server.valid() || ntohs(peer.sin_port) != port) continue;
    SetNoDelay(pair.server.get());
    return pair;
  }
  return Unavailable("cannot accept over loopback");
}

bool KernelHasTls(LoopbackPairSource* pairs) {
  Result<LoopbackPair> pair = pairs->Make();
  return pair.ok() &&
         setsockopt(pair->client.get(), IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") == 0;
}

}  // namespace airgap
