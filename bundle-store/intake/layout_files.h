// The files of an OCI image layout, wherever they lie: in a folder, or inside an archive.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "store/bundle_plan.h"

namespace airgap {

// One file's bytes: a stretch of an open file.
struct FileExtent {
  std::shared_ptr<ReadableFile> file;
  uint64_t offset_bytes = 0;
  uint64_t size_bytes = 0;
};

class LayoutFiles {
 public:
  virtual ~LayoutFiles() = default;
  // As the operator named it.
  virtual const std::string& name() const = 0;
  // `path` as in the layout: "blobs/sha256/<hex>". kNotFound.
  virtual Result<FileExtent> Find(const std::string& path) = 0;
};

// The whole extent, at most `max_bytes`; `what` names it in errors.
Result<std::string> ReadExtent(const FileExtent& extent, uint64_t max_bytes,
                               const std::string& what);
// All of it to `sink`, in order.
Status StreamExtent(const FileExtent& extent, const ByteSink& sink);

// A folder. A name that leaves it through a symbolic link is kInvalidArgument.
Result<std::unique_ptr<LayoutFiles>> OpenLayoutFolder(Env* env, const std::string& folder);

}  // namespace airgap
