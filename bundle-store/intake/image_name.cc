#include "intake/image_name.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kAssetPrefix[] = "assets";

// Lower case, runs of anything but letters and digits as one "-" (one "." or "_" stays).
std::string MapSegment(std::string_view segment) {
  std::string mapped;
  std::string separators;
  for (char c : segment) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!is_plain) {
      separators += c;
      continue;
    }
    if (!mapped.empty() && !separators.empty()) {
      mapped += separators == "." || separators == "_" ? separators : "-";
    }
    separators.clear();
    mapped += c;
  }
  return mapped.empty() ? "x" : mapped;
}

}  // namespace

std::optional<Reference> FullReference(std::string_view text) {
  if (!Reference::ParseFull(text).ok()) return std::nullopt;
  Result<Reference> reference = Reference::ParseFamiliar(text);
  if (!reference.ok()) return std::nullopt;
  return *std::move(reference);
}

Result<GivenName> GivenName::Parse(std::string_view text) {
  GivenName given;
  given.reference = FullReference(text);
  if (given.reference) return given;
  // A repository alone is a reference once it has a tag.
  std::optional<Reference> tagged = FullReference(std::string(text) + ":latest");
  if (tagged && !tagged->digest) {
    given.host = tagged->host;
    given.repository = tagged->repository;
    return given;
  }
  return InvalidArgument("'" + std::string(text) +
                         "' is no full reference: expected HOST/REPOSITORY, with :TAG or"
                         " @DIGEST where the source holds one image");
}

Result<Reference> NameImage(const Descriptor& descriptor, const GivenName& given,
                            const std::string& source) {
  if (given.reference) return *given.reference;
  std::string ref_name = descriptor.Annotation(annotation::kRefName);
  if (auto full = FullReference(ref_name)) return *full;
  if (auto full = FullReference(descriptor.Annotation(annotation::kContainerdName))) return *full;
  if (!given.host.empty()) {
    Reference reference{given.host, given.repository, "", std::nullopt};
    if (IsTag(ref_name)) {
      reference.tag = ref_name;
    } else if (ref_name.empty()) {
      reference.digest = descriptor.digest;
    } else {
      return InvalidArgument(source + " calls an image '" + ref_name + "', which is neither a tag" +
                             " nor a full reference; rename it in index.json");
    }
    return reference;
  }
  std::string called = ref_name.empty() ? "has no name" : "is called '" + ref_name + "'";
  return InvalidArgument("image " + descriptor.digest.ToString() + " in " + source + " " + called +
                         ", which is no full reference; give it one: --from " + source +
                         "=HOST/REPOSITORY" + (IsTag(ref_name) ? "" : ":TAG"));
}

std::string AssetRepository(std::string_view path) {
  std::string repository = kAssetPrefix;
  while (!path.empty()) {
    size_t slash = std::min(path.find('/'), path.size());
    repository += "/" + MapSegment(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  repository.resize(std::min(repository.size(), limits::repository_name_max_bytes));
  while (!IsRepositoryName(repository)) repository.pop_back();
  return repository;
}

}  // namespace airgap
