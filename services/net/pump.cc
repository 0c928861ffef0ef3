#include "net/pump.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr size_t kRecordBytes = limits::tls_record_max_bytes;
// Before others get their turn.
constexpr int kStepsPerRun = 32;

// Whether the socket takes a whole record now: it counts as writable while a third of its buffer is
// free. Asking first costs one cheap call for each record, and saves each stalled connection the
// memory of a record in plain text and of one encrypted. When the answer is no, the kernel takes
// note and tells epoll when it changes.
bool HasRoomForRecord(int fd) {
  pollfd room{fd, POLLOUT, 0};
  return poll(&room, 1, 0) == 1;
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

void Pump::Held::Keep(const uint8_t* from, size_t size) {
  bytes = std::make_unique<uint8_t[]>(size);
  memcpy(bytes.get(), from, size);
  begin = 0;
  end = size;
}

void Pump::Held::Drop(size_t size) {
  begin += size;
  if (!empty()) return;
  bytes.reset();
  begin = end = 0;
}

void Pump::ClientReady(bool readable, bool writable) {
  client_readable_ |= readable;
  client_writable_ |= writable;
}

void Pump::InnerReady(bool readable, bool writable) {
  inner_readable_ |= readable;
  inner_writable_ |= writable;
}

unsigned Pump::StallTimeoutSeconds() const {
  // The server's own timeouts come first; this one is for a client that does not even take what
  // the server said before it gave up.
  return client_told_ ? limits::tls_linger_timeout_s : 2 * limits::http_idle_timeout_s;
}

Pump::Step Pump::AfterSslError(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      client_readable_ = false;
      return Step::kIdle;
    case SSL_ERROR_WANT_WRITE:
      client_writable_ = false;
      return Step::kIdle;
    case SSL_ERROR_ZERO_RETURN:
      client_ended_ = true;
      return Step::kMoved;
    default:
      ERR_clear_error();
      return Step::kBroken;
  }
}

Pump::Step Pump::SendToInner(const uint8_t* from, size_t size, size_t* taken) {
  ssize_t sent = send(inner_.get(), from, size, MSG_NOSIGNAL);
  *taken = sent > 0 ? static_cast<size_t>(sent) : 0;
  moved_bytes_ += *taken;
  if (*taken < size) {
    if (sent < 0 && !WouldBlock()) {
      // The server answered without reading everything (a head that is too large, a body it does
      // not want) and closed. Its answer may still be waiting: what the client says is dropped.
      inner_refuses_ = true;
      *taken = size;
      return Step::kMoved;
    }
    inner_writable_ = false;
  }
  return *taken > 0 ? Step::kMoved : Step::kIdle;
}

Pump::Step Pump::SendToClient(const uint8_t* from, size_t size, size_t* taken) {
  *taken = 0;
  int sent = SSL_write(ssl_.get(), from, static_cast<int>(size));
  if (sent <= 0) return AfterSslError(sent);
  *taken = static_cast<size_t>(sent);
  moved_bytes_ += *taken;
  return Step::kMoved;
}

// The client said that it will send no more.
Pump::Step Pump::EndInner() {
  if (!client_ended_ || inner_told_ || !to_inner_.empty()) return Step::kIdle;
  inner_told_ = true;
  shutdown(inner_.get(), SHUT_WR);
  return Step::kMoved;
}

// The server closed its side and everything it said is with the client's kernel.
Pump::Step Pump::EndClient() {
  if (!inner_ended_ || client_told_ || !to_client_.empty()) return Step::kIdle;
  int result = SSL_shutdown(ssl_.get());
  if (result < 0) {
    Step step = AfterSslError(result);
    if (step != Step::kBroken) return step;
  }
  client_told_ = true;
  shutdown(client_fd_, SHUT_WR);
  return Step::kMoved;
}

Pump::Step Pump::ClientToInner() {
  if (!to_inner_.empty()) {
    if (!inner_writable_) return Step::kIdle;
    size_t taken = 0;
    Step step =
        SendToInner(&to_inner_.bytes[to_inner_.begin], to_inner_.end - to_inner_.begin, &taken);
    to_inner_.Drop(taken);
    return step;
  }
  if (client_ended_ || !client_readable_) return EndInner();
  int read = SSL_read(ssl_.get(), scratch_, static_cast<int>(kRecordBytes));
  if (read <= 0) return AfterSslError(read);
  auto size = static_cast<size_t>(read);
  // After the server's end only the client's own end is of interest.
  if (inner_ended_ || inner_refuses_) return Step::kMoved;
  size_t taken = 0;
  if (SendToInner(scratch_, size, &taken) == Step::kBroken) return Step::kBroken;
  if (taken < size) to_inner_.Keep(scratch_ + taken, size - taken);
  return Step::kMoved;
}

Pump::Step Pump::InnerToClient() {
  if (!client_writable_) return Step::kIdle;
  if (!to_client_.empty()) {
    size_t taken = 0;
    Step step = SendToClient(&to_client_.bytes[to_client_.begin], to_client_.end - to_client_.begin,
                             &taken);
    to_client_.Drop(taken);
    return step;
  }
  if (inner_ended_ || !inner_readable_) return EndClient();
  if (!HasRoomForRecord(client_fd_)) {
    client_writable_ = false;
    return Step::kIdle;
  }
  ssize_t read = recv(inner_.get(), scratch_, kRecordBytes, 0);
  if (read < 0 && WouldBlock()) {
    inner_readable_ = false;
    return Step::kIdle;
  }
  // Closed with something of ours unread, after all that it said itself (unix(7)).
  bool is_reset = read < 0 && errno == ECONNRESET;
  if (read < 0 && !is_reset && !inner_refuses_) return Step::kBroken;
  if (read <= 0) {
    inner_ended_ = true;
    return Step::kMoved;
  }
  auto size = static_cast<size_t>(read);
  size_t taken = 0;
  if (SendToClient(scratch_, size, &taken) == Step::kBroken) return Step::kBroken;
  // OpenSSL has encrypted a record that it could not send; it wants to see the same bytes again.
  if (taken < size) to_client_.Keep(scratch_ + taken, size - taken);
  return Step::kMoved;
}

Pump::Outcome Pump::Run() {
  for (int i = 0; i < kStepsPerRun; ++i) {
    Step to_inner = ClientToInner();
    if (to_inner == Step::kBroken) return Outcome::kBroken;
    Step to_client = InnerToClient();
    if (to_client == Step::kBroken) return Outcome::kBroken;
    if (client_told_ && client_ended_) return Outcome::kFinished;
    if (to_inner == Step::kIdle && to_client == Step::kIdle) return Outcome::kWaiting;
  }
  return Outcome::kMore;
}

}  // namespace airgap
