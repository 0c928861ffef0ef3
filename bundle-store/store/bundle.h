// An open bundle: where every blob's bytes lie in the tar. Reading the front of the file is
// enough to open one; payloads are not read. See ../FORMAT.md.
//
// A Bundle does not change after Open(); it is safe to use from several threads. Only the
// verification state of each blob is mutable, and atomic.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "oci/digest.h"
#include "oci/manifest.h"
#include "oci/reference.h"

namespace airgap {

enum class BlobState : uint8_t { kUnchecked = 0, kVerified = 1, kCorrupt = 2 };

// One blob of a bundle.
struct BlobEntry {
  Digest digest;              // sha256
  uint64_t offset_bytes = 0;  // of the payload, from the start of the tar
  uint64_t size_bytes = 0;
  ManifestKind kind = ManifestKind::kNone;
};

// A file served over HTTP and TFTP: one layer of an asset artifact.
struct Asset {
  std::string path;  // "boot/vmlinuz": no leading slash
  Descriptor manifest;
};

class Bundle {
 public:
  // `file` holds a tar at [offset, offset+size). Errors: kCorrupt (not a bundle, or damaged: what
  // and where), kLimitExceeded, or what reading gave.
  static Result<std::shared_ptr<Bundle>> Open(std::shared_ptr<ReadableFile> file,
                                              uint64_t offset_bytes, uint64_t size_bytes);

  // Name for messages: the file's, with the partition where there is one.
  const std::string& location() const { return location_; }
  // sha256 of index.json: the bundle's identity.
  const Digest& identity() const { return identity_; }
  const std::string& name() const { return name_; }           // from index.json's annotations
  const std::string& version() const { return version_; }     // may be empty
  int64_t created_unix_s() const { return created_unix_s_; }  // 0: index.json does not say
  const std::vector<std::string>& platforms() const { return platforms_; }
  const std::string& index_json() const { return index_json_; }
  const Manifest& index() const { return index_; }
  const std::vector<Asset>& assets() const { return assets_; }

  // Sorted by digest.
  const std::vector<BlobEntry>& blobs() const { return blobs_; }
  // Position in blobs(), or nothing.
  std::optional<size_t> Find(const Digest& digest) const;

  // A delta leaves blobs out that belong to it and that another bundle holds: they are listed here,
  // sorted by digest, without an offset.
  bool is_delta() const { return !absent_.empty(); }
  const std::vector<BlobEntry>& absent() const { return absent_; }
  uint64_t absent_bytes() const;
  // Null when this bundle does not list it as absent.
  const BlobEntry* FindAbsent(const Digest& digest) const;

  // Checks the tar header in front of a blob, once: the offset table is trusted for speed only.
  Status CheckHeader(size_t blob_number) const;
  // Bytes [offset, offset+out.size()) of a blob. Past its end is kInvalidArgument.
  Status ReadBlob(size_t blob_number, uint64_t offset_bytes, MutableByteSpan out) const;
  // A whole blob of at most `max_bytes`, its digest verified.
  Result<std::string> ReadWholeBlob(size_t blob_number, uint64_t max_bytes) const;

  // For sendfile: where bytes [offset, offset+length) of a blob lie together in one file. fd is -1
  // where they do not (the end of one part and the start of the next), or where there is no file.
  FileSegment SegmentOf(size_t blob_number, uint64_t offset_bytes, uint64_t length_bytes) const;
  // A number that bundles on one medium share and others do not.
  int medium() const { return file_->SegmentAt(base_offset_).fd; }
  // Where the first entry behind the offset table stands; 0 when there is no table.
  uint64_t after_table_bytes() const { return after_table_; }
  const ReadableFile& file() const { return *file_; }
  uint64_t base_offset() const { return base_offset_; }
  uint64_t size_bytes() const { return size_; }

  BlobState state(size_t blob_number) const {
    return static_cast<BlobState>(states_[blob_number].load(std::memory_order_acquire));
  }
  // kCorrupt is final: a blob that failed once stays withdrawn.
  void SetState(size_t blob_number, BlobState state) const;

 private:
  friend class BundleOpener;
  Bundle() = default;

  std::shared_ptr<ReadableFile> file_;
  uint64_t base_offset_ = 0;
  uint64_t size_ = 0;
  uint64_t after_table_ = 0;
  std::string location_;
  Digest identity_;
  std::string name_;
  std::string version_;
  int64_t created_unix_s_ = 0;
  std::vector<std::string> platforms_;
  std::string index_json_;
  Manifest index_;
  std::vector<Asset> assets_;
  std::vector<BlobEntry> blobs_;
  std::vector<BlobEntry> absent_;
  mutable std::unique_ptr<std::atomic<uint8_t>[]> states_;
  mutable std::unique_ptr<std::atomic<bool>[]> header_checked_;
};

// Every bundle at `path`: the tar itself, or, where `path` carries a GPT (an appliance image, a
// stick, a CD), one per partition of the bundle type. None at all is kNotFound. When one of
// several partitions is damaged the others still open; `problems` gets a line for each that
// did not (may be null: then the first problem is the result).
Result<std::vector<std::shared_ptr<Bundle>>> OpenBundles(Env* env, const std::string& path,
                                                         std::vector<Status>* problems);

}  // namespace airgap
