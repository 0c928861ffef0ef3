// What a request can see: the bundles of the moment, and over them what was pushed. Where both have
// a name the bundle's content wins, because it never changes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "overlay/overlay.h"
#include "store/catalog.h"

namespace airgap {

// One repository as a client named it.
struct FoundRepository {
  std::string key;                      // "ghcr.io/org/x", or "org/x" when only pushed
  const Repository* bundled = nullptr;  // null when no bundle carries it
};

struct FoundManifest {
  Digest digest;
  std::string media_type;
  std::shared_ptr<const std::string> text;
};

struct FoundBlob {
  uint64_t size_bytes = 0;
  int fd = -1;  // -1: only `reader` works
  uint64_t file_offset_bytes = 0;
  std::shared_ptr<BodyReader> reader;      // of the whole blob
  std::shared_ptr<const void> keep_alive;  // what `fd` belongs to
};

// Of one request and one thread. Errors that do not stand beside a call: what the medium or the
// overlay's database gave.
class Content {
 public:
  // `overlay` may be null: nothing was pushed and nothing can be.
  Content(std::shared_ptr<const Catalog> catalog, Overlay* overlay)
      : catalog_(std::move(catalog)), overlay_(overlay) {}

  // kNotFound, or kAmbiguous whose message names the candidates.
  Result<FoundRepository> Find(std::string_view ns, std::string_view name) const;
  // The same, but a repository that is not there yet is as good as one that is.
  Result<FoundRepository> FindToPush(std::string_view ns, std::string_view name) const;

  // `reference`: a tag or a digest. kNotFound.
  Result<FoundManifest> GetManifest(const FoundRepository& repository,
                                    const std::string& reference) const;
  // kNotFound; kCorrupt: it was withdrawn.
  Result<FoundBlob> GetBlob(const FoundRepository& repository, const Digest& digest) const;
  // Whether any repository at all has the blob.
  bool AnyHasBlob(const Digest& digest) const;
  // Whether a bundle carries it in this repository.
  bool IsBundledTag(const FoundRepository& repository, const std::string& tag) const;
  bool IsBundledBlob(const FoundRepository& repository, const Digest& digest) const;

  // Sorted.
  Result<std::vector<std::string>> Tags(const FoundRepository& repository) const;
  Result<std::vector<std::string>> Repositories() const;
  Result<std::vector<Descriptor>> Referrers(const FoundRepository& repository,
                                            const Digest& subject) const;

 private:
  Result<Digest> Resolve(const FoundRepository& repository, const std::string& reference) const;
  Result<FoundBlob> BundledBlob(const Digest& digest) const;
  Result<FoundBlob> PushedBlob(const Digest& digest) const;

  std::shared_ptr<const Catalog> catalog_;
  Overlay* overlay_;
};

}  // namespace airgap
