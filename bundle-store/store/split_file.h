// A bundle in parts, for file systems that end at 4 GiB a file: a small manifest in JSON names the
// parts, which are read as if they were one file and never joined. ../FORMAT.md "In parts".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "oci/digest.h"

namespace airgap {

// "cozystack.tar" -> "cozystack.tar.parts.json".
inline constexpr char kSplitManifestSuffix[] = ".parts.json";

struct SplitPart {
  std::string name;  // of a file beside the manifest
  uint64_t size_bytes = 0;
  Digest digest;
};

struct SplitManifest {
  Digest identity;  // of the bundle
  uint64_t size_bytes = 0;
  std::vector<SplitPart> parts;

  // kCorrupt, kLimitExceeded or, for a version that this program does not know, kUnsupported.
  static Result<SplitManifest> Parse(std::string_view text, const std::string& what);
  std::string Format() const;
};

// Whether the file is JSON at all, which no tar or disk image begins like.
bool IsSplitManifest(const ReadableFile& file);

class SplitFile : public ReadableFile {
 public:
  // `path`: the manifest. Every part must be there and have its size: kCorrupt names the one that
  // is not. No digest is checked.
  static Result<std::shared_ptr<SplitFile>> Open(Env* env, const std::string& path);

  Status ReadAt(uint64_t offset, MutableByteSpan out) const override;
  uint64_t size_bytes() const override { return manifest_.size_bytes; }
  const std::string& name() const override { return name_; }
  int fd() const override { return -1; }
  FileSegment SegmentAt(uint64_t offset) const override;

  const SplitManifest& manifest() const { return manifest_; }
  std::string PartPath(size_t number) const;
  // Where a part starts in the whole.
  uint64_t PartOffset(size_t number) const { return starts_[number]; }

 private:
  SplitFile() = default;

  std::string name_;
  SplitManifest manifest_;
  std::vector<uint64_t> starts_;
  std::vector<std::shared_ptr<ReadableFile>> parts_;
};

// The parts, to be changed in place; nothing may be written past their end.
Result<std::unique_ptr<WritableFile>> OpenSplitToChange(Env* env, const std::string& path);

// A pending file that becomes parts of at most `part_bytes` and a manifest: "x.tar" makes
// x.tar.part-001, x.tar.part-002, ... and x.tar.parts.json, which appears last, when everything
// else is on the disk. A manifest that is there already is not replaced: kInvalidArgument.
// `is_partial`: what an earlier run left is opened, and what this one leaves stays, as with
// Env::OpenPartial().
Result<std::unique_ptr<PendingFile>> CreateSplit(Env* env, const std::string& path, unsigned mode,
                                                 uint64_t part_bytes, bool is_partial);

// "4G", "3900M", "123456789": bytes, in units of 1024. 4G alone becomes the largest size that
// FAT32 takes, a little less. kInvalidArgument: no size, or less than
// limits::bundle_part_min_bytes.
Result<uint64_t> ParsePartSize(std::string_view text);

}  // namespace airgap
