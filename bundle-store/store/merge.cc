#include "store/merge.h"

#include <algorithm>

#include "store/blob_stream.h"
#include "store/held_blob.h"
#include "store/signatures.h"

namespace airgap {
namespace {

using Bundles = std::vector<std::shared_ptr<Bundle>>;

bool IsHeld(const Bundles& bundles, const BlobEntry& blob) {
  return std::any_of(bundles.begin(), bundles.end(), [&](const auto& bundle) {
    std::optional<size_t> number = bundle->Find(blob.digest);
    return number && bundle->blobs()[*number].size_bytes == blob.size_bytes;
  });
}

Status PlanBlob(const BlobEntry& blob, BlobSource* source, BundlePlan* plan) {
  Descriptor descriptor;
  descriptor.digest = blob.digest;
  descriptor.size_bytes = blob.size_bytes;
  return plan->AddBlob(descriptor, blob.kind, source);
}

}  // namespace

std::vector<BlobEntry> MissingFrom(const Bundles& bases, const Bundle& delta) {
  std::vector<BlobEntry> missing;
  for (const BlobEntry& blob : delta.absent()) {
    if (!IsHeld(bases, blob)) missing.push_back(blob);
  }
  return missing;
}

// Gives each blob from the first bundle that holds it.
class MergePlan::HeldBlobs : public BlobSource {
 public:
  // The delta first.
  explicit HeldBlobs(Bundles bundles) : bundles_(std::move(bundles)) {}

  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override {
    for (const auto& bundle : bundles_) {
      std::optional<size_t> number = bundle->Find(descriptor.digest);
      if (!number || bundle->state(*number) == BlobState::kCorrupt) continue;
      return StreamBlob(*bundle, *number, sink).WithContext(bundle->location());
    }
    return NotFound("no bundle holds blob " + descriptor.digest.ToString());
  }

 private:
  Bundles bundles_;
};

MergePlan::MergePlan() = default;
MergePlan::~MergePlan() = default;

Result<std::unique_ptr<MergePlan>> MergePlan::Make(Bundles bases,
                                                   const std::shared_ptr<Bundle>& delta) {
  if (std::vector<BlobEntry> missing = MissingFrom(bases, *delta); !missing.empty()) {
    return NotFound(std::to_string(missing.size()) + " of the blobs that " + delta->location() +
                    " leaves out are in no base, " + missing[0].digest.ToString() + " first");
  }
  std::unique_ptr<MergePlan> merge(new MergePlan);
  bases.insert(bases.begin(), delta);
  merge->source_ = std::make_unique<HeldBlobs>(std::move(bases));
  BundlePlan& plan = merge->plan_;
  plan.SetIndexText(delta->index_json());
  // A delta that was signed makes a whole bundle that is. Damaged ones are left behind.
  if (auto signatures = ReadSignatures(*delta); signatures.ok()) {
    plan.SetSignatures(FormatSignatures(*signatures));
  }
  BlobSource* source = merge->source_.get();
  for (const BlobEntry& blob : delta->blobs()) RETURN_IF_ERROR(PlanBlob(blob, source, &plan));
  for (const BlobEntry& blob : delta->absent()) RETURN_IF_ERROR(PlanBlob(blob, source, &plan));
  return merge;
}

Status LeaveOutHeld(const Bundles& bases, BundlePlan* plan) {
  for (const auto& [digest, planned] : plan->blobs()) {
    std::optional<HeldBlob> held = FindIn(bases, digest);
    if (!held) continue;
    uint64_t size = held->entry().size_bytes;
    if (size != planned.descriptor.size_bytes) {
      return Corrupt(held->bundle->location() + " says that blob " + digest.ToString() + " has " +
                     std::to_string(size) + " bytes; the new bundle's has " +
                     std::to_string(planned.descriptor.size_bytes));
    }
    plan->LeaveOut(digest);
  }
  return OkStatus();
}

}  // namespace airgap
