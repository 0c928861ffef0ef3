#include "store/split_file.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr uint64_t kVersion = 1;
constexpr size_t kNameMaxBytes = 255;
// FAT32 ends at 4 GiB - 1; parts end on a boundary that suits every medium.
constexpr uint64_t kFat32PartBytes = 4 * limits::kGiB - 64 * limits::kKiB;

Status CheckPartName(const std::string& name, const std::string& what) {
  bool plain = !name.empty() && name.size() <= kNameMaxBytes && name != "." && name != ".." &&
               name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
  return plain ? OkStatus() : Corrupt(what + " names a part that is no file beside it");
}

Result<SplitPart> ParsePart(JsonView view, const std::string& what) {
  SplitPart part;
  part.name = view["name"].StringOr("");
  RETURN_IF_ERROR(CheckPartName(part.name, what));
  part.size_bytes = view["sizeBytes"].Uint().value_or(0);
  if (part.size_bytes == 0 || part.size_bytes > limits::bundle_size_max_bytes) {
    return Corrupt(what + ": part " + part.name + " has no size");
  }
  Result<Digest> digest = Digest::Parse(view["digest"].StringOr(""));
  if (!digest.ok() || digest->algorithm() != DigestAlgorithm::kSha256) {
    return Corrupt(what + ": part " + part.name + " has no sha256 digest");
  }
  part.digest = *digest;
  return part;
}

// The part that holds byte `offset`; `starts` is not empty and begins with 0.
size_t PartAt(const std::vector<uint64_t>& starts, uint64_t offset) {
  return static_cast<size_t>(std::upper_bound(starts.begin(), starts.end(), offset) -
                             starts.begin() - 1);
}

std::vector<uint64_t> StartsOf(const SplitManifest& manifest) {
  std::vector<uint64_t> starts;
  uint64_t start = 0;
  for (const SplitPart& part : manifest.parts) {
    starts.push_back(start);
    start += part.size_bytes;
  }
  return starts;
}

Result<SplitManifest> ReadManifest(Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(std::string text,
                   ReadWholeFile(env, path, limits::bundle_parts_manifest_max_bytes));
  return SplitManifest::Parse(text, path);
}

std::string Beside(const std::string& path, const std::string& name) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? name : path.substr(0, slash + 1) + name;
}

class SplitWritable : public WritableFile {
 public:
  SplitWritable(SplitManifest manifest, std::vector<std::unique_ptr<WritableFile>> parts)
      : manifest_(std::move(manifest)), starts_(StartsOf(manifest_)), parts_(std::move(parts)) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    if (bytes.size() > manifest_.size_bytes || offset > manifest_.size_bytes - bytes.size()) {
      return InvalidArgument("a write past the end of the last part");
    }
    while (!bytes.empty()) {
      size_t number = PartAt(starts_, offset);
      uint64_t within = offset - starts_[number];
      size_t step = std::min<uint64_t>(bytes.size(), manifest_.parts[number].size_bytes - within);
      RETURN_IF_ERROR(parts_[number]->WriteAt(within, bytes.first(step)));
      bytes = bytes.subspan(step);
      offset += step;
    }
    return OkStatus();
  }

  Status Sync() override {
    for (auto& part : parts_) RETURN_IF_ERROR(part->Sync());
    return OkStatus();
  }

 private:
  SplitManifest manifest_;
  std::vector<uint64_t> starts_;
  std::vector<std::unique_ptr<WritableFile>> parts_;
};

}  // namespace

Result<SplitManifest> SplitManifest::Parse(std::string_view text, const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::bundle_parts_manifest_max_bytes, what));
  JsonView root = document.root();
  std::optional<uint64_t> version = root["bundlePartsVersion"].Uint();
  if (!version) return Corrupt(what + " is JSON, but no manifest of a split bundle");
  if (*version != kVersion) {
    return Unsupported(what + " is of version " + std::to_string(*version) +
                       "; this program reads version 1, use a newer one");
  }
  SplitManifest manifest;
  Result<Digest> identity = Digest::Parse(root["identity"].StringOr(""));
  if (!identity.ok()) return Corrupt(what + " does not say which bundle it is of");
  manifest.identity = *identity;
  JsonView list = root["parts"];
  if (!list.IsArray() || list.size() == 0 || list.size() > limits::bundle_parts_max_count) {
    return Corrupt(what + " does not list 1 to " + std::to_string(limits::bundle_parts_max_count) +
                   " parts");
  }
  Status status;
  std::set<std::string> names;
  list.ForEach([&](JsonView view) {
    Result<SplitPart> part = ParsePart(view, what);
    if (!part.ok()) {
      status = part.status();
    } else if (!names.insert(part->name).second) {
      status = Corrupt(what + " lists part " + part->name + " twice");
    } else {
      manifest.size_bytes += part->size_bytes;
      manifest.parts.push_back(*std::move(part));
    }
    return status.ok();
  });
  if (!status.ok()) return status;
  if (manifest.size_bytes > limits::bundle_size_max_bytes ||
      root["sizeBytes"].Uint() != manifest.size_bytes) {
    return Corrupt(what + " lists parts that do not add up to its size");
  }
  return manifest;
}

std::string SplitManifest::Format() const {
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("bundlePartsVersion", kVersion);
  root.Put("identity", identity.ToString());
  root.Put("sizeBytes", size_bytes);
  JsonNode list = root.PutArray("parts");
  for (const SplitPart& part : parts) {
    JsonNode node = list.AddObject();
    node.Put("name", part.name);
    node.Put("sizeBytes", part.size_bytes);
    node.Put("digest", part.digest.ToString());
  }
  return builder.ToText(true) + "\n";
}

bool IsSplitManifest(const ReadableFile& file) {
  uint8_t first = 0;
  return file.size_bytes() > 0 && file.ReadAt(0, {&first, 1}).ok() && first == '{';
}

Result<std::shared_ptr<SplitFile>> SplitFile::Open(Env* env, const std::string& path) {
  std::shared_ptr<SplitFile> file(new SplitFile());
  file->name_ = path;
  ASSIGN_OR_RETURN(file->manifest_, ReadManifest(env, path));
  file->starts_ = StartsOf(file->manifest_);
  for (size_t i = 0; i < file->manifest_.parts.size(); ++i) {
    const SplitPart& expected = file->manifest_.parts[i];
    Result<std::shared_ptr<ReadableFile>> part = env->OpenReadable(file->PartPath(i));
    if (!part.ok() && part.status().code() == Code::kNotFound) {
      return Corrupt(file->PartPath(i) + " is missing; " + path + " needs it beside itself");
    }
    if (!part.ok()) return part.status();
    if ((*part)->size_bytes() != expected.size_bytes) {
      return Corrupt(file->PartPath(i) + " has " + std::to_string((*part)->size_bytes()) +
                     " bytes instead of " + std::to_string(expected.size_bytes) +
                     "; copy it again");
    }
    file->parts_.push_back(*std::move(part));
  }
  return file;
}

std::string SplitFile::PartPath(size_t number) const {
  return Beside(name_, manifest_.parts[number].name);
}

Status SplitFile::ReadAt(uint64_t offset, MutableByteSpan out) const {
  if (out.size() > size_bytes() || offset > size_bytes() - out.size()) {
    return Corrupt(name_ + " ends at byte " + std::to_string(size_bytes()) + ", too early");
  }
  while (!out.empty()) {
    size_t number = PartAt(starts_, offset);
    uint64_t within = offset - starts_[number];
    size_t step = std::min<uint64_t>(out.size(), manifest_.parts[number].size_bytes - within);
    RETURN_IF_ERROR(parts_[number]->ReadAt(within, out.first(step)));
    out = out.subspan(step);
    offset += step;
  }
  return OkStatus();
}

FileSegment SplitFile::SegmentAt(uint64_t offset) const {
  if (offset >= size_bytes()) return FileSegment();
  size_t number = PartAt(starts_, offset);
  return parts_[number]->SegmentAt(offset - starts_[number]);
}

Result<std::unique_ptr<WritableFile>> OpenSplitToChange(Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(SplitManifest manifest, ReadManifest(env, path));
  std::vector<std::unique_ptr<WritableFile>> parts;
  for (const SplitPart& part : manifest.parts) {
    ASSIGN_OR_RETURN(auto opened, env->OpenWritable(Beside(path, part.name)));
    parts.push_back(std::move(opened));
  }
  return std::unique_ptr<WritableFile>(
      std::make_unique<SplitWritable>(std::move(manifest), std::move(parts)));
}

Result<uint64_t> ParsePartSize(std::string_view text) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  uint64_t factor = 0;
  if (unit.empty()) factor = 1;
  if (unit == "M") factor = limits::kMiB;
  if (unit == "G") factor = limits::kGiB;
  if (error != std::errc() || factor == 0 || number > limits::bundle_size_max_bytes / factor) {
    return InvalidArgument("'" + std::string(text.substr(0, 40)) +
                           "' is no size of parts; give it as in 4G, 3900M or 4000000000");
  }
  uint64_t size = number * factor;
  if (size < limits::bundle_part_min_bytes) {
    return InvalidArgument("parts of " + std::string(text) + " are too small; 64M is the least");
  }
  return size == 4 * limits::kGiB ? kFat32PartBytes : size;
}

}  // namespace airgap
