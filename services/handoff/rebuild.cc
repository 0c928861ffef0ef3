#include "handoff/rebuild.h"

#include "base/limits.h"
#include "handoff/push_plan.h"
#include "oci/reference.h"
#include "store/signatures.h"

namespace airgap {

void RebuildPlan::Missing(const std::string& line) {
  if (missing_->size() < limits::handoff_problems_max_count) missing_->push_back(line);
}

BlobSource* RebuildPlan::SourceOf(const std::string& repository) {
  auto& source = sources_[repository];
  if (!source) {
    source = std::make_unique<RepositorySource>(target_.client, target_.Of(repository));
  }
  return source.get();
}

void RebuildPlan::AddBlob(const std::string& repository, const Descriptor& descriptor) {
  auto listed = wanted_.find(descriptor.digest);
  // What the bundle does not carry: foreign layers, children of a sparse index.
  if (listed == wanted_.end() || plan_.Has(descriptor.digest)) return;
  Descriptor blob;
  blob.digest = descriptor.digest;
  blob.size_bytes = listed->second.size_bytes;
  Status added = plan_.AddBlob(blob, listed->second.kind, SourceOf(repository), repository);
  if (!added.ok()) Missing(repository + ": " + added.message());
}

// A manifest that is not at the target is told and left out; an error is that of the target.
Status RebuildPlan::AddManifest(const std::string& repository, const Digest& digest,
                                unsigned depth) {
  auto listed = wanted_.find(digest);
  if (listed == wanted_.end() || plan_.Has(digest)) return OkStatus();
  std::string name = repository + "@" + digest.ToString();
  if (depth > limits::image_index_depth_max) {
    return LimitExceeded(name + ": image indexes are nested too deeply");
  }
  std::string media_type;
  auto text = target_.client->GetManifest(target_.Of(repository), digest.ToString(), &media_type);
  if (text.status().code() == Code::kNotFound) {
    Missing(name);
    return OkStatus();
  }
  if (!text.ok()) return text.status();
  Descriptor descriptor;
  descriptor.digest = digest;
  descriptor.size_bytes = listed->second.size_bytes;
  descriptor.media_type = MediaTypeOf(listed->second.kind);
  ASSIGN_OR_RETURN(Manifest manifest, Manifest::Parse(*text, descriptor.media_type, name));
  RETURN_IF_ERROR(
      plan_.AddBytes(descriptor, listed->second.kind, *std::move(text)).WithContext(name));
  for (const Descriptor& child : manifest.Children()) {
    bool is_manifest =
        IsIndexKind(manifest.kind) && KindOfMediaType(child.media_type) != ManifestKind::kNone;
    if (is_manifest) {
      RETURN_IF_ERROR(AddManifest(repository, child.digest, depth + 1));
    } else {
      AddBlob(repository, child);
    }
  }
  return OkStatus();
}

Result<std::unique_ptr<RebuildPlan>> RebuildPlan::Make(
    const HandoffTarget& target, const Bundle& like, std::vector<std::string>* missing,
    const std::function<void(const HandoffProgress&)>& progress) {
  std::unique_ptr<RebuildPlan> rebuild(new RebuildPlan(target));
  rebuild->missing_ = missing;
  for (const BlobEntry& blob : like.blobs()) rebuild->wanted_.emplace(blob.digest, blob);
  for (const BlobEntry& blob : like.absent()) rebuild->wanted_.emplace(blob.digest, blob);
  HandoffProgress done;
  done.total_count = like.index().manifests.size();
  for (const Descriptor& root : like.index().manifests) {
    ASSIGN_OR_RETURN(Reference reference,
                     Reference::ParseFull(root.Annotation(annotation::kRefName)));
    std::string repository = TargetRepository(reference.host, reference.repository);
    RETURN_IF_ERROR(rebuild->AddManifest(repository, root.digest, 0));
    ++done.done_count;
    progress(done);
  }
  for (const auto& [digest, blob] : rebuild->wanted_) {
    if (!rebuild->plan_.Has(digest)) rebuild->Missing("blob " + digest.ToString());
  }
  if (!missing->empty()) {
    return NotFound("the registry lacks " + std::to_string(missing->size()) +
                    " parts of the bundle");
  }
  rebuild->plan_.SetIndexText(like.index_json());
  if (auto signatures = ReadSignatures(like); signatures.ok()) {
    rebuild->plan_.SetSignatures(FormatSignatures(*signatures));
  }
  return rebuild;
}

}  // namespace airgap
