#include "net/socket_pair.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/limits.h"

namespace airgap {
namespace {

// Bounded kernel memory for each pumped connection.
void SetBufferSizes(int fd) {
  int bytes = static_cast<int>(limits::pump_socket_buffer_bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace

Result<SocketPair> SocketPair::Make() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return ErrnoStatus(errno, "cannot make a pair of sockets");
  }
  SocketPair pair;
  pair.server = UniqueFd(ends[0]);
  pair.client = UniqueFd(ends[1]);
  SetBufferSizes(pair.server.get());
  SetBufferSizes(pair.client.get());
  return pair;
}

// The kernel wants a connection to say yes: one of loopback with itself.
bool KernelHasTls() {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* name = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  return listener.valid() && client.valid() && bind(listener.get(), name, length) == 0 &&
         listen(listener.get(), 1) == 0 && getsockname(listener.get(), name, &length) == 0 &&
         connect(client.get(), name, length) == 0 &&
         setsockopt(client.get(), IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") == 0;
}

}  // namespace airgap
