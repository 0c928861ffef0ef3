// The catalog: everything that a set of open bundles serves, by name and by digest.
// Immutable once built; readers share it by shared_ptr<const Catalog>.
//
// Names are a closed world: a name that no bundle carries is not found, and nothing is dialled.
// Two bundles that give one tag different digests: the bundle that stands later in the list
// wins, the conflict is named in conflicts(), and both digests are served.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/bundle.h"
#include "store/manifest_cache.h"

namespace airgap {

// Where a blob lies. Valid while the Catalog lives.
struct BlobLocation {
  const Bundle* bundle = nullptr;
  size_t blob_number = 0;
  const BlobEntry& entry() const { return bundle->blobs()[blob_number]; }
  BlobState state() const { return bundle->state(blob_number); }
};

// One repository under one upstream registry host.
struct Repository {
  std::string host;  // "ghcr.io"
  std::string name;  // "cozystack/cozystack/api"
  std::string Key() const { return host + "/" + name; }
  std::map<std::string, Digest> tags;  // sorted by tag
  std::set<Digest> roots;              // manifests that index.json names in this repository
  std::map<Digest, std::vector<Descriptor>> referrers;  // by subject
};

class Catalog {
 public:
  static std::shared_ptr<const Catalog> Build(std::vector<std::shared_ptr<Bundle>> bundles);

  const std::vector<std::shared_ptr<Bundle>>& bundles() const { return bundles_; }
  const std::vector<std::string>& conflicts() const { return conflicts_; }
  // One line for each delta that lacks blobs which no other open bundle has.
  std::vector<std::string> Gaps() const;

  // `ns` is the value of ?ns= (or empty). With ns: exactly that upstream's repository. Without:
  // `name` may begin with an upstream host ("ghcr.io/org/x"), or be bare when exactly one upstream
  // has it. docker.io's short names work with and without library/. A host with a port may be
  // written with ':' or, as in a path of another registry, with '_'.
  // kNotFound, or kAmbiguous whose message names the candidates.
  Result<const Repository*> FindRepository(std::string_view ns, std::string_view name) const;

  // "host/name" of every repository, sorted.
  std::vector<std::string> RepositoryNames() const;

  // A copy of the blob that is not known to be corrupt, or kNotFound (which says so when a delta
  // leaves it out); kCorrupt when every copy failed verification.
  Result<BlobLocation> FindBlob(const Digest& digest) const;

  // A manifest's bytes, verified, from memory once it was read. `descriptor` gets media type, size.
  Result<std::shared_ptr<const std::string>> ReadManifest(const Digest& digest,
                                                          Descriptor* descriptor) const;
  // Reads and verifies every manifest of every bundle into memory, so that a medium that stalls
  // later does not stop names from resolving. Called once, by a background thread.
  void LoadManifests() const;

  // Descriptors of the repository's manifests whose subject is `subject`, as the referrers API
  // lists them.
  // https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
  std::vector<Descriptor> Referrers(const Repository& repository, const Digest& subject) const;

  struct AssetLocation {
    const Bundle* bundle = nullptr;
    const Asset* asset = nullptr;
  };
  // `path` without a leading slash. kNotFound.
  Result<AssetLocation> FindAsset(std::string_view path) const;
  // Paths of every asset, sorted.
  std::vector<std::string> AssetPaths() const;

 private:
  struct ReadBlob {
    ManifestKind kind = ManifestKind::kNone;
    std::string text;
  };

  Catalog() = default;

  void AddBundle(const Bundle& bundle);
  void AddReference(const Bundle& bundle, const Descriptor& descriptor);
  void AddAsset(const Bundle& bundle, const Asset& asset);
  const Repository* FindKey(std::string_view host, std::string_view name) const;
  Result<const Repository*> FindWithNs(std::string_view ns, std::string_view name) const;
  Result<const Repository*> FindBare(std::string_view name) const;
  Result<ReadBlob> ReadFirstWhole(const Digest& digest) const;

  std::vector<std::shared_ptr<Bundle>> bundles_;
  std::map<std::string, Repository, std::less<>> repositories_;           // by "host/name"
  std::map<std::string, std::vector<std::string>, std::less<>> by_name_;  // bare name -> keys
  std::map<std::string, AssetLocation, std::less<>> assets_;
  std::vector<std::string> conflicts_;
  mutable ManifestCache manifests_;
};

}  // namespace airgap
