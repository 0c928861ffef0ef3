// What machines that boot over the network ask for by HTTP: iPXE scripts and texts at the paths of
// matchbox (/boot.ipxe, /ipxe, /metadata, /generic, /ignition, /assets/...), scripts at those of
// Talos's image factory (/pxe/...), and machine configs.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "net/http_server.h"
#include "netboot/asset_routes.h"
#include "netboot/machine_configs.h"
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

  // Machines fetch their configs from here, at /machine-config over TLS on `tls_port`, and then
  // boot from their disks; without groups no other machine boots. `read_ca` gives the CA of now in
  // PEM, which Talos must trust before (EarlyConfigArgument()). Before the first request.
  void SetConfigs(std::unique_ptr<MachineConfigs> configs,
                  std::function<Result<std::string>()> read_ca, uint16_t tls_port);
  // Called when a machine got its config. Before the first request.
  using ConfigFetched = std::function<void(const std::string& mac, const std::string& address)>;
  void SetOnConfig(ConfigFetched on_config) { on_config_ = std::move(on_config); }

  // Until `is_armed` says so, every machine is left to its disk. Before the first request.
  void SetArmed(std::function<bool()> is_armed) { is_armed_ = std::move(is_armed); }

  // Called when a machine got a script of its own, which boots it over the network or sends it to
  // its disk. Before the first request.
  using MachineSeen =
      std::function<void(const MachineLabels&, const std::string& address, bool boots)>;
  void SetOnMachine(MachineSeen on_machine) { on_machine_ = std::move(on_machine); }

  static bool Owns(const std::string& path);
  // Of GET and HEAD.
  HttpResponse Serve(const HttpRequest& request);

 private:
  HttpResponse MachineScript(const HttpRequest& request);
  Result<BootProfile> ProfileFor(const MachineLabels& labels, std::string* group);
  Status AddConfig(const HttpRequest& request, const MachineLabels& labels,
                   const std::string& group, BootProfile* profile);
  HttpResponse MachineConfig(const HttpRequest& request);
  Result<BootProfile> CarriedProfile(std::string_view architecture, std::string_view folder);
  std::shared_ptr<const NetbootPlan> Plan();
  HttpResponse TextFor(const HttpRequest& request);
  HttpResponse FactoryScript(const std::string& path);
  HttpResponse MatchboxAsset(HttpRequest request);

  AssetRoutes* const assets_;
  const std::function<std::shared_ptr<const Catalog>()> catalog_;
  std::function<bool()> is_armed_ = [] { return true; };
  MachineSeen on_machine_;
  std::unique_ptr<MachineConfigs> configs_;  // null: none
  std::function<Result<std::string>()> read_ca_;
  uint16_t tls_port_ = 0;
  ConfigFetched on_config_;
  std::mutex mutex_;
  std::shared_ptr<const NetbootPlan> plan_;  // guarded by mutex_; null: no groups
};

}  // namespace airgap
