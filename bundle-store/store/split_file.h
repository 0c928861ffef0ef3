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

// An Env whose pending files become parts of at most `part_bytes` and a manifest: WriteBundle() to
// "x.tar" through it makes x.tar.part-001, x.tar.part-002, ... and x.tar.parts.json, which appears
// last, when everything else is on the disk. A manifest that is there already is not replaced:
// CreatePending() is kInvalidArgument.
class SplitEnv : public Env {
 public:
  SplitEnv(Env* env, uint64_t part_bytes) : env_(env), part_bytes_(part_bytes) {}
  Result<std::shared_ptr<ReadableFile>> OpenReadable(const std::string& path) override {
    return env_->OpenReadable(path);
  }
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override {
    return env_->OpenWritable(path);
  }
  Result<std::unique_ptr<PendingFile>> CreatePending(const std::string& path,
                                                     unsigned mode) override;
  Result<std::vector<std::string>> ListFiles(const std::string& folder) override {
    return env_->ListFiles(folder);
  }
  Status RemoveFile(const std::string& path) override { return env_->RemoveFile(path); }
  Result<uint64_t> FreeBytes(const std::string& folder) override { return env_->FreeBytes(folder); }
  int64_t NowUnixSeconds() override { return env_->NowUnixSeconds(); }

 private:
  Env* env_;
  uint64_t part_bytes_;
};

// "4G", "3900M", "123456789": bytes, in units of 1024. 4G alone becomes the largest size that
// FAT32 takes, a little less. kInvalidArgument: no size, or less than
// limits::bundle_part_min_bytes.
Result<uint64_t> ParsePartSize(std::string_view text);

}  // namespace airgap
