// One thread of a server's front: accepts connections, does TLS handshakes, then hands the socket
// to the HTTP engine, or pumps where the kernel cannot do TLS.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/http_engine.h"
#include "net/pump.h"
#include "net/socket_pair.h"
#include "net/tls_context.h"

namespace airgap {

// Whether one more connection may come.
enum class Room { kNow, kSoon, kNone };

// Shared by the loops of one server; outlives them.
struct FrontShared {
  int tls_listener = -1;
  int plain_listener = -1;
  TlsContext* tls = nullptr;
  HttpEngine* plain_engine = nullptr;
  HttpEngine* pump_engine = nullptr;
  HttpEngine* ktls_engine = nullptr;
  IdleConnections* idle = nullptr;
  unsigned connections_max = 0;
  bool may_use_ktls = true;
  std::atomic<bool> kernel_has_tls{false};

  std::atomic<unsigned> in_front{0};  // handshaking or pumped
  std::atomic<uint64_t> ktls_connections{0};
  std::atomic<uint64_t> pump_connections{0};
  std::atomic<uint64_t> handshakes_failed{0};

  unsigned ConnectionsOpen() const;
  // An idle connection may have to end for the new one: kSoon while none has been idle for long,
  // kNone when all are busy.
  Room MakeRoom();
};

class FrontLoop {
 public:
  // `is_first`: this loop also looks after the certificate files and the kernel's abilities.
  static Result<std::unique_ptr<FrontLoop>> Start(FrontShared* shared, bool is_first);
  // Drops every connection that is still in the front.
  ~FrontLoop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Connection;
  // What an epoll event belongs to: a listener (no connection), or one socket of a connection.
  struct Watched {
    int fd = -1;
    Connection* connection = nullptr;
    bool is_inner = false;
  };
  struct Connection {
    UniqueFd client;
    sockaddr_storage address{};
    socklen_t address_length = 0;
    UniqueSsl ssl;               // during the handshake; then the pump's
    std::unique_ptr<Pump> pump;  // null during the handshake
    Watched client_watch;
    Watched inner_watch;
    Clock::time_point last_moved;  // or accepted
    uint64_t moved_bytes = 0;
    bool is_queued = false;  // in ready_
    bool is_closed = false;  // in closed_
    std::list<std::unique_ptr<Connection>>::iterator place;
  };

  // A client that was accepted and has no place yet.
  struct Arrival {
    UniqueFd client;
    sockaddr_storage address{};
    socklen_t address_length = 0;
    bool is_tls = false;
  };

  FrontLoop(FrontShared* shared, bool is_first);
  Status Init();
  void Run();
  void OnEvent(const epoll_event& event);
  void AcceptAll(Watched* listener);
  void Place(Arrival arrival);
  void StartHandshake(Arrival arrival);
  void ContinueHandshake(Connection* connection);
  void HandshakeDone(Connection* connection);
  void HandToKernelTls(Connection* connection);
  void StartPump(Connection* connection);
  void RunPump(Connection* connection);
  void Close(Connection* connection);
  void Tick();
  void CloseStalled(Clock::time_point now);
  void WatchListeners(bool on);
  bool Watch(Watched* watched, uint32_t events);

  FrontShared* const shared_;
  const bool is_first_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::atomic<bool> stop_{false};
  Watched tls_listener_;
  Watched plain_listener_;
  bool listening_ = false;
  std::optional<Arrival> held_;  // until there is room; the next ones wait unaccepted
  std::list<std::unique_ptr<Connection>> connections_;  // oldest first
  std::list<std::unique_ptr<Connection>> closed_;       // freed after the batch of events
  std::vector<Connection*> ready_;
  size_t handshakes_ = 0;
  Clock::time_point next_tick_;
  unsigned ticks_ = 0;
  std::unique_ptr<uint8_t[]> scratch_;
  std::thread thread_;
};

}  // namespace airgap
