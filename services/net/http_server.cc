#include "net/http_server.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include "base/limits.h"
#include "net/front_loop.h"
#include "net/http_engine.h"
#include "net/listen.h"

namespace airgap {
namespace {

constexpr unsigned kLoopsMax = 4;

class HttpServerImpl : public HttpServer {
 public:
  Status Init(const HttpServerOptions& options, const HttpHandler& handler) {
    signal(SIGPIPE, SIG_IGN);  // sendfile() knows no MSG_NOSIGNAL
    RaiseOpenFilesLimit();
    shared_.connections_max = options.connections_max_count != 0
                                  ? options.connections_max_count
                                  : limits::http_connections_max_count;
    shared_.may_use_ktls = options.ktls;
    shared_.idle = &engine_shared_.idle;
    if (!options.plain_listen.empty()) RETURN_IF_ERROR(InitPlain(options, handler));
    if (!options.tls_listen.empty()) RETURN_IF_ERROR(InitTls(options, handler));
    unsigned loops = std::clamp(std::thread::hardware_concurrency(), 1U, kLoopsMax);
    for (unsigned i = 0; i < loops; ++i) {
      ASSIGN_OR_RETURN(auto loop, FrontLoop::Start(&shared_, i == 0));
      loops_.push_back(std::move(loop));
    }
    return OkStatus();
  }

  ~HttpServerImpl() override {
    loops_.clear();  // they hand connections to the engines
    // A handler may ask for counters(), which asks every engine: all stop before one goes.
    for (HttpEngine* engine : {plain_engine_.get(), pump_engine_.get(), ktls_engine_.get()}) {
      if (engine != nullptr) engine->Stop();
    }
  }

  HttpServerCounters counters() const override {
    HttpServerCounters counters;
    counters.requests = engine_shared_.requests;
    counters.bytes_sent = engine_shared_.bytes_sent;
    counters.connections_open = shared_.ConnectionsOpen();
    counters.ktls_connections = shared_.ktls_connections;
    counters.pump_connections = shared_.pump_connections;
    counters.handshakes_failed = shared_.handshakes_failed;
    return counters;
  }
  uint16_t tls_port() const override {
    return tls_listener_.valid() ? LocalPort(tls_listener_.get()) : 0;
  }
  uint16_t plain_port() const override {
    return plain_listener_.valid() ? LocalPort(plain_listener_.get()) : 0;
  }

 private:
  Result<std::unique_ptr<HttpEngine>> StartEngine(Transport transport, const HttpHandler& handler) {
    // More than the front lets in: it does the counting.
    unsigned max = shared_.connections_max + limits::http_ending_max_count + 1;
    return HttpEngine::Start(transport, max, handler, &engine_shared_);
  }

  Status InitPlain(const HttpServerOptions& options, const HttpHandler& handler) {
    ASSIGN_OR_RETURN(ListenAddress address, ListenAddress::Parse(options.plain_listen));
    ASSIGN_OR_RETURN(plain_engine_, StartEngine(Transport::kPlain, handler));
    ASSIGN_OR_RETURN(plain_listener_, ListenTcp(address));
    shared_.plain_engine = plain_engine_.get();
    shared_.plain_listener = plain_listener_.get();
    return OkStatus();
  }

  Status InitTls(const HttpServerOptions& options, const HttpHandler& handler) {
    ASSIGN_OR_RETURN(ListenAddress address, ListenAddress::Parse(options.tls_listen));
    ASSIGN_OR_RETURN(tls_, TlsContext::Load(options.tls));
    ASSIGN_OR_RETURN(pump_engine_, StartEngine(Transport::kPump, handler));
    shared_.tls = tls_.get();
    shared_.pump_engine = pump_engine_.get();
    if (options.ktls) {
      ASSIGN_OR_RETURN(ktls_engine_, StartEngine(Transport::kKernelTls, handler));
      shared_.ktls_engine = ktls_engine_.get();
      shared_.kernel_has_tls = KernelHasTls();
    }
    ASSIGN_OR_RETURN(tls_listener_, ListenTcp(address));
    shared_.tls_listener = tls_listener_.get();
    return OkStatus();
  }

  EngineShared engine_shared_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<HttpEngine> plain_engine_;
  std::unique_ptr<HttpEngine> pump_engine_;
  std::unique_ptr<HttpEngine> ktls_engine_;
  UniqueFd plain_listener_;
  UniqueFd tls_listener_;
  FrontShared shared_;
  std::vector<std::unique_ptr<FrontLoop>> loops_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                      const HttpHandler& handler) {
  auto server = std::make_unique<HttpServerImpl>();
  RETURN_IF_ERROR(server->Init(options, handler));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace airgap
