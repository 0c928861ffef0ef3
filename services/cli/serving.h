// What `cozy-airgap serve` and registryd have in common: one place that answers every path, and
// proves the bundles meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include "cli/push_setup.h"
#include "cli/served_bundles.h"
#include "control/background_verify.h"
#include "control/client_table.h"
#include "control/node_table.h"
#include "control/snapshot.h"
#include "net/http_server.h"
#include "netboot/asset_routes.h"
#include "netboot/netboot_routes.h"
#include "registry/registry_api.h"

namespace airgap {

class Serving {
 public:
  // `service` is the name in snapshots. `ca_path`: served at /ca.pem; may be empty.
  // `push` must outlive this.
  Serving(Env* env, std::string service, ServedBundles* source, std::string ca_path,
          const PushSetup* push);

  // Any path of any listener. Safe to call from several threads. Plain HTTP gets assets, /healthz
  // and /ca.pem only; TLS also /v2/, /metrics and what `extra` answers (status 0: not its path).
  HttpResponse Serve(const HttpRequest& request);
  void SetExtra(HttpHandler extra) { extra_ = std::move(extra); }
  // Answers machines that boot over the network from now on, by plain HTTP as well. Before the
  // server is there.
  void OfferNetboot(BootLoaders loaders, std::function<bool()> is_armed);
  NetbootRoutes& netboot() { return netboot_; }

  // While a file is there, which says where everything is now, nobody is given images or assets any
  // more. Before the server is there.
  void SetRetiredBy(std::string path) { retired_path_ = std::move(path); }

  // Begins to verify; again after the catalog changed.
  void StartVerification() { verifier_.Start(source_->catalog()); }
  // The server that calls Serve(); destroyed before this object.
  void SetServer(const HttpServer* server) { server_ = server; }
  ServiceSnapshot Snapshot() const;
  // A client that was served by another server of this process.
  void CountClient(const std::string& address, uint64_t bytes) {
    clients_.Count(address, bytes, true);
  }
  NodeTable& nodes() { return nodes_; }

 private:
  enum RouteClass { kRegistry, kAssets, kOther, kRouteClasses };
  void NoteNode(const HttpRequest& request, const HttpResponse& response, RouteClass route_class);
  HttpResponse Route(const HttpRequest& request, RouteClass* route_class);
  // Status 0: it is not.
  HttpResponse Retired(const HttpRequest& request) const;
  HttpResponse CaCertificate() const;
  HttpResponse Metrics() const;
  HttpServerCounters Counters() const;

  Env* const env_;
  const std::string service_;
  ServedBundles* const source_;
  const std::string ca_path_;
  const PushSetup* const push_;
  const std::chrono::steady_clock::time_point started_;
  RegistryApi registry_;
  AssetRoutes assets_;
  NetbootRoutes netboot_;
  bool offers_netboot_ = false;
  std::string retired_path_;  // empty: never
  mutable std::mutex images_mutex_;
  std::string images_user_;  // guarded by it: who fetched from the image factory's paths last
  ClientTable clients_;
  NodeTable nodes_;
  BackgroundVerifier verifier_;
  HttpHandler extra_;
  std::atomic<const HttpServer*> server_{nullptr};
  std::atomic<uint64_t> requests_[kRouteClasses] = {};
};

}  // namespace airgap
