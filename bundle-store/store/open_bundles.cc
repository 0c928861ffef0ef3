// OpenBundles: the bundles behind one path, be it a tar, an image file, a stick, a CD or parts.
#include "base/limits.h"
#include "store/bundle.h"
#include "store/bundle_file.h"
#include "store/gpt.h"

namespace airgap {
namespace {

using Bundles = std::vector<std::shared_ptr<Bundle>>;

// A part that was swapped for another bundle's is found here when it is the first, and else when
// its first blob is touched.
Status CheckIdentity(const SplitFile& split, const Bundle& bundle) {
  if (split.manifest().identity == bundle.identity()) return OkStatus();
  return Corrupt(split.PartPath(0) + " belongs to bundle " + bundle.identity().Short() + ", " +
                 split.name() + " to bundle " + split.manifest().identity.Short() +
                 "; put the parts of one bundle together");
}

}  // namespace

Result<BundleFile> OpenBundleFile(Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(std::shared_ptr<ReadableFile> file, env->OpenReadable(path));
  if (!IsSplitManifest(*file)) return BundleFile{file, nullptr};
  ASSIGN_OR_RETURN(std::shared_ptr<SplitFile> split, SplitFile::Open(env, path));
  return BundleFile{split, split};
}

Result<std::unique_ptr<WritableFile>> OpenBundleFileToChange(Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(std::shared_ptr<ReadableFile> file, env->OpenReadable(path));
  if (IsSplitManifest(*file)) return OpenSplitToChange(env, path);
  return env->OpenWritable(path);
}

Result<std::vector<BundleExtent>> FindBundleExtents(const ReadableFile& file) {
  std::vector<BundleExtent> extents;
  Result<GptTable> table = ReadGpt(file);
  if (!table.ok()) {
    if (table.status().code() != Code::kNotFound) return table.status();
    extents.push_back({0, file.size_bytes(), true});
    return extents;
  }
  for (const GptPartition& partition : table->BundlePartitions()) {
    if (extents.size() == limits::bundles_open_max_count) {
      return LimitExceeded(file.name() + " holds more than " +
                           std::to_string(limits::bundles_open_max_count) + " bundles");
    }
    extents.push_back({partition.offset_bytes(), partition.size_bytes(), false});
  }
  if (extents.empty()) {
    return NotFound(file.name() +
                    " has a partition table, but no bundle partition; put a bundle"
                    " on it with 'cozy-airgap image build'");
  }
  return extents;
}

Result<Bundles> OpenBundlesIn(const BundleFile& file, std::vector<Status>* problems) {
  ASSIGN_OR_RETURN(std::vector<BundleExtent> extents, FindBundleExtents(*file.file));
  Bundles bundles;
  Status first_problem;
  for (const BundleExtent& extent : extents) {
    Result<std::shared_ptr<Bundle>> bundle =
        Bundle::Open(file.file, extent.offset_bytes, extent.size_bytes);
    Status status = bundle.status();
    if (file.split) {
      status =
          bundle.ok()
              ? CheckIdentity(*file.split, **bundle)
              : status.WithContext(file.split->PartPath(0) + " is damaged or not the first part");
    }
    if (status.ok()) {
      bundles.push_back(*std::move(bundle));
      continue;
    }
    if (first_problem.ok()) first_problem = status;
    if (problems != nullptr) problems->push_back(status);
  }
  bool fatal = problems == nullptr || bundles.empty();
  if (!first_problem.ok() && fatal) return first_problem;
  return bundles;
}

Result<Bundles> OpenBundles(Env* env, const std::string& path, std::vector<Status>* problems) {
  ASSIGN_OR_RETURN(BundleFile file, OpenBundleFile(env, path));
  return OpenBundlesIn(file, problems);
}

}  // namespace airgap
