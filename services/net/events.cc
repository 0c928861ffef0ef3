#include "net/events.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace airgap {
namespace {

// Members of the socket's group may send.
constexpr mode_t kSocketMode = 0660;

bool FillAddress(const std::string& path, sockaddr_un* address) {
  if (path.empty() || path.size() >= sizeof address->sun_path) return false;
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path.c_str(), path.size() + 1);
  return true;
}

}  // namespace

EventSender::EventSender(std::string socket_path)
    : path_(std::move(socket_path)),
      socket_(path_.empty() ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  int bytes = static_cast<int>(2 * limits::event_max_bytes);
  if (socket_.valid()) setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

bool EventSender::Send(std::string_view snapshot) {
  sockaddr_un address{};
  if (snapshot.size() > limits::event_max_bytes || !FillAddress(path_, &address)) return false;
  ssize_t sent = sendto(socket_.get(), snapshot.data(), snapshot.size(), MSG_NOSIGNAL,
                        reinterpret_cast<sockaddr*>(&address), sizeof address);
  return sent == static_cast<ssize_t>(snapshot.size());
}

Result<EventReceiver> EventReceiver::Open(const std::string& socket_path) {
  sockaddr_un address{};
  if (!FillAddress(socket_path, &address)) {
    return InvalidArgument("'" + socket_path +
                           "' is no path for a Unix socket: it must be of 1 to " +
                           std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  EventReceiver receiver;
  receiver.socket_ = UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  struct stat st = {};
  if (lstat(socket_path.c_str(), &st) == 0 && S_ISSOCK(st.st_mode)) unlink(socket_path.c_str());
  if (!receiver.socket_.valid() ||
      bind(receiver.socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(errno, "cannot listen on " + socket_path);
  }
  chmod(socket_path.c_str(), kSocketMode);
  receiver.buffer_.resize(limits::event_max_bytes + 1);
  return receiver;
}

std::string EventReceiver::Receive(int timeout_ms) {
  pollfd ready{socket_.get(), POLLIN, 0};
  if (poll(&ready, 1, timeout_ms) != 1) return "";
  ssize_t received = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
  if (received <= 0 || static_cast<size_t>(received) > limits::event_max_bytes) return "";
  return buffer_.substr(0, static_cast<size_t>(received));
}

}  // namespace airgap
