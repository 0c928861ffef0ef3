#include "oci/manifest.h"

#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kDockerManifestV1[] = "application/vnd.docker.distribution.manifest.v1";

Result<std::map<std::string, std::string>> ParseAnnotations(JsonView view, std::string_view what) {
  std::map<std::string, std::string> annotations;
  if (!view.exists()) return annotations;
  bool all_strings = true;
  view.ForEachMember([&](std::string_view key, JsonView value) {
    all_strings = value.String().has_value();
    if (all_strings) annotations.emplace(key, *value.String());
    return all_strings;
  });
  if (!view.IsObject() || !all_strings) {
    return Corrupt(std::string(what) + ": annotations are not a map of strings");
  }
  return annotations;
}

Result<std::vector<Descriptor>> ParseDescriptors(JsonView list, std::string_view what) {
  std::vector<Descriptor> descriptors;
  if (!list.IsArray()) return Corrupt(std::string(what) + " is not a list");
  Status status;
  list.ForEach([&](JsonView element) {
    Result<Descriptor> descriptor = Descriptor::Parse(element, what);
    if (!descriptor.ok()) {
      status = descriptor.status();
      return false;
    }
    descriptors.push_back(*std::move(descriptor));
    return true;
  });
  if (!status.ok()) return status;
  return descriptors;
}

// The kind that the text itself shows: mediaType, or the members it has.
Result<ManifestKind> KindOfText(JsonView root, std::string_view hint, std::string_view what) {
  std::string own = root["mediaType"].StringOr("");
  std::string_view named = own.empty() ? hint : std::string_view(own);
  if (named.substr(0, sizeof kDockerManifestV1 - 1) == kDockerManifestV1 ||
      root["fsLayers"].exists()) {
    return Unsupported(std::string(what) + " is a Docker schema 1 manifest; push it again with a" +
                       " current client to get schema 2");
  }
  if (root["schemaVersion"].Uint() != 2U) {
    return Corrupt(std::string(what) + " is not a manifest: schemaVersion is not 2");
  }
  if (root["manifests"].exists() && (root["layers"].exists() || root["config"].exists())) {
    return Corrupt(std::string(what) + " is both an image manifest and an image index");
  }
  ManifestKind kind = KindOfMediaType(named);
  if (kind == ManifestKind::kNone && named.empty()) {
    kind = root["manifests"].exists() ? ManifestKind::kOciIndex : ManifestKind::kOciManifest;
  }
  if (kind == ManifestKind::kNone) {
    return Unsupported(std::string(what) + " has the media type '" + std::string(named) +
                       "', which is no image manifest or index");
  }
  return kind;
}

}  // namespace

ManifestKind KindOfMediaType(std::string_view type) {
  if (type == media_type::kOciManifest) return ManifestKind::kOciManifest;
  if (type == media_type::kOciIndex) return ManifestKind::kOciIndex;
  if (type == media_type::kDockerManifest) return ManifestKind::kDockerManifest;
  if (type == media_type::kDockerManifestList) return ManifestKind::kDockerManifestList;
  return ManifestKind::kNone;
}

std::string_view MediaTypeOf(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::kNone:
      return "";
    case ManifestKind::kOciManifest:
      return media_type::kOciManifest;
    case ManifestKind::kOciIndex:
      return media_type::kOciIndex;
    case ManifestKind::kDockerManifest:
      return media_type::kDockerManifest;
    case ManifestKind::kDockerManifestList:
      return media_type::kDockerManifestList;
  }
  return "";
}

std::string Platform::ToString() const {
  std::string text = os + "/" + architecture;
  if (!variant.empty()) text += "/" + variant;
  return text;
}

Result<Platform> Platform::Parse(std::string_view text) {
  Platform platform;
  std::string* fields[] = {&platform.os, &platform.architecture, &platform.variant};
  size_t field = 0;
  bool is_plain = true;
  for (char c : text) {
    if (c == '/') {
      if (++field == 3) break;
      continue;
    }
    is_plain &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    *fields[field] += c;
  }
  bool has_empty = platform.os.empty() || platform.architecture.empty() ||
                   (field == 2 && platform.variant.empty());
  if (field > 2 || has_empty || !is_plain) {
    return InvalidArgument("'" + std::string(text) +
                           "' is not a platform (expected os/architecture, as in linux/amd64)");
  }
  return platform;
}

bool Platform::Matches(const Platform& other) const {
  return os == other.os && architecture == other.architecture &&
         (variant.empty() || other.variant.empty() || variant == other.variant);
}

std::string Descriptor::Annotation(const std::string& key) const {
  auto found = annotations.find(key);
  return found == annotations.end() ? "" : found->second;
}

void Descriptor::WriteTo(JsonNode object) const {
  object.Put("mediaType", media_type);
  object.Put("digest", digest.ToString());
  object.Put("size", size_bytes);
  if (!artifact_type.empty()) object.Put("artifactType", artifact_type);
  if (platform) {
    JsonNode node = object.PutObject("platform");
    node.Put("architecture", platform->architecture);
    node.Put("os", platform->os);
    if (!platform->variant.empty()) node.Put("variant", platform->variant);
  }
  if (annotations.empty()) return;
  JsonNode node = object.PutObject("annotations");
  for (const auto& [key, value] : annotations) node.Put(key, value);
}

Result<Descriptor> Descriptor::Parse(JsonView view, std::string_view what) {
  std::string context(what);
  Descriptor descriptor;
  if (!view.IsObject()) return Corrupt(context + ": a descriptor is not an object");
  descriptor.media_type = view["mediaType"].StringOr("");
  Result<Digest> digest = Digest::Parse(view["digest"].StringOr(""));
  if (!digest.ok()) return Corrupt(context + ": " + digest.status().message());
  descriptor.digest = *digest;
  std::optional<uint64_t> size = view["size"].Uint();
  if (!size || *size > INT64_MAX) {
    return Corrupt(context + ": descriptor " + digest->ToString() + " has no valid size");
  }
  descriptor.size_bytes = *size;
  descriptor.artifact_type = view["artifactType"].StringOr("");
  ASSIGN_OR_RETURN(descriptor.annotations, ParseAnnotations(view["annotations"], what));
  if (JsonView platform = view["platform"]; platform.IsObject()) {
    descriptor.platform =
        Platform{platform["os"].StringOr(""), platform["architecture"].StringOr(""),
                 platform["variant"].StringOr("")};
  }
  descriptor.is_foreign = view["urls"].size() > 0;
  return descriptor;
}

Result<Manifest> Manifest::Parse(std::string_view text, std::string_view media_type_hint,
                                 std::string_view what) {
  return Parse(text, media_type_hint, what, limits::manifest_max_bytes);
}

Result<Manifest> Manifest::Parse(std::string_view text, std::string_view media_type_hint,
                                 std::string_view what, size_t max_bytes) {
  std::string context(what);
  ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, max_bytes, what));
  JsonView root = document.root();
  if (!root.IsObject()) return Corrupt(context + " is not a JSON object");
  Manifest manifest;
  ASSIGN_OR_RETURN(manifest.kind, KindOfText(root, media_type_hint, what));
  manifest.media_type = std::string(MediaTypeOf(manifest.kind));
  ASSIGN_OR_RETURN(manifest.annotations, ParseAnnotations(root["annotations"], what));
  manifest.artifact_type = root["artifactType"].StringOr("");
  if (root["subject"].exists()) {
    ASSIGN_OR_RETURN(manifest.subject, Descriptor::Parse(root["subject"], context + " subject"));
  }
  if (IsIndexKind(manifest.kind)) {
    ASSIGN_OR_RETURN(manifest.manifests,
                     ParseDescriptors(root["manifests"], context + " manifests"));
    return manifest;
  }
  ASSIGN_OR_RETURN(manifest.config, Descriptor::Parse(root["config"], context + " config"));
  ASSIGN_OR_RETURN(manifest.layers, ParseDescriptors(root["layers"], context + " layers"));
  if (manifest.artifact_type.empty()) manifest.artifact_type = manifest.config->media_type;
  return manifest;
}

std::vector<Descriptor> Manifest::Children() const {
  std::vector<Descriptor> children;
  if (config) children.push_back(*config);
  for (const Descriptor& layer : layers) {
    if (!layer.is_foreign) children.push_back(layer);
  }
  children.insert(children.end(), manifests.begin(), manifests.end());
  return children;
}

}  // namespace airgap
