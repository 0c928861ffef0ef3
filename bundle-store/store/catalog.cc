#include "store/catalog.h"

#include <algorithm>

#include "base/limits.h"
#include "store/repository_key.h"

namespace airgap {
namespace {

constexpr char kDockerHub[] = "docker.io";

}  // namespace

std::shared_ptr<const Catalog> Catalog::Build(std::vector<std::shared_ptr<Bundle>> bundles) {
  std::shared_ptr<Catalog> catalog(new Catalog());
  catalog->bundles_ = std::move(bundles);
  for (const auto& bundle : catalog->bundles_) catalog->AddBundle(*bundle);
  for (const auto& [key, repository] : catalog->repositories_) {
    catalog->by_name_[repository.name].push_back(key);
  }
  return catalog;
}

void Catalog::AddBundle(const Bundle& bundle) {
  for (const Descriptor& descriptor : bundle.index().manifests) {
    if (descriptor.Annotation(annotation::kAssetPath).empty()) AddReference(bundle, descriptor);
  }
  for (const Asset& asset : bundle.assets()) AddAsset(bundle, asset);
}

std::vector<std::string> Catalog::Gaps() const {
  std::vector<std::string> gaps;
  for (const auto& bundle : bundles_) {
    uint64_t blobs = 0;
    uint64_t bytes = 0;
    for (const BlobEntry& absent : bundle->absent()) {
      bool is_held = std::any_of(bundles_.begin(), bundles_.end(), [&](const auto& other) {
        return other->Find(absent.digest).has_value();
      });
      if (is_held) continue;
      ++blobs;
      bytes += absent.size_bytes;
    }
    if (blobs == 0) continue;
    gaps.push_back(bundle->location() + " is a delta: " + std::to_string(blobs) +
                   " of its blobs (" + std::to_string(bytes) +
                   " bytes) are absent; open it together with a bundle that has them");
  }
  return gaps;
}

void Catalog::AddReference(const Bundle& bundle, const Descriptor& descriptor) {
  Result<Reference> reference = Reference::ParseFull(descriptor.Annotation(annotation::kRefName));
  if (!reference.ok()) {
    conflicts_.push_back(bundle.location() + ": " + descriptor.digest.Short() +
                         " is served by digest only: " + reference.status().message());
    return;
  }
  Repository& repository = repositories_[reference->Name()];
  repository.host = reference->host;
  repository.name = reference->repository;
  repository.roots.insert(descriptor.digest);
  if (!reference->tag.empty()) {
    auto [at, is_new] = repository.tags.emplace(reference->tag, descriptor.digest);
    if (!is_new && at->second != descriptor.digest) {
      conflicts_.push_back(reference->ToString() + " is " + descriptor.digest.Short() + " in " +
                           bundle.location() + " and " + at->second.Short() +
                           " in an earlier bundle; the former is served under the tag");
      at->second = descriptor.digest;
    }
  }
  Result<Digest> subject = Digest::Parse(descriptor.Annotation(annotation::kSubject));
  if (!subject.ok()) return;
  std::vector<Descriptor>& listed = repository.referrers[*subject];
  for (const Descriptor& known : listed) {
    if (known.digest == descriptor.digest) return;
  }
  listed.push_back(descriptor);
}

void Catalog::AddAsset(const Bundle& bundle, const Asset& asset) {
  auto [at, is_new] = assets_.emplace(asset.path, AssetLocation{&bundle, &asset});
  if (is_new) return;
  if (at->second.asset->manifest.digest != asset.manifest.digest) {
    conflicts_.push_back("asset /" + asset.path + " differs between " + bundle.location() +
                         " and " + at->second.bundle->location() + "; the former is served");
  }
  at->second = AssetLocation{&bundle, &asset};
}

const Repository* Catalog::FindKey(std::string_view host, std::string_view name) const {
  std::string key = std::string(host) + "/" + FullRepositoryName(host, name);
  auto found = repositories_.find(key);
  return found == repositories_.end() ? nullptr : &found->second;
}

Result<const Repository*> Catalog::FindWithNs(std::string_view ns, std::string_view name) const {
  std::string host = CanonicalHost(ns);
  if (const Repository* repository = FindKey(host, name)) return repository;
  // A mirror with an override path asks for /v2/<host>/<repository>?ns=<host>.
  size_t slash = name.find('/');
  if (slash != std::string_view::npos && HostOfPathComponent(name.substr(0, slash)) == host) {
    if (const Repository* repository = FindKey(host, name.substr(slash + 1))) return repository;
  }
  return NotFound("no bundle carries repository " + host + "/" + FullRepositoryName(host, name));
}

Result<const Repository*> Catalog::FindBare(std::string_view name) const {
  std::set<std::string> keys;
  for (const std::string& spelled : {std::string(name), FullRepositoryName(kDockerHub, name)}) {
    auto found = by_name_.find(spelled);
    if (found != by_name_.end()) keys.insert(found->second.begin(), found->second.end());
  }
  if (keys.empty()) return NotFound("no bundle carries repository " + std::string(name));
  if (keys.size() == 1) return &repositories_.find(*keys.begin())->second;
  std::string candidates;
  for (const std::string& key : keys) candidates += (candidates.empty() ? "" : ", ") + key;
  return Ambiguous("repository " + std::string(name) + " stands for several: " + candidates +
                   "; use one of these names, or ?ns=<host>");
}

Result<const Repository*> Catalog::FindRepository(std::string_view ns,
                                                  std::string_view name) const {
  if (!ns.empty()) return FindWithNs(ns, name);
  size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    std::string host = HostOfPathComponent(name.substr(0, slash));
    if (const Repository* repository = FindKey(host, name.substr(slash + 1))) return repository;
  }
  return FindBare(name);
}

std::vector<std::string> Catalog::RepositoryNames() const {
  std::vector<std::string> names;
  names.reserve(repositories_.size());
  for (const auto& [key, repository] : repositories_) names.push_back(key);
  return names;
}

Result<BlobLocation> Catalog::FindBlob(const Digest& digest) const {
  bool seen_corrupt = false;
  for (const auto& bundle : bundles_) {
    std::optional<size_t> number = bundle->Find(digest);
    if (!number) continue;
    if (bundle->state(*number) != BlobState::kCorrupt) return BlobLocation{bundle.get(), *number};
    seen_corrupt = true;
  }
  if (seen_corrupt) {
    return Corrupt("blob " + digest.ToString() +
                   " is withdrawn: its bytes on the medium do not match its digest");
  }
  for (const auto& bundle : bundles_) {
    if (bundle->FindAbsent(digest) == nullptr) continue;
    return NotFound("blob " + digest.ToString() + " is absent from the delta " +
                    bundle->location() + "; open it together with a bundle that has it");
  }
  return NotFound("no bundle carries blob " + digest.ToString());
}

// A copy that is damaged is withdrawn while it is read; the next bundle's is as good.
Result<Catalog::ReadBlob> Catalog::ReadFirstWhole(const Digest& digest) const {
  Status last;
  for (const auto& bundle : bundles_) {
    std::optional<size_t> number = bundle->Find(digest);
    if (!number || bundle->state(*number) == BlobState::kCorrupt) continue;
    const BlobEntry& entry = bundle->blobs()[*number];
    if (entry.size_bytes > limits::manifest_max_bytes) {
      return NotFound(digest.ToString() + " is a blob, not a manifest");
    }
    Result<std::string> text = bundle->ReadWholeBlob(*number, limits::manifest_max_bytes);
    if (text.ok()) return ReadBlob{entry.kind, *std::move(text)};
    last = text.status();
  }
  return last.ok() ? FindBlob(digest).status() : last;
}

Result<std::shared_ptr<const std::string>> Catalog::ReadManifest(const Digest& digest,
                                                                 Descriptor* descriptor) const {
  std::optional<CachedManifest> cached = manifests_.Get(digest);
  if (!cached) {
    ASSIGN_OR_RETURN(ReadBlob blob, ReadFirstWhole(digest));
    Result<Manifest> parsed =
        Manifest::Parse(blob.text, MediaTypeOf(blob.kind), "manifest " + digest.ToString());
    if (!parsed.ok()) return NotFound(parsed.status().message());
    cached = CachedManifest{parsed->media_type,
                            std::make_shared<const std::string>(std::move(blob.text))};
    manifests_.Put(digest, *cached);
  }
  descriptor->media_type = cached->media_type;
  descriptor->digest = digest;
  descriptor->size_bytes = cached->text->size();
  return cached->text;
}

void Catalog::LoadManifests() const {
  for (const auto& bundle : bundles_) {
    for (const BlobEntry& blob : bundle->blobs()) {
      if (blob.kind == ManifestKind::kNone) continue;
      Descriptor ignored;
      // A manifest that cannot be read is named by verification and when it is asked for.
      (void)ReadManifest(blob.digest, &ignored);
    }
  }
}

std::vector<Descriptor> Catalog::Referrers(const Repository& repository,
                                           const Digest& subject) const {
  std::vector<Descriptor> result;
  auto found = repository.referrers.find(subject);
  if (found == repository.referrers.end()) return result;
  for (const Descriptor& known : found->second) {
    Descriptor listed;
    auto text = ReadManifest(known.digest, &listed);
    if (!text.ok()) continue;
    Result<Manifest> manifest = Manifest::Parse(**text, listed.media_type, "referrer");
    if (!manifest.ok()) continue;
    listed.artifact_type = manifest->artifact_type;
    listed.annotations = manifest->annotations;
    result.push_back(std::move(listed));
  }
  return result;
}

Result<Catalog::AssetLocation> Catalog::FindAsset(std::string_view path) const {
  auto found = assets_.find(path);
  if (found == assets_.end()) {
    return NotFound("no bundle carries the asset /" + std::string(path));
  }
  return found->second;
}

std::vector<std::string> Catalog::AssetPaths() const {
  std::vector<std::string> paths;
  paths.reserve(assets_.size());
  for (const auto& [path, location] : assets_) paths.push_back(path);
  return paths;
}

}  // namespace airgap
