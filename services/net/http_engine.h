// libmicrohttpd behind one door: takes connected sockets, asks the handler, sends the response.
// One thread per connection. Only http_engine.cc includes microhttpd.h.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <memory>

#include "base/env.h"
#include "base/status.h"
#include "net/http_server.h"
#include "net/idle_connections.h"

struct MHD_Daemon;

namespace airgap {

enum class Transport {
  kPlain,
  kPump,       // one of a pair whose other end the pump holds
  kKernelTls,  // a socket on which the kernel does TLS
};

// Shared by all engines of one server.
struct EngineShared {
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> bytes_sent{0};
  IdleConnections idle;
};

class HttpEngine {
 public:
  static Result<std::unique_ptr<HttpEngine>> Start(Transport transport, unsigned connections_max,
                                                   const HttpHandler& handler,
                                                   EngineShared* shared);
  ~HttpEngine() { Stop(); }
  // Ends every connection and waits for their threads. Add() must not be called any more.
  void Stop();

  // Takes the socket. False when it could not be taken; it is closed then.
  bool Add(UniqueFd socket, const sockaddr* address, socklen_t address_length);
  unsigned connections_open() const { return connections_open_; }

  // For the callbacks of http_engine.cc.
  Transport transport() const { return transport_; }
  const HttpHandler& handler() const { return handler_; }
  EngineShared* shared() { return shared_; }
  std::atomic<unsigned>& open() { return connections_open_; }

 private:
  HttpEngine(Transport transport, HttpHandler handler, EngineShared* shared)
      : transport_(transport), handler_(std::move(handler)), shared_(shared) {}

  const Transport transport_;
  const HttpHandler handler_;
  EngineShared* const shared_;
  std::atomic<unsigned> connections_open_{0};
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace airgap
