#include "handoff/preflight.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {

void Preflight::Problem(std::string line) {
  std::lock_guard lock(mutex_);
  if (report_.problems.size() < limits::handoff_problems_max_count) {
    report_.problems.push_back(std::move(line));
  }
}

void Preflight::Advance(uint64_t bytes, size_t count) {
  std::lock_guard lock(mutex_);
  progress_.done_bytes += bytes;
  progress_.done_count += count;
  if (on_progress_) on_progress_(progress_);
}

void Preflight::CheckTags() {
  struct Tag {
    const PlannedRepository* repository;
    const std::string* name;
    const Digest* digest;
  };
  std::vector<Tag> tags;
  for (const PlannedRepository& repository : plan_.repositories) {
    for (const auto& [tag, digest] : repository.tags) tags.push_back({&repository, &tag, &digest});
  }
  target_.run(tags.size(), [&](size_t number) {
    const Tag& tag = tags[number];
    std::string name = tag.repository->name + ":" + *tag.name;
    auto now = target_.client->Resolve(target_.Of(tag.repository->name), *tag.name);
    if (!now.ok()) {
      Problem((now.status().code() == Code::kNotFound ? "missing: " : "unreadable: ") + name +
              ": " + now.status().message());
    } else if (now->digest != *tag.digest) {
      Problem("wrong: " + name + " is " + now->digest.ToString() + " instead of " +
              tag.digest->ToString());
    } else {
      std::lock_guard lock(mutex_);
      ++report_.tags_count;
    }
    return true;
  });
}

void Preflight::CheckManifest(const PlannedRepository& repository,
                              const PlannedManifest& manifest) {
  const Digest& digest = manifest.descriptor.digest;
  std::string name = repository.name + "@" + digest.ToString();
  std::string content_type;
  auto text =
      target_.client->GetManifest(target_.Of(repository.name), digest.ToString(), &content_type);
  if (!text.ok()) {
    return Problem((text.status().code() == Code::kNotFound ? "missing: " : "unreadable: ") + name +
                   ": " + text.status().message());
  }
  if (Digest::Of(AsBytes(*text), digest.algorithm()) != digest) {
    return Problem("wrong: " + name + " has other bytes");
  }
  if (!manifest.descriptor.media_type.empty() && content_type != manifest.descriptor.media_type) {
    return Problem("wrong: " + name + " is given as " + content_type + " instead of " +
                   manifest.descriptor.media_type);
  }
  std::lock_guard lock(mutex_);
  ++report_.manifests_count;
}

Status Preflight::ReadBlob(const std::string& repository, const Descriptor& descriptor) {
  Hasher hasher(descriptor.digest.algorithm());
  uint64_t size = 0;
  RETURN_IF_ERROR(target_.client->StreamBlob(target_.Of(repository), descriptor, 0,
                                             [&](ByteSpan bytes) -> Status {
                                               size += bytes.size();
                                               if (size > descriptor.size_bytes)
                                                 return Corrupt("it has more bytes than it should");
                                               hasher.Update(bytes);
                                               Advance(bytes.size(), 0);
                                               return OkStatus();
                                             }));
  if (size != descriptor.size_bytes || hasher.Finish() != descriptor.digest) {
    return Corrupt("it has other bytes");
  }
  std::lock_guard lock(mutex_);
  report_.hashed_bytes += size;
  return OkStatus();
}

void Preflight::CheckBlob(const SharedBlob& blob) {
  Descriptor descriptor;
  descriptor.digest = blob.digest;
  descriptor.size_bytes = blob.size;
  bool is_first = true;
  for (const std::string& repository : blob.repositories) {
    // The registry keeps it once: read through one name, it is only asked for by the others.
    Status status = is_deep_ && is_first
                        ? ReadBlob(repository, descriptor)
                        : target_.client->CheckBlob(target_.Of(repository), descriptor);
    is_first = false;
    if (!status.ok()) {
      std::string kind = status.code() == Code::kNotFound  ? "missing: "
                         : status.code() == Code::kCorrupt ? "wrong: "
                                                           : "unreadable: ";
      Problem(kind + repository + "@" + blob.digest.ToString() + ": " + status.message());
      continue;
    }
    std::lock_guard lock(mutex_);
    ++report_.blobs_count;
  }
  Advance(0, 1);
}

PreflightReport Preflight::Run(const std::function<void(const HandoffProgress&)>& progress) {
  on_progress_ = progress;
  std::vector<std::pair<const PlannedRepository*, const PlannedManifest*>> manifests;
  for (const PlannedRepository& repository : plan_.repositories) {
    for (const PlannedManifest& manifest : repository.manifests) {
      manifests.emplace_back(&repository, &manifest);
    }
  }
  progress_ = {0, is_deep_ ? plan_.total_bytes : 0, 0, plan_.blobs.size() + manifests.size()};
  CheckTags();
  target_.run(manifests.size(), [&](size_t number) {
    CheckManifest(*manifests[number].first, *manifests[number].second);
    Advance(0, 1);
    return true;
  });
  target_.run(plan_.blobs.size(), [&](size_t number) {
    CheckBlob(plan_.blobs[number]);
    return true;
  });
  return report_;
}

}  // namespace airgap
