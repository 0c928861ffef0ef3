#include "net/front_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr int kEventsPerBatch = 256;
constexpr int kAcceptsPerBatch = 64;
constexpr auto kTickInterval = std::chrono::seconds(1);
constexpr auto kRoomInterval = std::chrono::milliseconds(100);
constexpr unsigned kTicksPerKernelProbe = 10;

// Whoever comes when all places are taken is told so, where that needs no handshake.
void Refuse(int fd) {
  static constexpr char kResponse[] =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
      "Content-Type: text/plain\r\nContent-Length: 24\r\n\r\ntoo many connections now\n";
  (void)send(fd, kResponse, sizeof kResponse - 2, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool KernelDoesTls(SSL* ssl) {
  return BIO_get_ktls_send(SSL_get_wbio(ssl)) && BIO_get_ktls_recv(SSL_get_rbio(ssl)) &&
         SSL_has_pending(ssl) == 0;
}

}  // namespace

unsigned FrontShared::ConnectionsOpen() const {
  unsigned open = in_front;
  if (plain_engine != nullptr) open += plain_engine->connections_open();
  if (ktls_engine != nullptr) open += ktls_engine->connections_open();
  return open;
}

Room FrontShared::MakeRoom() {
  unsigned open = ConnectionsOpen();
  if (open < connections_max) return Room::kNow;
  // Those that were told to end need a moment for it.
  bool may_end = open < connections_max + limits::http_ending_max_count;
  if (may_end && idle->EndLongest()) return Room::kNow;
  return idle->answering_count() >= connections_max ? Room::kNone : Room::kSoon;
}

FrontLoop::FrontLoop(FrontShared* shared, bool is_first)
    : shared_(shared),
      is_first_(is_first),
      next_tick_(Clock::now()),
      scratch_(std::make_unique<uint8_t[]>(limits::tls_record_max_bytes)) {}

Result<std::unique_ptr<FrontLoop>> FrontLoop::Start(FrontShared* shared, bool is_first) {
  std::unique_ptr<FrontLoop> loop(new FrontLoop(shared, is_first));
  RETURN_IF_ERROR(loop->Init());
  loop->thread_ = std::thread([raw = loop.get()] { raw->Run(); });
  return loop;
}

Status FrontLoop::Init() {
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  wake_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_.valid() || !wake_.valid()) return ErrnoStatus(errno, "cannot make an epoll set");
  epoll_event wake{};
  wake.events = EPOLLIN;
  wake.data.ptr = nullptr;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &wake);
  tls_listener_.fd = shared_->tls_listener;
  plain_listener_.fd = shared_->plain_listener;
  WatchListeners(true);
  return OkStatus();
}

FrontLoop::~FrontLoop() {
  stop_ = true;
  uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  shared_->in_front -= static_cast<unsigned>(connections_.size());
}

bool FrontLoop::Watch(Watched* watched, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watched;
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watched->fd, &event) == 0;
}

void FrontLoop::WatchListeners(bool on) {
  if (on == listening_) return;
  listening_ = on;
  for (Watched* listener : {&tls_listener_, &plain_listener_}) {
    if (listener->fd < 0) continue;
    if (on) {
      Watch(listener, EPOLLIN | EPOLLEXCLUSIVE);
    } else {
      epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener->fd, nullptr);
    }
  }
}

void FrontLoop::Run() {
  epoll_event events[kEventsPerBatch];
  while (!stop_) {
    auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next_tick_ - Clock::now());
    int timeout_ms = ready_.empty() ? static_cast<int>(std::max<int64_t>(wait.count() + 1, 0)) : 0;
    int count = epoll_wait(epoll_.get(), events, kEventsPerBatch, timeout_ms);
    for (int i = 0; i < count; ++i) OnEvent(events[i]);
    std::vector<Connection*> ready;
    ready.swap(ready_);
    for (Connection* connection : ready) {
      connection->is_queued = false;
      if (!connection->is_closed) RunPump(connection);
    }
    closed_.clear();
    if (Clock::now() >= next_tick_) Tick();
  }
}

void FrontLoop::OnEvent(const epoll_event& event) {
  auto* watched = static_cast<Watched*>(event.data.ptr);
  if (watched == nullptr) return;  // woken up to stop
  Connection* connection = watched->connection;
  if (connection == nullptr) return AcceptAll(watched);
  if (connection->is_closed) return;
  bool is_over = (event.events & (EPOLLHUP | EPOLLERR)) != 0;
  bool readable = is_over || (event.events & (EPOLLIN | EPOLLRDHUP)) != 0;
  bool writable = is_over || (event.events & EPOLLOUT) != 0;
  if (connection->pump == nullptr) return ContinueHandshake(connection);
  if (watched->is_inner) {
    connection->pump->InnerReady(readable, writable);
  } else {
    connection->pump->ClientReady(readable, writable);
  }
  if (!connection->is_queued) {
    connection->is_queued = true;
    ready_.push_back(connection);
  }
}

void FrontLoop::AcceptAll(Watched* listener) {
  for (int i = 0; i < kAcceptsPerBatch && !held_; ++i) {
    Arrival arrival;
    arrival.is_tls = listener == &tls_listener_;
    arrival.address_length = sizeof arrival.address;
    arrival.client = UniqueFd(accept4(listener->fd, reinterpret_cast<sockaddr*>(&arrival.address),
                                      &arrival.address_length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (arrival.client.valid()) {
      Place(std::move(arrival));
      continue;
    }
    // Out of files or memory: the next tick tries again.
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      WatchListeners(false);
    }
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

void FrontLoop::Place(Arrival arrival) {
  Room room = shared_->MakeRoom();
  if (room == Room::kSoon) {
    held_ = std::move(arrival);
    WatchListeners(false);
    next_tick_ = std::min(next_tick_, Clock::now() + kRoomInterval);
  } else if (room == Room::kNone) {
    if (!arrival.is_tls) Refuse(arrival.client.get());
  } else if (arrival.is_tls) {
    StartHandshake(std::move(arrival));
  } else {
    shared_->plain_engine->Add(std::move(arrival.client),
                               reinterpret_cast<const sockaddr*>(&arrival.address),
                               arrival.address_length);
  }
}

void FrontLoop::StartHandshake(Arrival arrival) {
  // Half-done handshakes may not keep others out: the oldest makes room.
  if (handshakes_ >= limits::tls_handshakes_max_count) {
    for (const auto& old : connections_) {
      if (old->pump != nullptr) continue;
      Close(old.get());
      break;
    }
  }
  auto connection = std::make_unique<Connection>();
  connection->ssl = shared_->tls->NewConnection(arrival.client.get(), shared_->kernel_has_tls);
  if (connection->ssl == nullptr) return;
  int on = 1;
  setsockopt(arrival.client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection->client = std::move(arrival.client);
  connection->address = arrival.address;
  connection->address_length = arrival.address_length;
  connection->last_moved = Clock::now();
  connection->client_watch = {connection->client.get(), connection.get(), false};
  if (!Watch(&connection->client_watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)) return;
  Connection* raw = connection.get();
  raw->place = connections_.insert(connections_.end(), std::move(connection));
  ++handshakes_;
  ++shared_->in_front;
  ContinueHandshake(raw);
}

void FrontLoop::ContinueHandshake(Connection* connection) {
  int result = SSL_do_handshake(connection->ssl.get());
  if (result == 1) return HandshakeDone(connection);
  int error = SSL_get_error(connection->ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  ERR_clear_error();
  ++shared_->handshakes_failed;
  Close(connection);
}

void FrontLoop::HandshakeDone(Connection* connection) {
  --handshakes_;
  if (shared_->ktls_engine != nullptr && KernelDoesTls(connection->ssl.get())) {
    HandToKernelTls(connection);
  } else {
    StartPump(connection);
  }
}

void FrontLoop::HandToKernelTls(Connection* connection) {
  ++handshakes_;  // Close() takes it off again
  ++shared_->ktls_connections;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->client.get(), nullptr);
  connection->ssl.reset();  // the keys are the kernel's now; says nothing to the client
  shared_->ktls_engine->Add(std::move(connection->client),
                            reinterpret_cast<const sockaddr*>(&connection->address),
                            connection->address_length);
  Close(connection);
}

void FrontLoop::StartPump(Connection* connection) {
  ++shared_->pump_connections;
  Result<SocketPair> pair = SocketPair::Make();
  int inner = pair.ok() ? pair->client.get() : -1;
  connection->pump =
      std::make_unique<Pump>(std::move(connection->ssl), connection->client.get(),
                             pair.ok() ? std::move(pair->client) : UniqueFd(), scratch_.get());
  connection->inner_watch = {inner, connection, true};
  if (!pair.ok() || !Watch(&connection->inner_watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) ||
      !shared_->pump_engine->Add(std::move(pair->server),
                                 reinterpret_cast<const sockaddr*>(&connection->address),
                                 connection->address_length)) {
    return Close(connection);
  }
  RunPump(connection);
}

void FrontLoop::RunPump(Connection* connection) {
  Pump::Outcome outcome = connection->pump->Run();
  if (outcome == Pump::Outcome::kFinished || outcome == Pump::Outcome::kBroken) {
    return Close(connection);
  }
  if (outcome == Pump::Outcome::kMore && !connection->is_queued) {
    connection->is_queued = true;
    ready_.push_back(connection);
  }
}

void FrontLoop::Close(Connection* connection) {
  if (connection->pump == nullptr) --handshakes_;
  --shared_->in_front;
  connection->is_closed = true;
  // Closing takes both sockets out of the epoll set. The rest is kept until no event of this
  // batch can mean it any more.
  auto place = connection->place;
  connection->pump.reset();
  connection->ssl.reset();
  connection->client.Reset();
  closed_.splice(closed_.end(), connections_, place);
}

void FrontLoop::Tick() {
  Clock::time_point now = Clock::now();
  next_tick_ = now + kTickInterval;
  CloseStalled(now);
  WatchListeners(true);
  if (held_) {
    Arrival arrival = *std::move(held_);
    held_.reset();
    Place(std::move(arrival));
  }
  if (!is_first_ || shared_->tls == nullptr) return;
  Status reloaded = shared_->tls->ReloadIfChanged();
  if (!reloaded.ok()) fprintf(stderr, "TLS: %s\n", reloaded.message().c_str());
  // The kernel's TLS is a module that may be loaded after we started.
  bool is_time = ticks_++ % kTicksPerKernelProbe == 0;
  if (shared_->may_use_ktls && is_time && !shared_->kernel_has_tls) {
    shared_->kernel_has_tls = KernelHasTls();
  }
}

void FrontLoop::CloseStalled(Clock::time_point now) {
  for (auto at = connections_.begin(); at != connections_.end();) {
    Connection* connection = (at++)->get();
    unsigned timeout_s = limits::tls_handshake_timeout_s;
    if (connection->pump != nullptr) {
      timeout_s = connection->pump->StallTimeoutSeconds();
      if (connection->pump->moved_bytes() != connection->moved_bytes) {
        connection->moved_bytes = connection->pump->moved_bytes();
        connection->last_moved = now;
      }
    } else if (now - connection->last_moved > std::chrono::seconds(timeout_s)) {
      ++shared_->handshakes_failed;
    }
    if (now - connection->last_moved > std::chrono::seconds(timeout_s)) Close(connection);
  }
}

}  // namespace airgap
