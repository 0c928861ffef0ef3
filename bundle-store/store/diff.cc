#include "store/diff.h"

#include <map>

namespace airgap {
namespace {

using References = std::map<std::string, Digest>;
using Sizes = std::map<Digest, uint64_t>;

// An asset is known by its path: its reference holds the digest. So does a referrer's, which is
// another thing each time.
std::string NameOf(const Descriptor& root) {
  std::string path = root.Annotation(annotation::kAssetPath);
  return path.empty() ? root.Annotation(annotation::kRefName) : "/" + path;
}

void AddReferences(const Bundle& bundle, References* references) {
  for (const Descriptor& root : bundle.index().manifests) {
    references->insert_or_assign(NameOf(root), root.digest);
  }
}

void AddSizes(const std::vector<BlobEntry>& blobs, Sizes* sizes) {
  for (const BlobEntry& blob : blobs) sizes->emplace(blob.digest, blob.size_bytes);
}

void Count(uint64_t bytes, BlobCount* count) {
  ++count->blobs;
  count->bytes += bytes;
}

void CompareReferences(const References& before, const References& after, BundleDiff* diff) {
  for (const auto& [name, digest] : after) {
    auto known = before.find(name);
    if (known == before.end()) {
      diff->added.push_back({name, Digest(), digest});
    } else if (known->second != digest) {
      diff->changed.push_back({name, known->second, digest});
    } else {
      ++diff->same_references;
    }
  }
  for (const auto& [name, digest] : before) {
    if (!after.contains(name)) diff->removed.push_back({name, digest, Digest()});
  }
}

}  // namespace

BundleDiff DiffBundles(const std::vector<std::shared_ptr<Bundle>>& old, const Bundle& now) {
  BundleDiff diff;
  References before;
  References after;
  Sizes held;   // by an old bundle
  Sizes named;  // by an old bundle, held or not
  for (const auto& bundle : old) {
    AddReferences(*bundle, &before);
    AddSizes(bundle->blobs(), &held);
    AddSizes(bundle->absent(), &named);
  }
  named.insert(held.begin(), held.end());
  AddReferences(now, &after);
  CompareReferences(before, after, &diff);
  Sizes needed;
  AddSizes(now.blobs(), &needed);
  AddSizes(now.absent(), &needed);
  for (const auto& [digest, bytes] : needed) {
    Count(bytes, named.contains(digest) ? &diff.same_blobs : &diff.added_blobs);
    if (!held.contains(digest)) Count(bytes, &diff.delta);
  }
  for (const auto& [digest, bytes] : named) {
    if (!needed.contains(digest)) Count(bytes, &diff.removed_blobs);
  }
  return diff;
}

}  // namespace airgap
