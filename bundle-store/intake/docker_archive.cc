#include "intake/docker_archive.h"

#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kConfigType[] = "application/vnd.docker.container.image.v1+json";
constexpr char kLayerType[] = "application/vnd.docker.image.rootfs.diff.tar";
constexpr char kPackedLayerType[] = "application/vnd.docker.image.rootfs.diff.tar.gzip";

Status TakeStrings(JsonView list, const std::string& what, std::vector<std::string>* strings) {
  bool all_strings = true;
  list.ForEach([&](JsonView element) {
    all_strings = element.String().has_value();
    if (all_strings) strings->emplace_back(*element.String());
    return all_strings;
  });
  return all_strings ? OkStatus() : Corrupt(what + " is not a list of strings");
}

Result<bool> IsGzip(const FileExtent& extent) {
  uint8_t magic[2] = {0, 0};
  if (extent.size_bytes < sizeof magic) return false;
  RETURN_IF_ERROR(extent.file->ReadAt(extent.offset_bytes, magic));
  return magic[0] == 0x1f && magic[1] == 0x8b;
}

}  // namespace

Result<std::vector<DockerArchiveImage>> ParseDockerManifestJson(std::string_view text,
                                                                const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::manifest_max_bytes, what));
  if (!document.root().IsArray()) return Corrupt(what + " is not a list of images");
  std::vector<DockerArchiveImage> images;
  Status status;
  document.root().ForEach([&](JsonView element) {
    DockerArchiveImage image;
    image.config_path = element["Config"].StringOr("");
    status = TakeStrings(element["Layers"], what + ": Layers", &image.layer_paths);
    if (status.ok() && element["RepoTags"].IsArray()) {
      status = TakeStrings(element["RepoTags"], what + ": RepoTags", &image.repo_tags);
    }
    if (status.ok() && (image.config_path.empty() || !element["Layers"].IsArray())) {
      status = Corrupt(what + ": an image has no Config or no Layers");
    }
    images.push_back(std::move(image));
    return status.ok();
  });
  if (!status.ok()) return status;
  return images;
}

Result<std::unique_ptr<DockerArchive>> DockerArchive::Open(std::unique_ptr<LayoutFiles> files,
                                                           std::string spec) {
  std::unique_ptr<DockerArchive> archive(new DockerArchive(std::move(files), std::move(spec)));
  const std::string& place = archive->files_->name();
  Result<FileExtent> extent = archive->files_->Find("manifest.json");
  if (!extent.ok() && extent.status().code() == Code::kNotFound) {
    return Corrupt(place + " was not written by docker save: it has no manifest.json");
  }
  if (!extent.ok()) return extent.status();
  std::string what = place + ": manifest.json";
  ASSIGN_OR_RETURN(std::string text, ReadExtent(*extent, limits::manifest_max_bytes, what));
  ASSIGN_OR_RETURN(auto images, ParseDockerManifestJson(text, what));
  for (const DockerArchiveImage& image : images) RETURN_IF_ERROR(archive->AddImage(image));
  return archive;
}

Result<Descriptor> DockerArchive::AddConfig(const std::string& path,
                                            std::vector<Digest>* diff_ids) {
  std::string what = files_->name() + ": " + path;
  ASSIGN_OR_RETURN(FileExtent extent, files_->Find(path));
  ASSIGN_OR_RETURN(std::string text, ReadExtent(extent, limits::manifest_max_bytes, what));
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::manifest_max_bytes, what));
  Status status;
  document.root()["rootfs"]["diff_ids"].ForEach([&](JsonView element) {
    Result<Digest> digest = Digest::Parse(element.StringOr(""));
    if (!digest.ok()) {
      status = Corrupt(what + ": rootfs.diff_ids: " + digest.status().message());
      return false;
    }
    diff_ids->push_back(*digest);
    return true;
  });
  if (!status.ok()) return status;
  Descriptor descriptor;
  descriptor.media_type = kConfigType;
  descriptor.digest = Digest::Of(AsBytes(text));
  descriptor.size_bytes = text.size();
  blobs_[descriptor.digest] = extent;
  return descriptor;
}

// A layer's bytes are its diff_id's, unless another tool packed it: then they are hashed here.
Result<Descriptor> DockerArchive::AddLayer(const std::string& path, const Digest& diff_id) {
  Result<FileExtent> extent = files_->Find(path);
  if (!extent.ok()) return extent.status();
  Descriptor descriptor;
  descriptor.size_bytes = extent->size_bytes;
  ASSIGN_OR_RETURN(bool is_packed, IsGzip(*extent));
  descriptor.media_type = is_packed ? kPackedLayerType : kLayerType;
  descriptor.digest = diff_id;
  if (is_packed) {
    Hasher hasher;
    RETURN_IF_ERROR(StreamExtent(*extent, [&](ByteSpan bytes) {
      hasher.Update(bytes);
      return OkStatus();
    }));
    descriptor.digest = hasher.Finish();
  }
  blobs_[descriptor.digest] = *std::move(extent);
  return descriptor;
}

Status DockerArchive::AddImage(const DockerArchiveImage& image) {
  std::vector<Digest> diff_ids;
  ASSIGN_OR_RETURN(Descriptor config, AddConfig(image.config_path, &diff_ids));
  if (diff_ids.size() != image.layer_paths.size()) {
    return Corrupt(files_->name() + ": " + image.config_path + " names " +
                   std::to_string(diff_ids.size()) + " layers, manifest.json " +
                   std::to_string(image.layer_paths.size()));
  }
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kDockerManifest);
  config.WriteTo(root.PutObject("config"));
  JsonNode layers = root.PutArray("layers");
  for (size_t i = 0; i < diff_ids.size(); ++i) {
    ASSIGN_OR_RETURN(Descriptor layer, AddLayer(image.layer_paths[i], diff_ids[i]));
    layer.WriteTo(layers.AddObject());
  }
  std::string text = builder.ToText();
  Descriptor manifest;
  manifest.media_type = media_type::kDockerManifest;
  manifest.digest = Digest::Of(AsBytes(text));
  manifest.size_bytes = text.size();
  manifests_[manifest.digest] = std::move(text);
  images_.push_back({std::move(manifest), image.repo_tags});
  return OkStatus();
}

Status DockerArchive::NameOne(const MadeImage& image, const GivenName& given,
                              SourceContent* content) const {
  if (given.reference || image.repo_tags.empty()) {
    ASSIGN_OR_RETURN(Reference reference, NameImage(image.manifest, given, spec_));
    content->images.push_back({image.manifest, std::move(reference)});
    return OkStatus();
  }
  for (const std::string& repo_tag : image.repo_tags) {
    Result<Reference> reference = Reference::ParseFamiliar(repo_tag);
    if (!reference.ok()) return Corrupt(reference.status().message()).WithContext(spec_);
    content->images.push_back({image.manifest, *std::move(reference)});
  }
  return OkStatus();
}

Result<SourceContent> DockerArchive::Content(const GivenName& given) {
  if (images_.empty()) return NotFound(spec_ + " holds no images");
  if (given.reference && images_.size() != 1) {
    return InvalidArgument(spec_ + " holds " + std::to_string(images_.size()) + " images, so " +
                           given.reference->ToString() + " cannot name them all");
  }
  SourceContent content;
  for (const MadeImage& image : images_) RETURN_IF_ERROR(NameOne(image, given, &content));
  return content;
}

Result<std::string> DockerArchive::ReadManifest(const Descriptor& descriptor) {
  auto found = manifests_.find(descriptor.digest);
  if (found == manifests_.end()) return NotFound("not in " + files_->name());
  return found->second;
}

Status DockerArchive::CheckBlob(const Descriptor& descriptor) {
  return blobs_.contains(descriptor.digest) ? OkStatus() : NotFound("not in " + files_->name());
}

Result<std::vector<Descriptor>> DockerArchive::Referrers(const Digest&) {
  return std::vector<Descriptor>();
}

Result<Descriptor> DockerArchive::ResolveTag(const std::string& tag) {
  return NotFound("tag " + tag + ": docker save keeps no signatures");
}

Status DockerArchive::Stream(const Descriptor& descriptor, const ByteSink& sink) {
  auto found = blobs_.find(descriptor.digest);
  if (found == blobs_.end()) return NotFound("not in " + files_->name());
  return StreamExtent(found->second, sink);
}

}  // namespace airgap
