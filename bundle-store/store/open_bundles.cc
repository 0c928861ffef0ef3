// OpenBundles: the bundles behind one path, be it a tar, an image file, a stick or a CD.
#include "base/limits.h"
#include "store/bundle.h"
#include "store/gpt.h"

namespace airgap {
namespace {

using Bundles = std::vector<std::shared_ptr<Bundle>>;

// Where, in `file`, a bundle should be.
struct Extent {
  uint64_t offset_bytes;
  uint64_t size_bytes;
};

Result<std::vector<Extent>> FindExtents(const ReadableFile& file) {
  std::vector<Extent> extents;
  Result<GptTable> table = ReadGpt(file);
  if (!table.ok()) {
    if (table.status().code() != Code::kNotFound) return table.status();
    extents.push_back({0, file.size_bytes()});
    return extents;
  }
  for (const GptPartition& partition : table->BundlePartitions()) {
    if (extents.size() == limits::bundles_open_max_count) {
      return LimitExceeded(file.name() + " holds more than " +
                           std::to_string(limits::bundles_open_max_count) + " bundles");
    }
    extents.push_back({partition.offset_bytes(), partition.size_bytes()});
  }
  if (extents.empty()) {
    return NotFound(file.name() +
                    " has a partition table, but no bundle partition; put a bundle"
                    " on it with 'cozy-airgap image build'");
  }
  return extents;
}

}  // namespace

Result<Bundles> OpenBundles(Env* env, const std::string& path, std::vector<Status>* problems) {
  ASSIGN_OR_RETURN(std::shared_ptr<ReadableFile> file, env->OpenReadable(path));
  ASSIGN_OR_RETURN(std::vector<Extent> extents, FindExtents(*file));
  Bundles bundles;
  Status first_problem;
  for (const Extent& extent : extents) {
    Result<std::shared_ptr<Bundle>> bundle =
        Bundle::Open(file, extent.offset_bytes, extent.size_bytes);
    if (bundle.ok()) {
      bundles.push_back(*std::move(bundle));
      continue;
    }
    if (first_problem.ok()) first_problem = bundle.status();
    if (problems != nullptr) problems->push_back(bundle.status());
  }
  bool fatal = problems == nullptr || bundles.empty();
  if (!first_problem.ok() && fatal) return first_problem;
  return bundles;
}

}  // namespace airgap
