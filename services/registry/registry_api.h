// The pull side of the OCI distribution API over the catalog of the moment.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md
#pragma once

#include <functional>
#include <memory>

#include "net/http_server.h"
#include "registry/route.h"
#include "store/catalog.h"

namespace airgap {

using CatalogProvider = std::function<std::shared_ptr<const Catalog>()>;

// Safe to use from several threads.
class RegistryApi {
 public:
  explicit RegistryApi(CatalogProvider catalog) : catalog_(std::move(catalog)) {}

  static bool Owns(const std::string& path) { return path == "/v2" || path.rfind("/v2/", 0) == 0; }
  HttpResponse Serve(const HttpRequest& request) const;

 private:
  HttpResponse Dispatch(const HttpRequest& request) const;
  HttpResponse Manifest(const Catalog& catalog, const HttpRequest& request,
                        const Route& route) const;
  HttpResponse Blob(const std::shared_ptr<const Catalog>& catalog, const HttpRequest& request,
                    const Route& route) const;
  HttpResponse Tags(const Catalog& catalog, const HttpRequest& request, const Route& route) const;
  HttpResponse Repositories(const Catalog& catalog, const HttpRequest& request) const;
  HttpResponse ListReferrers(const Catalog& catalog, const HttpRequest& request,
                             const Route& route) const;

  CatalogProvider catalog_;
};

}  // namespace airgap
