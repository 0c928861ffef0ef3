// The OCI distribution API over the catalog of the moment and, where pushing is allowed, over what
// was pushed.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md
#pragma once

#include <functional>
#include <memory>

#include "net/http_server.h"
#include "registry/content.h"
#include "registry/logins.h"
#include "registry/push_api.h"
#include "registry/route.h"
#include "store/catalog.h"

namespace airgap {

// What pushing needs; both must outlive the RegistryApi.
struct PushOptions {
  Overlay* overlay = nullptr;  // null: this registry is read-only
  Logins* logins = nullptr;    // never null with an overlay: nobody pushes without a login
  bool login_to_pull = false;
};

// Safe to use from several threads.
class RegistryApi {
 public:
  explicit RegistryApi(CatalogProvider catalog, const PushOptions& push = {})
      : catalog_(std::move(catalog)), push_(push), push_api_(catalog_, push.overlay) {}

  static bool Owns(const std::string& path) { return path == "/v2" || path.rfind("/v2/", 0) == 0; }
  HttpResponse Serve(const HttpRequest& request);

 private:
  HttpResponse Dispatch(const HttpRequest& request);
  HttpResponse Read(const HttpRequest& request, const Route& route) const;
  HttpResponse Manifest(const Content& content, const HttpRequest& request,
                        const Route& route) const;
  HttpResponse Blob(const Content& content, const HttpRequest& request, const Route& route) const;
  HttpResponse Tags(const Content& content, const HttpRequest& request, const Route& route) const;
  HttpResponse Repositories(const Content& content, const HttpRequest& request) const;
  HttpResponse ListReferrers(const Content& content, const HttpRequest& request,
                             const Route& route) const;

  const CatalogProvider catalog_;
  const PushOptions push_;
  PushApi push_api_;
};

}  // namespace airgap
