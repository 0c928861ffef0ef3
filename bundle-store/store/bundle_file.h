// The bytes behind one path that an operator gives: a bundle's tar, an appliance image, a stick, a
// CD, or the parts of a split bundle.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "store/bundle.h"
#include "store/split_file.h"

namespace airgap {

struct BundleFile {
  std::shared_ptr<ReadableFile> file;
  std::shared_ptr<const SplitFile> split;  // the same object, or null when it is one file
};

// `path`: the tar, an image, a device, or the manifest of a split bundle.
Result<BundleFile> OpenBundleFile(Env* env, const std::string& path);
// The same bytes, to be changed in place.
Result<std::unique_ptr<WritableFile>> OpenBundleFileToChange(Env* env, const std::string& path);

// Where, in a file, a bundle should be.
struct BundleExtent {
  uint64_t offset_bytes = 0;
  uint64_t size_bytes = 0;
  bool is_whole_file = false;  // no partition table: the file is the bundle
};
// kNotFound: a partition table without a bundle partition; kLimitExceeded.
Result<std::vector<BundleExtent>> FindBundleExtents(const ReadableFile& file);

// As OpenBundles() does with what is open already.
Result<std::vector<std::shared_ptr<Bundle>>> OpenBundlesIn(const BundleFile& file,
                                                           std::vector<Status>* problems);

}  // namespace airgap
