#include "cli/serve_registry.h"

#include <chrono>
#include <map>
#include <mutex>

#include "base/limits.h"
#include "cli/daemon.h"
#include "handoff/push_plan.h"
#include "handoff/registry_assets.h"
#include "intake/image_name.h"
#include "netboot/asset_routes.h"
#include "netboot/factory_paths.h"

namespace airgap {
namespace {

// What was found once, for as long as a tag may be behind.
class FoundAssets {
 public:
  explicit FoundAssets(HandoffTarget target) : target_(std::move(target)) {}

  Result<std::shared_ptr<AssetReader>> Find(const std::string& path) {
    if (path.empty() || path.size() > limits::netboot_text_max_bytes) {
      return NotFound("there is no asset of this name");
    }
    auto found = FindOne(path);
    std::string other = OtherFactoryPath(path);
    if (found.status().code() != Code::kNotFound || other.empty()) return found;
    auto again = FindOne(other);
    return again.ok() ? again : found;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kKept = std::chrono::seconds(30);
  struct Entry {
    std::shared_ptr<AssetReader> asset;
    Clock::time_point until;
  };

  Result<std::shared_ptr<AssetReader>> FindOne(const std::string& path) {
    {
      std::lock_guard lock(mutex_);
      auto known = assets_.find(path);
      if (known != assets_.end() && Clock::now() < known->second.until) return known->second.asset;
    }
    ASSIGN_OR_RETURN(
        auto asset,
        OpenRegistryAsset(target_, TargetRepository(kAssetHost, AssetRepository(path)), path));
    std::lock_guard lock(mutex_);
    if (assets_.size() >= limits::netboot_list_max_count) assets_.clear();
    assets_[path] = {asset, Clock::now() + kKept};
    return asset;
  }

  const HandoffTarget target_;
  std::mutex mutex_;
  std::map<std::string, Entry> assets_;  // guarded by mutex_
};

Status CheckOptions(const ServeOptions& options) {
  if (!options.bundles.paths.empty() || !options.tftp_listen.empty()) {
    return InvalidArgument("--from-registry goes without --bundle and --tftp");
  }
  if (options.http.plain_listen.empty() && options.http.tls.cert_path.empty()) {
    return InvalidArgument("--from-registry needs --http ADDR:PORT, or --tls-cert and --tls-key");
  }
  return OkStatus();
}

}  // namespace

int RunServeRegistry(const CommandContext& context, const ServeOptions& options,
                     const RegistryOptions& registry) {
  Status fine = CheckOptions(options);
  if (!fine.ok()) return context.Fail(fine);
  BlockSignals();
  auto opened = OpenTarget(registry, false);
  if (!opened.ok()) return context.Fail(opened.status());
  FoundAssets assets((*opened)->target);
  AssetRoutes routes([&](const std::string& path) { return assets.Find(path); });
  HttpServerOptions http = options.http;
  if (http.tls.cert_path.empty()) http.tls_listen.clear();
  auto server = HttpServer::Start(http, [&](const HttpRequest& request) {
    if (request.path != "/healthz") return routes.Serve(request);
    return HttpResponse::Text(200, "text/plain; charset=utf-8", "ok\n");
  });
  if (!server.ok()) return context.Fail(server.status());
  context.Print("serving      assets of " + registry.registry);
  fflush(stdout);
  RunUntilStopped([] {}, [] {});
  return kExitFine;
}

}  // namespace airgap
