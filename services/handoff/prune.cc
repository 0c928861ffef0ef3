#include "handoff/prune.h"

#include <mutex>

#include "base/limits.h"
#include "handoff/probe.h"
#include "oci/manifest.h"

namespace airgap {
namespace {

// "sha256-<hex>" and what cosign puts behind it: who refers to a manifest, where a registry has no
// referrers API. Nothing for any other tag.
std::optional<Digest> SubjectOf(const std::string& tag) {
  constexpr std::string_view kBegin = "sha256-";
  constexpr size_t kHexCharacters = 64;
  if (!tag.starts_with(kBegin) || tag.size() < kBegin.size() + kHexCharacters) return std::nullopt;
  auto digest = Digest::Parse("sha256:" + tag.substr(kBegin.size(), kHexCharacters));
  if (!digest.ok()) return std::nullopt;
  return *digest;
}

// Under "<upstream host>/..." and nowhere else does a push write.
bool IsOurs(const std::string& repository) {
  size_t slash = repository.find('/');
  return slash != std::string::npos && repository.find('.') < slash;
}

}  // namespace

void KeptContent::AddPlan(const HandoffPlan& plan) {
  for (const PlannedRepository& repository : plan.repositories) {
    for (const PlannedManifest& manifest : repository.manifests) {
      manifests[repository.name].insert(manifest.descriptor.digest);
    }
    for (const auto& [tag, digest] : repository.tags) tags[repository.name].insert(tag);
    for (const auto& [digest, size] : repository.blobs) blobs.insert(digest);
  }
}

void KeptContent::AddInUse(const Reference& reference) {
  std::string repository = TargetRepository(reference.host, reference.repository);
  if (reference.digest) manifests[repository].insert(*reference.digest);
  if (!reference.tag.empty()) tags[repository].insert(reference.tag);
}

Result<Pruner::Seen> Pruner::Look(const std::string& repository, const Digest& digest) {
  Seen seen;
  std::string media_type;
  auto text = target_.client->GetManifest(target_.Of(repository), digest.ToString(), &media_type);
  // Nothing hangs on what is not there.
  if (text.status().code() == Code::kNotFound) return seen;
  if (!text.ok()) return text.status();
  ASSIGN_OR_RETURN(Manifest manifest,
                   Manifest::Parse(*text, media_type, repository + "@" + digest.ToString()));
  for (const Descriptor& child : manifest.Children()) {
    bool is_manifest =
        IsIndexKind(manifest.kind) && KindOfMediaType(child.media_type) != ManifestKind::kNone;
    if (is_manifest) {
      seen.children.insert(child.digest);
    } else {
      seen.blobs[child.digest] = child.size_bytes;
    }
  }
  return seen;
}

// With everything below it, as the target has it.
Status Pruner::Keep(const std::string& repository, const Digest& digest) {
  kept_.manifests[repository].insert(digest);
  if (!looked_at_.insert({repository, digest}).second) return OkStatus();
  ASSIGN_OR_RETURN(Seen seen, Look(repository, digest));
  for (const auto& [blob, size] : seen.blobs) kept_.blobs.insert(blob);
  for (const Digest& child : seen.children) RETURN_IF_ERROR(Keep(repository, child));
  return OkStatus();
}

Status Pruner::ListTags(const std::vector<std::string>& repositories, std::vector<Tagged>* all,
                        const std::function<void(const HandoffProgress&)>& progress) {
  std::mutex mutex;
  Status failed;
  HandoffProgress done;
  done.total_count = repositories.size();
  target_.run(repositories.size(), [&](size_t number) {
    const std::string& repository = repositories[number];
    std::vector<Tagged> found;
    Status status = [&]() -> Status {
      ASSIGN_OR_RETURN(std::vector<std::string> tags, target_.client->Tags(target_.Of(repository)));
      for (const std::string& tag : tags) {
        auto now = target_.client->Resolve(target_.Of(repository), tag);
        if (now.status().code() == Code::kNotFound) continue;
        if (!now.ok()) return now.status();
        found.push_back({repository, tag, now->digest});
      }
      return OkStatus();
    }();
    std::lock_guard lock(mutex);
    if (!status.ok()) failed = status;
    all->insert(all->end(), found.begin(), found.end());
    ++done.done_count;
    progress(done);
    return status.ok();
  });
  return failed;
}

bool Pruner::IsKept(const Tagged& tagged) const {
  // What `registry render` has the cluster run.
  if (tagged.repository.ends_with(std::string("/") + kToolRepository)) return true;
  auto manifests = kept_.manifests.find(tagged.repository);
  auto holds = [&](const Digest& digest) {
    return manifests != kept_.manifests.end() && manifests->second.contains(digest);
  };
  if (holds(tagged.digest)) return true;
  if (auto subject = SubjectOf(tagged.tag)) return holds(*subject);
  auto tags = kept_.tags.find(tagged.repository);
  return tags != kept_.tags.end() && tags->second.contains(tagged.tag);
}

Status Pruner::AddDeletion(const std::string& repository, const Digest& digest,
                           const std::vector<std::string>& tags, PrunePlan* plan) {
  auto manifests = kept_.manifests.find(repository);
  bool is_kept = manifests != kept_.manifests.end() && manifests->second.contains(digest);
  if (is_kept || !deleted_.insert({repository, digest}).second) return OkStatus();
  ASSIGN_OR_RETURN(Seen seen, Look(repository, digest));
  plan->deletions.push_back({repository, digest, tags});
  for (const auto& [blob, size] : seen.blobs) {
    if (!kept_.blobs.contains(blob)) freed_[blob] = size;
  }
  for (const Digest& child : seen.children) {
    RETURN_IF_ERROR(AddDeletion(repository, child, {}, plan));
  }
  return OkStatus();
}

Result<PrunePlan> Pruner::Plan(const std::function<void(const HandoffProgress&)>& progress) {
  PrunePlan plan;
  ASSIGN_OR_RETURN(std::vector<std::string> all, target_.client->Repositories(target_.host));
  std::vector<std::string> ours;
  for (const std::string& repository : all) {
    (IsOurs(repository) ? ours : plan.foreign).push_back(repository);
  }
  std::vector<Tagged> tags;
  RETURN_IF_ERROR(ListTags(ours, &tags, progress));
  // First all that stays, with what hangs on it; only then what goes.
  const auto wanted = kept_.manifests;
  for (const auto& [repository, digests] : wanted) {
    for (const Digest& digest : digests) RETURN_IF_ERROR(Keep(repository, digest));
  }
  // Whether who refers to something stays is known once that is.
  for (bool is_about_subjects : {false, true}) {
    for (const Tagged& tagged : tags) {
      if (SubjectOf(tagged.tag).has_value() != is_about_subjects || !IsKept(tagged)) continue;
      RETURN_IF_ERROR(Keep(tagged.repository, tagged.digest));
      ++plan.kept_count;
    }
  }
  std::map<std::pair<std::string, Digest>, std::vector<std::string>> going;
  for (const Tagged& tagged : tags) {
    if (!IsKept(tagged)) going[{tagged.repository, tagged.digest}].push_back(tagged.tag);
  }
  for (const auto& [place, names] : going) {
    RETURN_IF_ERROR(AddDeletion(place.first, place.second, names, &plan));
  }
  for (const auto& [blob, size] : freed_) plan.bytes += size;
  return plan;
}

std::vector<std::string> Pruner::Delete(
    const PrunePlan& plan, const std::function<void(const HandoffProgress&)>& progress) {
  std::vector<std::string> problems;
  HandoffProgress done;
  done.total_count = plan.deletions.size();
  // Parents come before their children: at no time does an index name what is not there.
  for (const Deletion& deletion : plan.deletions) {
    Status status =
        target_.client->DeleteManifest(target_.Of(deletion.repository), deletion.digest);
    bool is_gone = status.ok() || status.code() == Code::kNotFound;
    if (!is_gone && problems.size() < limits::handoff_problems_max_count) {
      problems.push_back(deletion.repository + "@" + deletion.digest.ToString() + ": " +
                         status.message());
    }
    if (status.code() == Code::kUnsupported) break;
    ++done.done_count;
    progress(done);
  }
  return problems;
}

}  // namespace airgap
