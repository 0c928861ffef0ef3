#include "handoff/push_plan.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

const BlobEntry* FindAbsent(const Catalog& catalog, const Digest& digest) {
  for (const auto& bundle : catalog.bundles()) {
    if (const BlobEntry* entry = bundle->FindAbsent(digest)) return entry;
  }
  return nullptr;
}

// Follows one repository's names to their leaves.
class RepositoryPlanner {
 public:
  RepositoryPlanner(const Catalog& catalog, HandoffPlan* plan, PlannedRepository* repository)
      : catalog_(catalog), plan_(plan), repository_(repository) {}

  // The height of what `digest` names; planned once.
  Result<unsigned> Add(const Digest& digest, unsigned depth) {
    auto known = heights_.find(digest);
    if (known != heights_.end()) return known->second;
    if (depth > limits::image_index_depth_max) {
      return LimitExceeded(Name(digest) + ": image indexes are nested too deeply");
    }
    PlannedManifest planned;
    auto text = catalog_.ReadManifest(digest, &planned.descriptor);
    if (!text.ok()) return AddAbsent(digest, text.status());
    ASSIGN_OR_RETURN(Manifest manifest,
                     Manifest::Parse(**text, planned.descriptor.media_type, Name(digest)));
    if (manifest.subject) planned.subject = manifest.subject->digest;
    for (const Descriptor& child : manifest.Children()) {
      bool is_manifest =
          IsIndexKind(manifest.kind) && KindOfMediaType(child.media_type) != ManifestKind::kNone;
      if (!is_manifest) {
        repository_->blobs[child.digest] = child.size_bytes;
        continue;
      }
      Result<unsigned> height = Add(child.digest, depth + 1);
      if (height.status().code() == Code::kNotFound && depth == 0) {
        if (plan_->sparse.empty() || plan_->sparse.back() != Name(digest)) {
          plan_->sparse.push_back(Name(digest));
        }
        continue;
      }
      if (!height.ok()) return height.status();
      planned.height = std::max(planned.height, *height + 1);
    }
    heights_[digest] = planned.height;
    unsigned height = planned.height;
    repository_->manifests.push_back(std::move(planned));
    return height;
  }

 private:
  std::string Name(const Digest& digest) const {
    return repository_->name + "@" + digest.ToString();
  }

  // What it needs in turn a delta does not tell; whoever has it has all that, or should.
  Result<unsigned> AddAbsent(const Digest& digest, const Status& why) {
    const BlobEntry* entry = FindAbsent(catalog_, digest);
    if (entry == nullptr) return why;
    PlannedManifest planned;
    planned.descriptor.digest = digest;
    planned.descriptor.size_bytes = entry->size_bytes;
    planned.descriptor.media_type = MediaTypeOf(entry->kind);
    planned.is_absent = true;
    heights_[digest] = 0;
    repository_->manifests.push_back(std::move(planned));
    return 0U;
  }

  const Catalog& catalog_;
  HandoffPlan* const plan_;
  PlannedRepository* const repository_;
  std::map<Digest, unsigned> heights_;
};

Status AddRepository(const Catalog& catalog, const Repository& source, HandoffPlan* plan) {
  PlannedRepository repository;
  repository.name = TargetRepository(source.host, source.name);
  RepositoryPlanner planner(catalog, plan, &repository);
  std::set<Digest> roots = source.roots;
  for (const auto& [tag, digest] : source.tags) roots.insert(digest);
  for (const Digest& root : roots) RETURN_IF_ERROR(planner.Add(root, 0).status());
  repository.tags = source.tags;
  plan->repositories.push_back(std::move(repository));
  return OkStatus();
}

// Two paths may have one name, for repositories know no capital letters: the first has the tag.
Status AddAssets(const Catalog& catalog, HandoffPlan* plan) {
  std::map<std::string, PlannedRepository> repositories;
  for (const std::string& path : catalog.AssetPaths()) {
    ASSIGN_OR_RETURN(Catalog::AssetLocation location, catalog.FindAsset(path));
    const Descriptor& manifest = location.asset->manifest;
    ASSIGN_OR_RETURN(Reference reference,
                     Reference::ParseFull(manifest.Annotation(annotation::kRefName)));
    std::string name = TargetRepository(reference.host, reference.repository);
    PlannedRepository& repository = repositories[name];
    repository.name = name;
    RepositoryPlanner planner(catalog, plan, &repository);
    RETURN_IF_ERROR(planner.Add(manifest.digest, 0).status());
    repository.tags.emplace(kAssetTag, manifest.digest);
  }
  for (auto& [name, repository] : repositories) plan->repositories.push_back(std::move(repository));
  return OkStatus();
}

}  // namespace

std::string TargetRepository(std::string_view host, std::string_view name) {
  std::string repository(host);
  std::replace(repository.begin(), repository.end(), ':', '_');
  return repository.append("/").append(name);
}

Result<HandoffPlan> HandoffPlan::Make(const Catalog& catalog) {
  HandoffPlan plan;
  for (const std::string& name : catalog.RepositoryNames()) {
    ASSIGN_OR_RETURN(const Repository* repository, catalog.FindRepository("", name));
    RETURN_IF_ERROR(AddRepository(catalog, *repository, &plan));
  }
  RETURN_IF_ERROR(AddAssets(catalog, &plan));
  std::map<Digest, SharedBlob> blobs;
  for (PlannedRepository& repository : plan.repositories) {
    std::stable_sort(repository.manifests.begin(), repository.manifests.end(),
                     [](const auto& a, const auto& b) { return a.height < b.height; });
    for (const auto& [digest, size] : repository.blobs) {
      SharedBlob& blob = blobs[digest];
      blob.digest = digest;
      blob.size = size;
      blob.repositories.push_back(repository.name);
    }
  }
  plan.blobs.reserve(blobs.size());
  for (auto& [digest, blob] : blobs) {
    plan.total_bytes += blob.size;
    plan.blobs.push_back(std::move(blob));
  }
  std::stable_sort(plan.blobs.begin(), plan.blobs.end(),
                   [](const SharedBlob& a, const SharedBlob& b) { return a.size > b.size; });
  return plan;
}

}  // namespace airgap
