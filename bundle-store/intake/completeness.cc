#include "intake/completeness.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

using Bundles = std::vector<std::shared_ptr<Bundle>>;

Verdict Lacking(std::string why) { return {Presence::kLacking, std::move(why)}; }

// The manifest's text, or nothing when no bundle holds it.
Result<std::optional<std::string>> ReadFrom(const Bundles& bundles, const Digest& digest) {
  for (const auto& bundle : bundles) {
    std::optional<size_t> number = bundle->Find(digest);
    if (!number) continue;
    ASSIGN_OR_RETURN(std::string text, bundle->ReadWholeBlob(*number, limits::manifest_max_bytes));
    return std::optional<std::string>(std::move(text));
  }
  return std::optional<std::string>();
}

}  // namespace

Result<CarriedNames> CarriedNames::Of(const Bundles& bundles) {
  CarriedNames names;
  for (const auto& bundle : bundles) {
    for (const Descriptor& root : bundle->index().manifests) {
      RETURN_IF_ERROR(names.AddRoot(bundles, root));
    }
  }
  return names;
}

Status CarriedNames::AddRoot(const Bundles& bundles, const Descriptor& root) {
  Result<Reference> reference = Reference::ParseFull(root.Annotation(annotation::kRefName));
  if (!reference.ok()) return OkStatus();  // served by digest only: no name of anything
  Repository& repository = repositories_[reference->Name()];
  if (!reference->tag.empty()) repository.tags[reference->tag] = root.digest;
  repository.digests.insert(root.digest);
  auto [below, is_new] = repository.below.try_emplace(root.digest);
  if (!is_new) return OkStatus();
  below->second.insert(root.digest);
  // A node that pulled the tag from where it comes from holds this, which is not carried.
  Result<Digest> reduced_from = Digest::Parse(root.Annotation(annotation::kReducedFrom));
  if (reduced_from.ok()) below->second.insert(*reduced_from);
  if (!IsIndexKind(KindOfMediaType(root.media_type))) {
    bool is_held = std::any_of(bundles.begin(), bundles.end(), [&](const auto& bundle) {
      return bundle->Find(root.digest).has_value();
    });
    if (!is_held) absent_.insert(root.digest);
    return OkStatus();
  }
  ASSIGN_OR_RETURN(std::optional<std::string> text, ReadFrom(bundles, root.digest));
  if (!text) {
    absent_.insert(root.digest);
    return OkStatus();
  }
  ASSIGN_OR_RETURN(Manifest index,
                   Manifest::Parse(*text, root.media_type, "index " + root.digest.ToString()));
  for (const Descriptor& child : index.manifests) {
    below->second.insert(child.digest);
    repository.digests.insert(child.digest);
  }
  return OkStatus();
}

const CarriedNames::Repository* CarriedNames::Find(const Reference& reference) const {
  auto found = repositories_.find(reference.Name());
  return found == repositories_.end() ? nullptr : &found->second;
}

Verdict CarriedNames::CheckReference(const Reference& reference) const {
  const Repository* repository = Find(reference);
  if (repository == nullptr) return Lacking("nothing of this repository is carried");
  auto tag = repository->tags.find(reference.tag);
  bool has_tag = tag != repository->tags.end();
  if (reference.digest) {
    if (repository->digests.contains(*reference.digest)) {
      if (!absent_.contains(*reference.digest)) return {};
      return Lacking("it is absent from the delta; give its base as well");
    }
    if (!has_tag) return Lacking("the repository is carried, this digest is not");
    return {Presence::kOtherDigest, "the bundle has " + tag->second.ToString() +
                                        " under this tag; create the bundle with the digest"};
  }
  if (!has_tag) return Lacking("the repository is carried, this tag is not");
  if (absent_.contains(tag->second)) {
    return Lacking("it is absent from the delta; give its base as well");
  }
  return {};
}

Verdict CarriedNames::Check(const FoundReference& found) const {
  if (!found.reference) return Lacking("this is no image reference");
  const Reference& reference = *found.reference;
  if (found.is_prefix) {
    std::string prefix = reference.Name();
    auto at = repositories_.lower_bound(prefix);
    for (; at != repositories_.end() && at->first.starts_with(prefix); ++at) {
      if (at->first.size() == prefix.size() || at->first[prefix.size()] == '/') return {};
    }
    return Lacking("nothing below this repository is carried");
  }
  if (reference.tag.empty() && !reference.digest) {
    const Repository* repository = Find(reference);
    if (repository != nullptr && !repository->tags.empty()) return {};
    return Lacking("no tag of this repository is carried");
  }
  return CheckReference(reference);
}

Verdict CarriedNames::Check(const LiveImage& image, bool same_tag_is_enough) const {
  Verdict verdict = CheckReference(image.reference);
  if (verdict.presence != Presence::kPresent || image.reference.tag.empty() ||
      image.digests.empty() || same_tag_is_enough) {
    return verdict;
  }
  const Repository* repository = Find(image.reference);
  const Digest& root = repository->tags.at(image.reference.tag);
  const std::set<Digest>& below = repository->below.at(root);
  for (const Digest& digest : image.digests) {
    if (below.contains(digest)) return {};
  }
  return {Presence::kOtherDigest, "the node has " + image.digests[0].ToString() + ", the bundle " +
                                      root.ToString() + " under this tag"};
}

}  // namespace airgap
