#include "intake/asset_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/limits.h"
#include "intake/layout_files.h"

namespace airgap {
namespace {

constexpr std::string_view kReservedFirst[] = {"v2", "api", "healthz", "metrics", "ca.pem"};

bool IsPathCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._+~@-").find(c) != std::string_view::npos;
}

Status BadPath(std::string_view path, const std::string& why) {
  return InvalidArgument("'" + std::string(path.substr(0, 200)) + "' is no asset path: " + why);
}

Status CheckSegment(std::string_view path, std::string_view segment) {
  if (segment.empty()) return BadPath(path, "it has an empty part");
  if (segment == "." || segment == "..") {
    return BadPath(path, "it holds '" + std::string(segment) + "'");
  }
  if (!std::all_of(segment.begin(), segment.end(), IsPathCharacter)) {
    return BadPath(path, "only letters, digits and . _ + ~ @ - are possible between slashes");
  }
  return OkStatus();
}

}  // namespace

Status CheckAssetPath(std::string_view path) {
  if (path.empty()) return BadPath(path, "it is empty");
  if (path.front() == '/') return BadPath(path, "write it without the leading slash");
  if (path.size() > limits::asset_path_max_bytes) {
    return BadPath(path,
                   "it is longer than " + std::to_string(limits::asset_path_max_bytes) + " bytes");
  }
  std::string_view first = path.substr(0, path.find('/'));
  for (std::string_view reserved : kReservedFirst) {
    if (first == reserved) {
      return BadPath(path, "/" + std::string(reserved) + " belongs to the server itself");
    }
  }
  for (std::string_view rest = path;;) {
    size_t slash = rest.find('/');
    RETURN_IF_ERROR(CheckSegment(path, rest.substr(0, slash)));
    if (slash == std::string_view::npos) return OkStatus();
    rest.remove_prefix(slash + 1);
  }
}

Result<std::unique_ptr<AssetFile>> AssetFile::Open(Env* env, std::string path,
                                                   const std::string& file) {
  RETURN_IF_ERROR(CheckAssetPath(path));
  std::unique_ptr<AssetFile> asset(new AssetFile());
  asset->path_ = std::move(path);
  ASSIGN_OR_RETURN(asset->file_, env->OpenReadable(file));
  ASSIGN_OR_RETURN(asset->stamp_, asset->TakeStamp());
  RETURN_IF_ERROR(asset->HashFile());
  RETURN_IF_ERROR(asset->CheckUnchanged());
  return asset;
}

Result<AssetFile::Stamp> AssetFile::TakeStamp() const {
  Stamp stamp;
  stamp.size_bytes = file_->size_bytes();
  if (file_->fd() < 0) return stamp;
  struct stat st = {};
  if (fstat(file_->fd(), &st) != 0) return ErrnoStatus(errno, "cannot stat " + file_->name());
  if (S_ISREG(st.st_mode)) stamp.size_bytes = static_cast<uint64_t>(st.st_size);
  stamp.changed_ns = int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
  return stamp;
}

Status AssetFile::CheckUnchanged() const {
  ASSIGN_OR_RETURN(Stamp now, TakeStamp());
  if (now == stamp_) return OkStatus();
  return Status(Code::kUnavailable, file_->name() + " was written to while it was read; start" +
                                        " again when it is complete");
}

// One reading gives the file's digest and those of its chunks.
Status AssetFile::HashFile() {
  JsonBuilder config;
  config.root().Put("chunkSize", limits::asset_chunk_bytes);
  JsonNode chunks = config.root().PutArray("chunks");
  Hasher whole;
  Hasher chunk;
  uint64_t in_chunk = 0;
  static_assert(limits::asset_chunk_bytes % limits::io_buffer_bytes == 0);
  FileExtent extent{file_, 0, file_->size_bytes()};
  RETURN_IF_ERROR(StreamExtent(extent, [&](ByteSpan bytes) {
    whole.Update(bytes);
    chunk.Update(bytes);
    in_chunk += bytes.size();
    if (in_chunk == limits::asset_chunk_bytes) {
      chunks.Add(chunk.Finish().Hex());
      in_chunk = 0;
    }
    return OkStatus();
  }));
  if (in_chunk > 0) chunks.Add(chunk.Finish().Hex());
  config_ = config.ToText();
  if (config_.size() > limits::asset_config_max_bytes) {
    return LimitExceeded(file_->name() + " has " + std::to_string(file_->size_bytes()) +
                         " bytes, too many for one asset");
  }
  layer_.media_type = "application/octet-stream";
  layer_.digest = whole.Finish();
  layer_.size_bytes = file_->size_bytes();
  layer_.annotations[annotation::kTitle] = BaseName(path_);
  return OkStatus();
}

Result<Descriptor> AssetFile::AddTo(BundlePlan* plan) {
  Descriptor config;
  config.media_type = kAssetConfigType;
  config.digest = Digest::Of(AsBytes(config_));
  config.size_bytes = config_.size();
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kOciManifest);
  root.Put("artifactType", kAssetArtifactType);
  config.WriteTo(root.PutObject("config"));
  layer_.WriteTo(root.PutArray("layers").AddObject());
  root.PutObject("annotations").Put(annotation::kAssetPath, path_);
  std::string text = builder.ToText();
  Descriptor manifest;
  manifest.media_type = media_type::kOciManifest;
  manifest.digest = Digest::Of(AsBytes(text));
  manifest.size_bytes = text.size();
  RETURN_IF_ERROR(plan->AddBytes(manifest, ManifestKind::kOciManifest, std::move(text)));
  RETURN_IF_ERROR(plan->AddBytes(config, ManifestKind::kNone, config_));
  RETURN_IF_ERROR(plan->AddBlob(layer_, ManifestKind::kNone, this));
  return manifest;
}

Status AssetFile::Stream(const Descriptor& descriptor, const ByteSink& sink) {
  RETURN_IF_ERROR(CheckUnchanged());
  RETURN_IF_ERROR(StreamExtent({file_, 0, descriptor.size_bytes}, sink));
  return CheckUnchanged();
}

}  // namespace airgap
