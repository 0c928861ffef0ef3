#include "store/asset.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace airgap {
namespace {

// Where a part of the asset lies: in the bundle that names the asset, or, when that is a delta or
// its copy is damaged, in another.
Result<BlobLocation> Locate(const Catalog& catalog, const Bundle& bundle, const Digest& digest,
                            const std::string& what) {
  std::optional<size_t> number = bundle.Find(digest);
  if (number && bundle.state(*number) != BlobState::kCorrupt) return BlobLocation{&bundle, *number};
  Result<BlobLocation> found = catalog.FindBlob(digest);
  if (!found.ok()) return Corrupt(what + ": " + found.status().message());
  return found;
}

Result<std::string> ReadPart(const Catalog& catalog, const Bundle& bundle, const Digest& digest,
                             uint64_t max_bytes, const std::string& what) {
  ASSIGN_OR_RETURN(BlobLocation part, Locate(catalog, bundle, digest, what));
  return part.bundle->ReadWholeBlob(part.blob_number, max_bytes);
}

}  // namespace

Result<std::vector<Digest>> ParseAssetChunks(std::string_view text, uint64_t size_bytes,
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

Result<std::shared_ptr<AssetReader>> AssetReader::Open(std::shared_ptr<const Catalog> catalog,
                                                       const Catalog::AssetLocation& location) {
  const Bundle& bundle = *location.bundle;
  const Asset& asset = *location.asset;
  std::string what = "asset /" + asset.path;
  ASSIGN_OR_RETURN(std::string text,
                   ReadPart(*catalog, bundle, asset.manifest.digest, limits::manifest_max_bytes,
                            "the manifest of " + what));
  ASSIGN_OR_RETURN(Manifest manifest,
                   Manifest::Parse(text, media_type::kOciManifest, "the manifest of " + what));
  if (manifest.layers.size() != 1 || !manifest.config) {
    return Corrupt("the manifest of " + what + " does not have exactly one layer");
  }
  const Descriptor& layer = manifest.layers[0];
  ASSIGN_OR_RETURN(std::string config,
                   ReadPart(*catalog, bundle, manifest.config->digest,
                            limits::asset_config_max_bytes, "the config of " + what));
  ASSIGN_OR_RETURN(BlobLocation file, Locate(*catalog, bundle, layer.digest, what));

  std::shared_ptr<AssetReader> reader(new AssetReader());
  reader->bundle_ = file.bundle;
  reader->blob_number_ = file.blob_number;
  reader->size_ = file.entry().size_bytes;
  if (reader->size_ != layer.size_bytes) {
    return Corrupt(what + " has another size than its manifest says");
  }
  ASSIGN_OR_RETURN(reader->chunks_,
                   ParseAssetChunks(config, reader->size_, "the config of " + what));
  RETURN_IF_ERROR(file.bundle->CheckHeader(reader->blob_number_));
  reader->catalog_ = std::move(catalog);
  reader->path_ = asset.path;
  reader->file_name_ = layer.Annotation(annotation::kTitle);
  reader->digest_ = layer.digest;
  reader->verified_ = std::make_unique<std::atomic<bool>[]>(reader->chunks_.size());
  return reader;
}

std::shared_ptr<AssetReader> AssetReader::OfMemory(std::string path, std::string bytes) {
  std::shared_ptr<AssetReader> reader(new AssetReader());
  reader->path_ = std::move(path);
  reader->file_name_ = BaseName(reader->path_);
  reader->memory_ = std::move(bytes);
  reader->size_ = reader->memory_.size();
  reader->digest_ = Digest::Of(AsBytes(reader->memory_));
  return reader;
}

std::shared_ptr<AssetReader> AssetReader::OfChunks(std::string path, const Descriptor& layer,
                                                   std::vector<Digest> chunks, ChunkFetch fetch) {
  std::shared_ptr<AssetReader> reader(new AssetReader());
  reader->path_ = std::move(path);
  reader->file_name_ = layer.Annotation(annotation::kTitle);
  reader->size_ = layer.size_bytes;
  reader->digest_ = layer.digest;
  reader->chunks_ = std::move(chunks);
  reader->fetch_ = std::move(fetch);
  return reader;
}

// A client reads on from where it was: the chunks of several clients stay for that.
Result<std::shared_ptr<const std::string>> AssetReader::FetchChunk(uint64_t chunk) {
  constexpr size_t kChunksKept = 8;
  {
    std::lock_guard lock(fetched_mutex_);
    auto known = fetched_.find(chunk);
    if (known != fetched_.end()) return known->second;
  }
  auto bytes = std::make_shared<std::string>(ChunkLength(chunk), '\0');
  RETURN_IF_ERROR(fetch_(chunk * limits::asset_chunk_bytes,
                         {reinterpret_cast<uint8_t*>(bytes->data()), bytes->size()}));
  if (Digest::Of(AsBytes(*bytes)) != chunks_[chunk]) {
    return Corrupt("asset /" + path_ + ": bytes from " +
                   std::to_string(chunk * limits::asset_chunk_bytes) +
                   " on do not match their digest");
  }
  std::lock_guard lock(fetched_mutex_);
  if (fetched_.size() >= kChunksKept) fetched_.erase(fetched_.begin());
  std::shared_ptr<const std::string> kept = bytes;
  fetched_[chunk] = kept;
  return kept;
}

uint64_t AssetReader::ChunkLength(uint64_t chunk) const {
  return std::min(limits::asset_chunk_bytes, size_ - chunk * limits::asset_chunk_bytes);
}

Status AssetReader::VerifyChunk(uint64_t chunk) {
  uint64_t start = chunk * limits::asset_chunk_bytes;
  auto read = [this](uint64_t offset, MutableByteSpan out) {
    return bundle_->ReadBlob(blob_number_, offset, out);
  };
  ASSIGN_OR_RETURN(Digest digest, DigestOfStretch(start, ChunkLength(chunk), read));
  if (digest != chunks_[chunk]) {
    bundle_->SetState(blob_number_, BlobState::kCorrupt);
    return Corrupt("asset /" + path_ + " is withdrawn: its bytes " + std::to_string(start) +
                   " to " + std::to_string(start + ChunkLength(chunk) - 1) + " in " +
                   bundle_->location() + " do not match their digest");
  }
  verified_[chunk].store(true, std::memory_order_release);
  return OkStatus();
}

Status AssetReader::VerifyRange(uint64_t offset_bytes, uint64_t length_bytes) {
  if (bundle_ != nullptr && bundle_->state(blob_number_) == BlobState::kCorrupt) {
    return Corrupt("asset /" + path_ + " is withdrawn: its bytes in " + bundle_->location() +
                   " do not match their digest");
  }
  if (length_bytes == 0) return OkStatus();
  if (length_bytes > size_ || offset_bytes > size_ - length_bytes) {
    return InvalidArgument("a read past the end of asset /" + path_);
  }
  if (fetch_) return FetchChunk(offset_bytes / limits::asset_chunk_bytes).status();
  if (bundle_ == nullptr) return OkStatus();
  uint64_t last = (offset_bytes + length_bytes - 1) / limits::asset_chunk_bytes;
  for (uint64_t chunk = offset_bytes / limits::asset_chunk_bytes; chunk <= last; ++chunk) {
    if (verified_[chunk].load(std::memory_order_acquire)) continue;
    RETURN_IF_ERROR(VerifyChunk(chunk));
  }
  return OkStatus();
}

bool AssetReader::IsRangeVerified(uint64_t offset_bytes, uint64_t length_bytes) const {
  if (bundle_ != nullptr && bundle_->state(blob_number_) == BlobState::kCorrupt) return false;
  if (length_bytes == 0) return true;
  if (length_bytes > size_ || offset_bytes > size_ - length_bytes) return false;
  if (bundle_ == nullptr) return true;
  uint64_t last = (offset_bytes + length_bytes - 1) / limits::asset_chunk_bytes;
  for (uint64_t chunk = offset_bytes / limits::asset_chunk_bytes; chunk <= last; ++chunk) {
    if (!verified_[chunk].load(std::memory_order_acquire)) return false;
  }
  return true;
}

Status AssetReader::Read(uint64_t offset_bytes, MutableByteSpan out) {
  RETURN_IF_ERROR(VerifyRange(offset_bytes, out.size()));
  if (fetch_) {
    for (size_t done = 0; done < out.size();) {
      uint64_t at = offset_bytes + done;
      ASSIGN_OR_RETURN(auto bytes, FetchChunk(at / limits::asset_chunk_bytes));
      size_t skip = at % limits::asset_chunk_bytes;
      size_t count = std::min(out.size() - done, bytes->size() - skip);
      memcpy(out.data() + done, bytes->data() + skip, count);
      done += count;
    }
    return OkStatus();
  }
  if (bundle_ == nullptr) {
    memcpy(out.data(), memory_.data() + offset_bytes, out.size());
    return OkStatus();
  }
  return bundle_->ReadBlob(blob_number_, offset_bytes, out);
}

}  // namespace airgap
