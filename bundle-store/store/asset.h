// Reading an asset: a file that no client verifies, so every chunk is verified here before a byte
// of it is sent.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "store/catalog.h"

namespace airgap {

// One asset, opened once and kept. Safe to use from several threads.
class AssetReader {
 public:
  // Reads and verifies the asset's manifest and its list of chunk digests.
  static Result<std::shared_ptr<AssetReader>> Open(std::shared_ptr<const Catalog> catalog,
                                                   const Catalog::AssetLocation& location);
  // One that no bundle carries: `bytes` are the asset, and need no proof.
  static std::shared_ptr<AssetReader> OfMemory(std::string path, std::string bytes);

  // One whose bytes come from elsewhere, a chunk of limits::asset_chunk_bytes (the last one: what
  // is left) at a time; each is verified whenever it comes. `chunks` are their digests.
  using ChunkFetch = std::function<Status(uint64_t offset_bytes, MutableByteSpan out)>;
  static std::shared_ptr<AssetReader> OfChunks(std::string path, const Descriptor& layer,
                                               std::vector<Digest> chunks, ChunkFetch fetch);

  const std::string& path() const { return path_; }
  const std::string& file_name() const { return file_name_; }
  uint64_t size_bytes() const { return size_; }
  const Digest& digest() const { return digest_; }  // of the whole file: its strong ETag

  // Verifies every chunk that [offset, offset+length) touches and was not verified before.
  // kCorrupt names the asset and the chunk, and withdraws the blob.
  Status VerifyRange(uint64_t offset_bytes, uint64_t length_bytes);
  // Whether that range was verified already: then sendfile of SegmentOf() is allowed.
  bool IsRangeVerified(uint64_t offset_bytes, uint64_t length_bytes) const;
  // Fills `out` from `offset`, verified.
  Status Read(uint64_t offset_bytes, MutableByteSpan out);

  // For sendfile; fd is -1 when only Read() works for that range.
  FileSegment SegmentOf(uint64_t offset_bytes, uint64_t length_bytes) const {
    if (bundle_ == nullptr) return {};
    return bundle_->SegmentOf(blob_number_, offset_bytes, length_bytes);
  }
  // Of reads that may wait for one another; -1: memory.
  int medium() const { return bundle_ == nullptr ? -1 : bundle_->medium(); }

 private:
  AssetReader() = default;
  Status VerifyChunk(uint64_t chunk);
  // Verified.
  Result<std::shared_ptr<const std::string>> FetchChunk(uint64_t chunk);
  uint64_t ChunkLength(uint64_t chunk) const;

  std::shared_ptr<const Catalog> catalog_;
  const Bundle* bundle_ = nullptr;  // null: `memory_`
  std::string memory_;
  ChunkFetch fetch_;
  std::mutex fetched_mutex_;
  std::map<uint64_t, std::shared_ptr<const std::string>> fetched_;  // guarded by it: some chunks
  size_t blob_number_ = 0;
  std::string path_;
  std::string file_name_;
  uint64_t size_ = 0;
  Digest digest_;
  std::vector<Digest> chunks_;
  std::unique_ptr<std::atomic<bool>[]> verified_;
};

// The chunk digests in an asset's config blob. kCorrupt: it is none for a file of this size.
// ../FORMAT.md "Assets"
Result<std::vector<Digest>> ParseAssetChunks(std::string_view text, uint64_t size_bytes,
                                             const std::string& what);

}  // namespace airgap
