// What machines that boot over the network ask for by HTTP: iPXE scripts at the paths of matchbox
// (/boot.ipxe, /ipxe, /assets/...) and of Talos's image factory (/pxe/...).
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "net/http_server.h"
#include "netboot/asset_routes.h"
#include "netboot/netboot_plan.h"

namespace airgap {

// Safe to use from several threads.
class NetbootRoutes {
 public:
  // `assets` must outlive this.
  NetbootRoutes(AssetRoutes* assets, std::function<std::shared_ptr<const Catalog>()> catalog)
      : assets_(assets), catalog_(std::move(catalog)) {}

  // With groups a machine that none of them fits is left to its disk; without any, every machine
  // boots what the bundles carry.
  void SetPlan(std::shared_ptr<const NetbootPlan> plan);

  static bool Owns(const std::string& path);
  // Of GET and HEAD.
  HttpResponse Serve(const HttpRequest& request);

 private:
  std::string ScriptFor(const HttpRequest& request);
  Result<BootProfile> CarriedProfile(std::string_view architecture, std::string_view folder);
  HttpResponse FactoryScript(const std::string& path);
  HttpResponse MatchboxAsset(HttpRequest request);

  AssetRoutes* const assets_;
  const std::function<std::shared_ptr<const Catalog>()> catalog_;
  std::mutex mutex_;
  std::shared_ptr<const NetbootPlan> plan_;  // guarded by mutex_; null: no groups
};

}  // namespace airgap
