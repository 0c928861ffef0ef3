#include "intake/collector.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/utc.h"
#include "intake/asset_file.h"
#include "intake/image_name.h"

namespace airgap {
namespace {

constexpr char kTakeOnePlatform[] =
    "; an index comes whole: complete it, or take one platform's manifest with --platform";

// Absent, refused or not understood: one image's trouble, listed with all others. Anything else
// (damage, a full disk, a limit) ends the work.
bool IsMissing(const Status& status) {
  switch (status.code()) {
    case Code::kNotFound:
    case Code::kUnavailable:
    case Code::kDenied:
    case Code::kUnsupported:
      return true;
    default:
      return false;
  }
}

// Only what is the same wherever the manifest came from.
Descriptor CanonicalDescriptor(const Descriptor& descriptor, std::string ref_name) {
  Descriptor canonical;
  canonical.media_type = descriptor.media_type;
  canonical.digest = descriptor.digest;
  canonical.size_bytes = descriptor.size_bytes;
  canonical.annotations[annotation::kRefName] = std::move(ref_name);
  return canonical;
}

std::string WhatIs(const Descriptor& descriptor) {
  bool is_manifest = KindOfMediaType(descriptor.media_type) != ManifestKind::kNone;
  std::string what = (is_manifest ? "manifest " : "blob ") + descriptor.digest.ToString();
  if (descriptor.platform && !descriptor.platform->os.empty()) {
    what += " (" + descriptor.platform->ToString() + ")";
  }
  return what;
}

// The first child of an index that runs on `platform`.
Result<Descriptor> ChildFor(const Manifest& index, const Platform& platform) {
  std::string offered;
  for (const Descriptor& child : index.manifests) {
    if (!child.platform) continue;
    if (platform.Matches(*child.platform)) return child;
    offered += (offered.empty() ? "" : ", ") + child.platform->ToString();
  }
  return NotFound(offered.empty() ? "the index names no platforms" : "the index has " + offered);
}

std::string JoinPlatforms(const std::vector<Platform>& platforms) {
  std::string joined;
  for (const Platform& platform : platforms) {
    joined += joined.empty() ? "" : ",";
    joined += platform.ToString();
  }
  return joined;
}

// What a bundle that is the source says of its own root.
std::string WasReducedFrom(const Descriptor& root) {
  Result<Digest> digest = Digest::Parse(root.Annotation(annotation::kReducedFrom));
  return digest.ok() ? digest->ToString() : "";
}

// A publisher whose clock was ahead does not count; 0: nothing is said.
int64_t CreatedUnixSeconds(const Manifest& manifest, int64_t now_unix_s) {
  auto found = manifest.annotations.find(annotation::kCreated);
  if (found == manifest.annotations.end()) return 0;
  int64_t created = ParseUtc(found->second).value_or(0);
  return created <= now_unix_s ? created : 0;
}

std::string CosignTag(const Digest& digest) {
  std::string tag = digest.ToString();
  tag[tag.find(':')] = '-';
  return tag;
}

}  // namespace

Status Collector::ListMissing(const Walk& walk, const std::string& what, const Status& status) {
  if (!IsMissing(status)) return status.WithContext(walk.reference.ToString());
  AddMissing({walk.reference.ToString(), what, status.message()});
  return OkStatus();
}

void Collector::AddMissing(MissingPart part) {
  std::lock_guard lock(mutex_);
  missing_.push_back(std::move(part));
}

std::vector<MissingPart> Collector::missing() const {
  std::lock_guard lock(mutex_);
  std::vector<MissingPart> sorted = missing_;
  std::sort(sorted.begin(), sorted.end(), [](const MissingPart& a, const MissingPart& b) {
    return std::tie(a.wanted_by, a.what) < std::tie(b.wanted_by, b.what);
  });
  return sorted;
}

bool Collector::IsLeftOut(const Walk& walk, const Descriptor& child) const {
  if (walk.sparse_platforms.empty() || !child.platform) return false;
  return std::none_of(walk.sparse_platforms.begin(), walk.sparse_platforms.end(),
                      [&](const Platform& wanted) { return wanted.Matches(*child.platform); });
}

Result<std::optional<Collector::ReadResult>> Collector::ReadManifest(const Walk& walk,
                                                                     const Descriptor& descriptor) {
  std::string context = walk.reference.ToString();
  Result<std::string> text = walk.source->ReadManifest(descriptor);
  if (!text.ok()) {
    Status status = text.status();
    if (walk.index_depth > 0 && IsMissing(status)) {
      status = Status(status.code(), status.message() + kTakeOnePlatform);
    }
    RETURN_IF_ERROR(ListMissing(walk, WhatIs(descriptor), status));
    return std::optional<ReadResult>();
  }
  std::string what = walk.source->name() + ": manifest " + descriptor.digest.ToString();
  if (Digest::Of(AsBytes(*text), descriptor.digest.algorithm()) != descriptor.digest) {
    return Corrupt("the bytes of " + what + " do not match its digest").WithContext(context);
  }
  Result<Manifest> manifest = Manifest::Parse(*text, descriptor.media_type, what);
  if (!manifest.ok()) {
    RETURN_IF_ERROR(ListMissing(walk, WhatIs(descriptor), manifest.status()));
    return std::optional<ReadResult>();
  }
  return std::optional<ReadResult>({*std::move(text), *std::move(manifest)});
}

Status Collector::TakeChildren(const Walk& walk, const Manifest& manifest) {
  Walk below = walk;
  ++below.index_depth;
  for (const Descriptor& child : manifest.Children()) {
    bool is_manifest =
        IsIndexKind(manifest.kind) && KindOfMediaType(child.media_type) != ManifestKind::kNone;
    if (is_manifest) {
      if (!IsLeftOut(walk, child)) RETURN_IF_ERROR(TakeTree(below, child));
      continue;
    }
    bool is_planned = false;
    {
      std::lock_guard lock(mutex_);
      is_planned = plan_->Has(child.digest);
    }
    if (!is_planned) {
      Status status = walk.source->CheckBlob(child);
      if (!status.ok()) {
        RETURN_IF_ERROR(ListMissing(walk, WhatIs(child), status));
        continue;
      }
    }
    std::string wanted_by = walk.reference.ToString();
    std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(
        plan_->AddBlob(child, ManifestKind::kNone, walk.source, wanted_by).WithContext(wanted_by));
  }
  return OkStatus();
}

Status Collector::TakeTree(const Walk& walk, const Descriptor& descriptor) {
  {
    std::string place = walk.reference.Name() + (walk.sparse_platforms.empty() ? "" : " sparse");
    std::lock_guard lock(mutex_);
    if (!walked_.emplace(std::move(place), descriptor.digest).second) return OkStatus();
  }
  if (walk.index_depth > limits::image_index_depth_max) {
    return LimitExceeded(walk.reference.ToString() + ": image indexes are nested more than " +
                         std::to_string(limits::image_index_depth_max) + " deep");
  }
  ASSIGN_OR_RETURN(std::optional<ReadResult> read, ReadManifest(walk, descriptor));
  if (!read) return OkStatus();
  const Manifest& manifest = read->manifest;
  {
    std::lock_guard lock(mutex_);
    plan_->NoteCreated(CreatedUnixSeconds(manifest, RealEnv()->NowUnixSeconds()));
    RETURN_IF_ERROR(plan_->AddBytes(descriptor, manifest.kind, std::move(read->text))
                        .WithContext(walk.reference.ToString()));
  }
  if (manifest.subject) AddReferrerRoot(walk, descriptor, manifest);
  RETURN_IF_ERROR(TakeChildren(walk, manifest));
  return TakeAttached(walk, descriptor.digest);
}

Status Collector::TakeAttached(const Walk& walk, const Digest& subject) {
  if (walk.attached_depth >= limits::referrer_depth_max) return OkStatus();
  Walk attached = walk;
  attached.index_depth = 0;
  ++attached.attached_depth;
  Result<std::vector<Descriptor>> referrers = walk.source->Referrers(subject);
  if (!referrers.ok()) {
    return ListMissing(walk, "referrers of " + subject.ToString(), referrers.status());
  }
  if (referrers->size() > limits::referrers_max_count) {
    return LimitExceeded(walk.reference.ToString() + ": " + subject.ToString() + " has " +
                         std::to_string(referrers->size()) + " referrers; at most " +
                         std::to_string(limits::referrers_max_count) + " are carried");
  }
  for (const Descriptor& referrer : *referrers) RETURN_IF_ERROR(TakeTree(attached, referrer));
  return TakeCosignTags(attached, subject);
}

// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md, "Tag-based discovery"
Status Collector::TakeCosignTags(const Walk& walk, const Digest& subject) {
  for (const char* suffix : {".sig", ".att", ".sbom"}) {
    std::string tag = CosignTag(subject) + suffix;
    Result<Descriptor> descriptor = walk.source->ResolveTag(tag);
    if (!descriptor.ok() && descriptor.status().code() == Code::kNotFound) continue;
    if (!descriptor.ok()) {
      RETURN_IF_ERROR(ListMissing(walk, "tag " + tag, descriptor.status()));
      continue;
    }
    Reference reference{walk.reference.host, walk.reference.repository, tag, std::nullopt};
    RETURN_IF_ERROR(AddImageRoot(walk, *descriptor, reference));
    RETURN_IF_ERROR(TakeTree(walk, *descriptor));
  }
  return OkStatus();
}

void Collector::AddReferrerRoot(const Walk& walk, const Descriptor& descriptor,
                                const Manifest& manifest) {
  Reference reference{walk.reference.host, walk.reference.repository, "", descriptor.digest};
  std::string ref_name = reference.ToString();
  std::lock_guard lock(mutex_);
  if (!roots_.emplace(ref_name, TakenRoot{descriptor.digest, walk.source->name()}).second) return;
  Descriptor root = CanonicalDescriptor(descriptor, ref_name);
  root.artifact_type = manifest.artifact_type;
  root.annotations[annotation::kSubject] = manifest.subject->digest.ToString();
  plan_->AddRoot(std::move(root));
  ++referrer_count_;
}

Status Collector::AddImageRoot(const Walk& walk, const Descriptor& descriptor,
                               const Reference& reference, const std::string& reduced_from) {
  std::string ref_name = reference.ToString();
  const std::string& source = walk.source->name();
  std::lock_guard lock(mutex_);
  auto [taken, is_new] = roots_.emplace(ref_name, TakenRoot{descriptor.digest, source});
  if (!is_new) {
    if (taken->second.digest == descriptor.digest) return OkStatus();
    return Ambiguous(ref_name + " is " + taken->second.digest.ToString() + " in " +
                     taken->second.source + " and " + descriptor.digest.ToString() + " in " +
                     source + "; leave one of them out");
  }
  Descriptor root = CanonicalDescriptor(descriptor, ref_name);
  if (IsIndexKind(KindOfMediaType(descriptor.media_type)) && !walk.sparse_platforms.empty()) {
    root.annotations[annotation::kSparse] = JoinPlatforms(walk.sparse_platforms);
  }
  if (!reduced_from.empty()) root.annotations[annotation::kReducedFrom] = reduced_from;
  plan_->AddRoot(std::move(root));
  ++image_count_;
  return OkStatus();
}

Result<std::optional<Descriptor>> Collector::Reduce(const Walk& walk, Descriptor descriptor,
                                                    const Platform& platform) {
  for (int depth = 0; IsIndexKind(KindOfMediaType(descriptor.media_type)); ++depth) {
    if (depth > limits::image_index_depth_max) {
      return LimitExceeded(walk.reference.ToString() + ": image indexes are nested more than " +
                           std::to_string(limits::image_index_depth_max) + " deep");
    }
    ASSIGN_OR_RETURN(std::optional<ReadResult> read, ReadManifest(walk, descriptor));
    if (!read) return std::optional<Descriptor>();
    Result<Descriptor> child = ChildFor(read->manifest, platform);
    if (!child.ok()) {
      RETURN_IF_ERROR(ListMissing(walk, "a manifest for " + platform.ToString(), child.status()));
      return std::optional<Descriptor>();
    }
    descriptor = *std::move(child);
  }
  return std::optional<Descriptor>(std::move(descriptor));
}

Status Collector::TakeImage(ImageSource* source, const NamedImage& image,
                            const std::optional<Platform>& only_platform,
                            const std::vector<Platform>& sparse_platforms) {
  const Reference& wanted = image.reference;
  if (wanted.digest && *wanted.digest != image.descriptor.digest) {
    return Corrupt(wanted.ToString() + " is " + image.descriptor.digest.ToString() + " in " +
                   source->name() + ", not the digest beside it");
  }
  Walk walk{source, wanted, sparse_platforms};
  Descriptor descriptor = image.descriptor;
  std::string reduced_from = WasReducedFrom(descriptor);
  if (only_platform && !wanted.digest) {
    ASSIGN_OR_RETURN(std::optional<Descriptor> reduced, Reduce(walk, descriptor, *only_platform));
    if (!reduced) return OkStatus();
    if (reduced->digest != descriptor.digest) reduced_from = descriptor.digest.ToString();
    descriptor = *std::move(reduced);
  }
  Reference carried = wanted;
  if (!carried.tag.empty()) {
    carried.digest.reset();
  }
  RETURN_IF_ERROR(TakeTree(walk, descriptor));
  if (carried.digest) {
    // A referrer named by digest has its root already.
    std::lock_guard lock(mutex_);
    if (roots_.contains(carried.ToString())) return OkStatus();
  }
  return AddImageRoot(walk, descriptor, carried, reduced_from);
}

Status Collector::TakeAsset(ImageSource* source, const Descriptor& descriptor) {
  std::string path = descriptor.Annotation(annotation::kAssetPath);
  RETURN_IF_ERROR(CheckAssetPath(path).WithContext(source->name()));
  Reference reference{"airgap.internal", AssetRepository(path), "", descriptor.digest};
  const std::vector<Platform> whole;
  Walk walk{source, reference, whole};
  size_t missing_before = missing().size();
  RETURN_IF_ERROR(TakeTree(walk, descriptor));
  if (missing().size() != missing_before) return OkStatus();
  return AddAssetRoot(path, descriptor);
}

Status Collector::AddAssetRoot(const std::string& path, const Descriptor& manifest) {
  std::lock_guard lock(mutex_);
  auto [taken, is_new] = asset_paths_.emplace(path, manifest.digest);
  if (!is_new) {
    if (taken->second == manifest.digest) return OkStatus();
    return InvalidArgument("asset /" + path + " is given twice, with different content");
  }
  Reference reference{"airgap.internal", AssetRepository(path), "", manifest.digest};
  Descriptor root = CanonicalDescriptor(manifest, reference.ToString());
  root.artifact_type = kAssetArtifactType;
  root.annotations[annotation::kAssetPath] = path;
  plan_->AddRoot(std::move(root));
  return OkStatus();
}

}  // namespace airgap
