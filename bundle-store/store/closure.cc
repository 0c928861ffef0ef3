#include "store/closure.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "base/limits.h"
#include "store/held_blob.h"

namespace airgap {
namespace {

constexpr int kDepthMax = 8;

// The platforms that a sparse index carries; none for one that is whole.
std::vector<Platform> SparsePlatforms(const Descriptor& root) {
  std::vector<Platform> platforms;
  std::istringstream names(root.Annotation(annotation::kSparse));
  for (std::string name; std::getline(names, name, ',');) {
    Result<Platform> platform = Platform::Parse(name);
    if (platform.ok()) platforms.push_back(*std::move(platform));
  }
  return platforms;
}

class ClosureChecker {
 public:
  ClosureChecker(const Bundle& bundle, const std::vector<std::shared_ptr<Bundle>>& bases,
                 VerifyReport* report)
      : bundle_(bundle), bases_(bases), report_(report), is_named_(bundle.blobs().size()) {}

  void Run() {
    for (const Descriptor& root : bundle_.index().manifests) {
      std::string name = root.Annotation(annotation::kRefName);
      sparse_ = SparsePlatforms(root);
      CheckManifest(root, name.empty() ? root.digest.Short() : name, 0);
    }
    if (!all_manifests_read_) return;
    for (size_t number = 0; number < is_named_.size(); ++number) {
      if (!is_named_[number]) report_->unreferenced.push_back(bundle_.blobs()[number].digest);
    }
  }

 private:
  void Problem(std::string line) { report_->problems.push_back(std::move(line)); }

  void CheckManifest(const Descriptor& descriptor, const std::string& wanted_by, int depth) {
    std::optional<HeldBlob> held = CheckPresent(descriptor, wanted_by);
    if (!held) all_manifests_read_ = false;
    if (!held || !seen_.emplace(descriptor.digest, sparse_.empty()).second) return;
    Result<Manifest> manifest = ReadManifest(descriptor, *held, depth);
    if (!manifest.ok()) {
      all_manifests_read_ = false;
      bool is_said = held->bundle->state(held->number) == BlobState::kCorrupt;
      if (!is_said) Problem(manifest.status().WithContext(wanted_by).message());
      return;
    }
    for (const Descriptor& child : manifest->Children()) {
      if (KindOfMediaType(child.media_type) == ManifestKind::kNone ||
          !IsIndexKind(manifest->kind)) {
        CheckPresent(child, wanted_by);
      } else if (!IsLeftOut(child)) {
        CheckManifest(child, wanted_by, depth + 1);
      }
    }
  }

  // Children of a sparse index for other platforms may be absent; where they are here they are
  // looked at like any other.
  bool IsLeftOut(const Descriptor& child) const {
    if (sparse_.empty() || !child.platform || bundle_.Find(child.digest)) return false;
    return std::none_of(sparse_.begin(), sparse_.end(), [&](const Platform& platform) {
      return platform.Matches(*child.platform);
    });
  }

  static Result<Manifest> ReadManifest(const Descriptor& descriptor, const HeldBlob& held,
                                       int depth) {
    if (depth > kDepthMax) return LimitExceeded("image indexes are nested too deeply");
    if (held.bundle->state(held.number) == BlobState::kCorrupt) return Corrupt("named already");
    ASSIGN_OR_RETURN(std::string text,
                     held.bundle->ReadWholeBlob(held.number, limits::manifest_max_bytes));
    return Manifest::Parse(text, descriptor.media_type, "manifest " + descriptor.digest.ToString());
  }

  // Nothing when its bytes are not at hand: a problem, unless the delta says that they are
  // elsewhere.
  std::optional<HeldBlob> CheckPresent(const Descriptor& descriptor, const std::string& wanted_by) {
    std::optional<HeldBlob> held;
    if (std::optional<size_t> number = bundle_.Find(descriptor.digest)) {
      is_named_[*number] = true;
      held = HeldBlob{&bundle_, *number};
    }
    const BlobEntry* entry = held ? &held->entry() : bundle_.FindAbsent(descriptor.digest);
    if (entry == nullptr) {
      if (missing_.insert(descriptor.digest).second) report_->missing.push_back(descriptor.digest);
      Problem(wanted_by + " needs blob " + descriptor.digest.ToString() + ", which is missing");
      return std::nullopt;
    }
    if (entry->size_bytes != descriptor.size_bytes) {
      Problem(wanted_by + " says that blob " + descriptor.digest.ToString() + " has " +
              std::to_string(descriptor.size_bytes) + " bytes; it has " +
              std::to_string(entry->size_bytes));
    }
    return held ? held : FindIn(bases_, descriptor.digest);
  }

  const Bundle& bundle_;
  const std::vector<std::shared_ptr<Bundle>>& bases_;
  VerifyReport* report_;
  std::vector<Platform> sparse_;            // of the root that is followed
  std::set<std::pair<Digest, bool>> seen_;  // manifests, and whether they were followed whole
  std::set<Digest> missing_;
  std::vector<bool> is_named_;  // by index.json or a manifest; one for each blob
  bool all_manifests_read_ = true;
};

}  // namespace

void CheckClosure(const Bundle& bundle, const std::vector<std::shared_ptr<Bundle>>& bases,
                  VerifyReport* report) {
  ClosureChecker(bundle, bases, report).Run();
}

}  // namespace airgap
