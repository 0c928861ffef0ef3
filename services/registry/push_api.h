// The push side of the OCI distribution API: uploads, manifests, deletes, into the overlay.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "net/http_server.h"
#include "registry/content.h"
#include "registry/route.h"

namespace airgap {

using CatalogProvider = std::function<std::shared_ptr<const Catalog>()>;

// Safe to use from several threads. Asks nobody for a login: its caller did.
class PushApi {
 public:
  PushApi(CatalogProvider catalog, Overlay* overlay)
      : catalog_(std::move(catalog)), overlay_(overlay) {}

  // Whatever is no plain GET or HEAD of content.
  HttpResponse Serve(const HttpRequest& request, const Route& route);

 private:
  struct Target {
    FoundRepository repository;
    std::string name;  // as the client wrote it: Location says it again
    std::string ns;
  };

  HttpResponse Uploads(const HttpRequest& request, const Route& route, const Target& target);
  HttpResponse StartUpload(const HttpRequest& request, const Target& target);
  HttpResponse Mount(const HttpRequest& request, const Target& target, const Digest& digest);
  HttpResponse ContinueUpload(const HttpRequest& request, const Target& target,
                              const std::shared_ptr<Upload>& upload);
  HttpResponse TakeUpload(const HttpRequest& request, const Target& target,
                          const std::shared_ptr<Upload>& upload);
  HttpResponse UploadStatus(int http_status, const Target& target, const Upload& upload) const;
  HttpResponse FinishUpload(const Target& target, const std::shared_ptr<Upload>& upload,
                            const Digest& digest);

  HttpResponse TakeManifest(const HttpRequest& request, const Route& route, const Target& target);
  HttpResponse PutManifest(const Target& target, const std::string& reference,
                           const std::vector<std::string>& tags, const std::string& content_type,
                           const std::string& text);
  Status CheckChildren(const FoundRepository& repository, const Manifest& manifest) const;
  HttpResponse DeleteManifest(const Route& route, const Target& target);
  HttpResponse DeleteBlob(const Route& route, const Target& target);

  Content Now() const { return Content(catalog_(), overlay_); }
  std::string PathTo(const Target& target, const std::string& rest) const;

  const CatalogProvider catalog_;
  Overlay* const overlay_;
  std::atomic<unsigned> manifests_taken_{0};  // at once
};

}  // namespace airgap
