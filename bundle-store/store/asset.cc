#include "store/asset.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

// The chunk digests of an asset's config blob. ../FORMAT.md "Assets".
Result<std::vector<Digest>> ParseChunks(std::string_view text, uint64_t size_bytes,
                                        const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::asset_config_max_bytes, what));
  JsonView root = document.root();
  uint64_t expected = (size_bytes + limits::asset_chunk_bytes - 1) / limits::asset_chunk_bytes;
  if (root["chunkSize"].Uint() != limits::asset_chunk_bytes || !root["chunks"].IsArray() ||
      root["chunks"].size() != expected) {
    return Corrupt(what + " does not list one digest for each MiB of the file");
  }
  std::vector<Digest> chunks;
  chunks.reserve(expected);
  Status status;
  root["chunks"].ForEach([&](JsonView chunk) {
    Result<Digest> digest = Digest::Parse("sha256:" + chunk.StringOr(""));
    if (!digest.ok()) {
      status = Corrupt(what + ": " + digest.status().message());
      return false;
    }
    chunks.push_back(*digest);
    return true;
  });
  if (!status.ok()) return status;
  return chunks;
}

Result<size_t> FindIn(const Bundle& bundle, const Digest& digest, const std::string& what) {
  std::optional<size_t> number = bundle.Find(digest);
  if (number) return *number;
  return Corrupt(bundle.location() + ": " + what + " " + digest.ToString() + " is missing");
}

}  // namespace

Result<std::shared_ptr<AssetReader>> AssetReader::Open(std::shared_ptr<const Catalog> catalog,
                                                       const Catalog::AssetLocation& location) {
  const Bundle& bundle = *location.bundle;
  const Asset& asset = *location.asset;
  std::string what = "asset /" + asset.path;
  ASSIGN_OR_RETURN(size_t manifest_number,
                   FindIn(bundle, asset.manifest.digest, "the manifest of " + what));
  ASSIGN_OR_RETURN(std::string text,
                   bundle.ReadWholeBlob(manifest_number, limits::manifest_max_bytes));
  ASSIGN_OR_RETURN(Manifest manifest,
                   Manifest::Parse(text, media_type::kOciManifest, "the manifest of " + what));
  if (manifest.layers.size() != 1 || !manifest.config) {
    return Corrupt("the manifest of " + what + " does not have exactly one layer");
  }
  const Descriptor& layer = manifest.layers[0];
  ASSIGN_OR_RETURN(size_t config_number,
                   FindIn(bundle, manifest.config->digest, "the config of " + what));
  ASSIGN_OR_RETURN(std::string config,
                   bundle.ReadWholeBlob(config_number, limits::asset_config_max_bytes));

  std::shared_ptr<AssetReader> reader(new AssetReader());
  ASSIGN_OR_RETURN(reader->blob_number_, FindIn(bundle, layer.digest, what));
  reader->size_ = bundle.blobs()[reader->blob_number_].size_bytes;
  if (reader->size_ != layer.size_bytes) {
    return Corrupt(what + " has another size than its manifest says");
  }
  ASSIGN_OR_RETURN(reader->chunks_, ParseChunks(config, reader->size_, "the config of " + what));
  RETURN_IF_ERROR(bundle.CheckHeader(reader->blob_number_));
  reader->catalog_ = std::move(catalog);
  reader->bundle_ = &bundle;
  reader->path_ = asset.path;
  reader->file_name_ = layer.Annotation(annotation::kTitle);
  reader->digest_ = layer.digest;
  reader->verified_ = std::make_unique<std::atomic<bool>[]>(reader->chunks_.size());
  return reader;
}

uint64_t AssetReader::ChunkLength(uint64_t chunk) const {
  return std::min(limits::asset_chunk_bytes, size_ - chunk * limits::asset_chunk_bytes);
}

Status AssetReader::VerifyChunk(uint64_t chunk) {
  Hasher hasher;
  std::vector<uint8_t> buffer(std::min(limits::io_buffer_bytes, ChunkLength(chunk)));
  uint64_t start = chunk * limits::asset_chunk_bytes;
  for (uint64_t done = 0; done < ChunkLength(chunk);) {
    MutableByteSpan part(buffer.data(),
                         std::min<uint64_t>(buffer.size(), ChunkLength(chunk) - done));
    RETURN_IF_ERROR(bundle_->ReadBlob(blob_number_, start + done, part));
    hasher.Update(part);
    done += part.size();
  }
  if (hasher.Finish() != chunks_[chunk]) {
    bundle_->SetState(blob_number_, BlobState::kCorrupt);
    return Corrupt("asset /" + path_ + " is withdrawn: its bytes " + std::to_string(start) +
                   " to " + std::to_string(start + ChunkLength(chunk) - 1) + " in " +
                   bundle_->location() + " do not match their digest");
  }
  verified_[chunk].store(true, std::memory_order_release);
  return OkStatus();
}

Status AssetReader::VerifyRange(uint64_t offset_bytes, uint64_t length_bytes) {
  if (bundle_->state(blob_number_) == BlobState::kCorrupt) {
    return Corrupt("asset /" + path_ + " is withdrawn: its bytes in " + bundle_->location() +
                   " do not match their digest");
  }
  if (length_bytes == 0) return OkStatus();
  if (length_bytes > size_ || offset_bytes > size_ - length_bytes) {
    return InvalidArgument("a read past the end of asset /" + path_);
  }
  uint64_t last = (offset_bytes + length_bytes - 1) / limits::asset_chunk_bytes;
  for (uint64_t chunk = offset_bytes / limits::asset_chunk_bytes; chunk <= last; ++chunk) {
    if (verified_[chunk].load(std::memory_order_acquire)) continue;
    RETURN_IF_ERROR(VerifyChunk(chunk));
  }
  return OkStatus();
}

bool AssetReader::IsRangeVerified(uint64_t offset_bytes, uint64_t length_bytes) const {
  if (bundle_->state(blob_number_) == BlobState::kCorrupt) return false;
  if (length_bytes == 0) return true;
  if (length_bytes > size_ || offset_bytes > size_ - length_bytes) return false;
  uint64_t last = (offset_bytes + length_bytes - 1) / limits::asset_chunk_bytes;
  for (uint64_t chunk = offset_bytes / limits::asset_chunk_bytes; chunk <= last; ++chunk) {
    if (!verified_[chunk].load(std::memory_order_acquire)) return false;
  }
  return true;
}

Status AssetReader::Read(uint64_t offset_bytes, MutableByteSpan out) {
  RETURN_IF_ERROR(VerifyRange(offset_bytes, out.size()));
  return bundle_->ReadBlob(blob_number_, offset_bytes, out);
}

}  // namespace airgap
