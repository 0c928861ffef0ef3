// Boot assets over HTTP: GET and HEAD of /<asset path>, one range, a strong ETag. Nobody checks an
// asset after it was fetched, so no byte of one is sent before its chunk was verified.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "net/http_server.h"
#include "netboot/boot_loaders.h"
#include "store/asset.h"
#include "store/catalog.h"

namespace airgap {

// Safe to use from several threads.
class AssetRoutes {
 public:
  explicit AssetRoutes(std::function<std::shared_ptr<const Catalog>()> catalog)
      : catalog_(std::move(catalog)) {}
  // The same for assets that `find` has, by their paths without a leading slash.
  using Finder = std::function<Result<std::shared_ptr<AssetReader>>(const std::string& path)>;
  explicit AssetRoutes(Finder find) : find_(std::move(find)) {}
  // Before the first request.
  void SetBootLoaders(BootLoaders loaders) { loaders_ = std::move(loaders); }

  // 404 names the path when no bundle carries it, or says that its bytes are damaged.
  HttpResponse Serve(const HttpRequest& request);

  // The opened asset, kept until the catalog changes. For verification as well.
  Result<std::shared_ptr<AssetReader>> Reader(const std::string& path);

 private:
  std::function<std::shared_ptr<const Catalog>()> catalog_;  // null with find_
  Finder find_;
  BootLoaders loaders_;
  std::mutex mutex_;
  std::shared_ptr<const Catalog> readers_of_;  // guarded by mutex_, as is
  std::map<std::string, std::shared_ptr<AssetReader>> readers_;
};

}  // namespace airgap
