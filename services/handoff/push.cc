#include "handoff/push.h"

#include <algorithm>

#include "base/format_bytes.h"
#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kSparseRepository[] = "cozy-airgap/sparse-index";

// Whether what was looked at is to be put: so is what a full disk or a power cut has left half
// written there. If the registry keeps that as it is, preflight finds it.
bool IsWanted(const Status& look) {
  return look.code() == Code::kNotFound || look.code() == Code::kCorrupt;
}

}  // namespace

Result<bool> TakesSparseIndexes(const HandoffTarget& target) {
  Descriptor nowhere;
  nowhere.media_type = media_type::kOciManifest;
  nowhere.digest = Digest::Of(AsBytes("a manifest that no registry has"));
  nowhere.size_bytes = 1;
  JsonBuilder index;
  index.root().Put("schemaVersion", 2);
  index.root().Put("mediaType", media_type::kOciIndex);
  nowhere.WriteTo(index.root().PutArray("manifests").AddObject());
  std::string text = index.ToText();
  Status status =
      target.client
          ->PutManifest(target.Of(kSparseRepository), Digest::Of(AsBytes(text)).ToString(),
                        media_type::kOciIndex, text)
          .status();
  if (status.ok()) return true;
  bool is_refused = status.code() == Code::kUnsupported || status.code() == Code::kNotFound;
  return is_refused ? Result<bool>(false) : Result<bool>(status);
}

Status CheckSparse(const HandoffTarget& target, const HandoffPlan& plan) {
  if (plan.sparse.empty()) return OkStatus();
  ASSIGN_OR_RETURN(bool is_taken, TakesSparseIndexes(target));
  if (is_taken) return OkStatus();
  return Unsupported(
      std::to_string(plan.sparse.size()) + " image indexes of the bundle are sparse, as " +
      plan.sparse[0] +
      ": this registry refuses an index with holes; make the bundle without --sparse");
}

std::string Missing::Line() const {
  return std::to_string(blobs) + " of " + std::to_string(total_blobs) + " blobs, " +
         FormatBytes(bytes) + ", and " + std::to_string(manifests) +
         " manifests; the registry must have room for that";
}

void Pusher::Problem(const Status& status) {
  std::lock_guard lock(mutex_);
  if (report_.problems.size() < limits::handoff_problems_max_count) {
    report_.problems.push_back(status.message());
  }
}

void Pusher::Advance(uint64_t bytes, size_t count) {
  std::lock_guard lock(mutex_);
  progress_.done_bytes += bytes;
  progress_.done_count += count;
  if (on_progress_) on_progress_(progress_);
}

Status Pusher::LookAtBlob(BlobWork* work) {
  Descriptor descriptor;
  descriptor.digest = work->digest;
  descriptor.size_bytes = work->size;
  std::vector<std::string> wanted;
  for (const std::string& repository : work->wanted) {
    Status status = target_.client->CheckBlob(target_.Of(repository), descriptor);
    if (!status.ok() && !IsWanted(status)) return status;
    (status.ok() ? work->there : wanted).push_back(repository);
  }
  work->wanted = std::move(wanted);
  return OkStatus();
}

Status Pusher::LookAtManifest(ManifestWork* work) {
  Status status =
      target_.client->CheckManifest(target_.Of(work->repository->name), work->manifest->descriptor);
  if (!status.ok() && !IsWanted(status)) return status;
  work->is_there = status.ok();
  return OkStatus();
}

Result<Missing> Pusher::Look(const std::function<void(const HandoffProgress&)>& progress) {
  blobs_.reserve(plan_.blobs.size());
  for (const SharedBlob& blob : plan_.blobs) {
    blobs_.push_back({blob.digest, blob.size, {}, blob.repositories});
  }
  for (const PlannedRepository& repository : plan_.repositories) {
    for (const PlannedManifest& manifest : repository.manifests) {
      manifests_.push_back({&repository, &manifest, false});
    }
  }
  on_progress_ = progress;
  progress_ = {0, 0, 0, blobs_.size() + manifests_.size()};
  Status failed;
  target_.run(blobs_.size() + manifests_.size(), [&](size_t number) {
    Status status = number < blobs_.size() ? LookAtBlob(&blobs_[number])
                                           : LookAtManifest(&manifests_[number - blobs_.size()]);
    if (!status.ok()) {
      std::lock_guard lock(mutex_);
      failed = status;
      return false;
    }
    Advance(0, 1);
    return true;
  });
  if (!failed.ok()) return failed;
  Missing missing;
  missing.total_blobs = blobs_.size();
  for (const BlobWork& work : blobs_) {
    report_.blobs_there += work.there.size();
    if (!work.there.empty() || work.wanted.empty()) continue;
    ++missing.blobs;
    missing.bytes += work.size;
  }
  for (const ManifestWork& work : manifests_) missing.manifests += work.is_there ? 0 : 1;
  return missing;
}

Status Pusher::PushOneBlob(const BlobWork& work, const std::string& repository,
                           const std::string& from) {
  Descriptor descriptor;
  descriptor.digest = work.digest;
  descriptor.size_bytes = work.size;
  Result<BlobLocation> location = catalog_.FindBlob(work.digest);
  HttpBody body;
  body.size_bytes = work.size;
  body.read = [&](uint64_t offset, MutableByteSpan out) -> Status {
    if (!location.ok()) return location.status();
    return location->bundle->ReadBlob(location->blob_number, offset, out);
  };
  // What no bundle here has may be had from beside.
  if (!location.ok() && from.empty()) {
    return Status(location.status().code(),
                  "the target lacks a blob of " + repository + ": " + location.status().message());
  }
  ASSIGN_OR_RETURN(bool is_mounted,
                   target_.client->PutBlob(target_.Of(repository), descriptor, from, body));
  std::lock_guard lock(mutex_);
  if (is_mounted) {
    ++report_.blobs_mounted;
  } else {
    ++report_.blobs_uploaded;
    report_.uploaded_bytes += work.size;
  }
  return OkStatus();
}

Status Pusher::PushBlob(const BlobWork& work) {
  std::string from = work.there.empty() ? "" : work.there[0];
  for (const std::string& repository : work.wanted) {
    RETURN_IF_ERROR(PushOneBlob(work, repository, from));
    if (from.empty()) from = repository;
  }
  return OkStatus();
}

Status Pusher::PushManifest(const ManifestWork& work) {
  const PlannedManifest& manifest = *work.manifest;
  if (manifest.is_absent) {
    return NotFound("the target lacks " + work.repository->name + "@" +
                    manifest.descriptor.digest.ToString() +
                    ", which the bundle, a delta, leaves out: push its base first");
  }
  Descriptor descriptor;
  ASSIGN_OR_RETURN(auto text, catalog_.ReadManifest(manifest.descriptor.digest, &descriptor));
  ASSIGN_OR_RETURN(
      bool keeps_referrers,
      target_.client->PutManifest(target_.Of(work.repository->name), descriptor.digest.ToString(),
                                  descriptor.media_type, *text));
  if (manifest.subject && !keeps_referrers) lacks_referrers_api_ = true;
  std::lock_guard lock(mutex_);
  ++report_.manifests_put;
  return OkStatus();
}

// One height after the other: a registry refuses an index whose children it has not.
void Pusher::PushManifests() {
  unsigned height = 0;
  for (bool has_more = true; has_more && report_.ok(); ++height) {
    std::vector<const ManifestWork*> level;
    has_more = false;
    for (const ManifestWork& work : manifests_) {
      if (work.manifest->height == height && !work.is_there) level.push_back(&work);
      has_more |= work.manifest->height > height;
    }
    target_.run(level.size(), [&](size_t number) {
      Status status = PushManifest(*level[number]);
      if (!status.ok()) Problem(status);
      Advance(0, 1);
      return true;
    });
  }
  std::lock_guard lock(mutex_);
  report_.manifests_there = manifests_.size() - report_.manifests_put;
}

Status Pusher::SetTag(const PlannedRepository& repository, const std::string& tag,
                      const Digest& digest) {
  const Reference place = target_.Of(repository.name);
  Descriptor descriptor;
  auto here = catalog_.ReadManifest(digest, &descriptor);
  if (here.ok()) {
    return target_.client->PutManifest(place, tag, descriptor.media_type, **here).status();
  }
  // A delta leaves it out: the target has it, by another name.
  std::string media_type;
  ASSIGN_OR_RETURN(std::string text,
                   target_.client->GetManifest(place, digest.ToString(), &media_type));
  if (Digest::Of(AsBytes(text), digest.algorithm()) != digest) {
    return Corrupt("the target has other bytes for " + repository.name + "@" + digest.ToString());
  }
  return target_.client->PutManifest(place, tag, media_type, text).status();
}

Status Pusher::PushTag(const PlannedRepository& repository, const std::string& tag,
                       const Digest& digest) {
  Result<Descriptor> now = target_.client->Resolve(target_.Of(repository.name), tag);
  // One that cannot be read, as a full disk leaves it, is set again: that must work, and is enough.
  bool is_there = now.ok() && now->digest == digest;
  if (!is_there) RETURN_IF_ERROR(SetTag(repository, tag, digest));
  std::lock_guard lock(mutex_);
  ++(is_there ? report_.tags_there : report_.tags_put);
  return OkStatus();
}

void Pusher::PushTags() {
  std::vector<std::pair<const PlannedRepository*, std::pair<std::string, Digest>>> tags;
  for (const PlannedRepository& repository : plan_.repositories) {
    for (const auto& tag : repository.tags) tags.emplace_back(&repository, tag);
  }
  target_.run(tags.size(), [&](size_t number) {
    const auto& [repository, tag] = tags[number];
    Status status = PushTag(*repository, tag.first, tag.second);
    if (!status.ok()) Problem(status);
    return true;
  });
}

// Where a registry has no referrers API, clients look for an image index by the subject's name.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
Status Pusher::PushReferrersTag(const PlannedRepository& repository, const Digest& subject) {
  std::string tag = "sha256-" + subject.Hex();
  JsonBuilder index;
  index.root().Put("schemaVersion", 2);
  index.root().Put("mediaType", media_type::kOciIndex);
  JsonNode list = index.root().PutArray("manifests");
  ASSIGN_OR_RETURN(std::vector<Descriptor> known,
                   target_.client->Referrers(target_.Of(repository.name), subject));
  size_t news = 0;
  for (const PlannedManifest& manifest : repository.manifests) {
    if (manifest.subject != subject || manifest.is_absent) continue;
    bool is_known = std::any_of(known.begin(), known.end(), [&](const Descriptor& one) {
      return one.digest == manifest.descriptor.digest;
    });
    if (is_known) continue;
    Descriptor listed;
    ASSIGN_OR_RETURN(auto text, catalog_.ReadManifest(manifest.descriptor.digest, &listed));
    ASSIGN_OR_RETURN(Manifest parsed, Manifest::Parse(*text, listed.media_type, "referrer"));
    listed.artifact_type = parsed.artifact_type;
    listed.annotations = parsed.annotations;
    known.push_back(std::move(listed));
    ++news;
  }
  if (news == 0) return OkStatus();
  for (const Descriptor& one : known) one.WriteTo(list.AddObject());
  return target_.client
      ->PutManifest(target_.Of(repository.name), tag, media_type::kOciIndex, index.ToText())
      .status();
}

void Pusher::PushReferrersTags() {
  for (const PlannedRepository& repository : plan_.repositories) {
    std::set<Digest> subjects;
    for (const PlannedManifest& manifest : repository.manifests) {
      if (manifest.subject) subjects.insert(*manifest.subject);
    }
    for (const Digest& subject : subjects) {
      Status status = PushReferrersTag(repository, subject);
      if (!status.ok()) Problem(status);
    }
  }
}

PushReport Pusher::Push(const std::function<void(const HandoffProgress&)>& progress) {
  std::vector<const BlobWork*> missing;
  on_progress_ = progress;
  progress_ = {};
  for (const BlobWork& work : blobs_) {
    if (work.wanted.empty()) continue;
    missing.push_back(&work);
    progress_.total_bytes += work.there.empty() ? work.size : 0;
  }
  for (const ManifestWork& work : manifests_) progress_.total_count += work.is_there ? 0 : 1;
  progress_.total_count += missing.size();
  target_.run(missing.size(), [&](size_t number) {
    const BlobWork& work = *missing[number];
    Status status = PushBlob(work);
    if (!status.ok()) Problem(status);
    Advance(status.ok() && work.there.empty() ? work.size : 0, 1);
    return status.ok();
  });
  if (report_.ok()) PushManifests();
  // Names come last: who finds one finds all that it needs.
  if (report_.ok()) PushTags();
  if (report_.ok() && lacks_referrers_api_) PushReferrersTags();
  return report_;
}

}  // namespace airgap
