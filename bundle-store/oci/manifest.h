// Descriptors, image manifests and image indexes, OCI and Docker schema 2 alike.
// https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/status.h"
#include "oci/digest.h"

namespace airgap {

namespace media_type {
inline constexpr char kOciManifest[] = "application/vnd.oci.image.manifest.v1+json";
inline constexpr char kOciIndex[] = "application/vnd.oci.image.index.v1+json";
inline constexpr char kOciConfig[] = "application/vnd.oci.image.config.v1+json";
inline constexpr char kOciLayerGzip[] = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr char kOciEmpty[] = "application/vnd.oci.empty.v1+json";
inline constexpr char kDockerManifest[] = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr char kDockerManifestList[] =
    "application/vnd.docker.distribution.manifest.list.v2+json";
}  // namespace media_type

namespace annotation {
inline constexpr char kRefName[] = "org.opencontainers.image.ref.name";
inline constexpr char kContainerdName[] = "io.containerd.image.name";
inline constexpr char kCreated[] = "org.opencontainers.image.created";
inline constexpr char kTitle[] = "org.opencontainers.image.title";
// Ours; documented in bundle-store/FORMAT.md.
inline constexpr char kBundleName[] = "io.cozystack.airgap.name";
inline constexpr char kBundleVersion[] = "io.cozystack.airgap.version";
inline constexpr char kPlatforms[] = "io.cozystack.airgap.platforms";
inline constexpr char kSubject[] = "io.cozystack.airgap.subject";
inline constexpr char kAssetPath[] = "io.cozystack.airgap.path";
inline constexpr char kSparse[] = "io.cozystack.airgap.sparse";
inline constexpr char kReducedFrom[] = "io.cozystack.airgap.reduced-from";
}  // namespace annotation

// Stored in the offset table: never renumbered.
enum class ManifestKind : uint8_t {
  kNone = 0,  // a blob that is no manifest
  kOciManifest = 1,
  kOciIndex = 2,
  kDockerManifest = 3,
  kDockerManifestList = 4,
};

ManifestKind KindOfMediaType(std::string_view media_type);
// "" for kNone.
std::string_view MediaTypeOf(ManifestKind kind);
inline bool IsIndexKind(ManifestKind kind) {
  return kind == ManifestKind::kOciIndex || kind == ManifestKind::kDockerManifestList;
}

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string ToString() const;  // "linux/arm64/v8"
  static Result<Platform> Parse(std::string_view text);
  // Same os and architecture, and the same variant where both name one.
  bool Matches(const Platform& other) const;
};

struct Descriptor {
  std::string media_type;
  Digest digest;
  uint64_t size_bytes = 0;
  std::string artifact_type;  // may be empty
  std::map<std::string, std::string> annotations;
  std::optional<Platform> platform;
  bool is_foreign = false;  // non-distributable layer with urls: not expected to be carried

  std::string Annotation(const std::string& key) const;  // "" when absent
  void WriteTo(JsonNode object) const;
  // `what` names the place for errors. Bounds: digest sha256, size below 2^63.
  static Result<Descriptor> Parse(JsonView view, std::string_view what);
};

// A parsed image manifest or image index. The bytes themselves are kept elsewhere, unchanged.
struct Manifest {
  ManifestKind kind = ManifestKind::kNone;
  std::string media_type;
  std::string artifact_type;  // as the referrers API reports it: falls back to config's media type
  std::optional<Descriptor> config;
  std::vector<Descriptor> layers;
  std::vector<Descriptor> manifests;  // children of an index
  std::optional<Descriptor> subject;
  std::map<std::string, std::string> annotations;

  // `media_type_hint`: from the descriptor or Content-Type; wins over nothing, must not contradict
  // the text's own mediaType. Docker schema 1 is kUnsupported. At most limits::manifest_max_bytes
  // (`max_bytes` raises it for a bundle's index.json).
  static Result<Manifest> Parse(std::string_view text, std::string_view media_type_hint,
                                std::string_view what);
  static Result<Manifest> Parse(std::string_view text, std::string_view media_type_hint,
                                std::string_view what, size_t max_bytes);

  // Config, layers (foreign ones left out), children: everything that must be there for this
  // manifest to be whole. The subject is not part of it.
  std::vector<Descriptor> Children() const;
};

}  // namespace airgap
