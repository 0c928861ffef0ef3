#include "cli/verify_receipt.h"

#include "base/utc.h"
#include "base/version.h"

namespace airgap {
namespace {

void WriteDigests(JsonNode node, const char* key, const std::vector<Digest>& digests) {
  JsonNode list = node.PutArray(key);
  for (const Digest& digest : digests) list.Add(digest.ToString());
}

void WriteBundle(JsonNode node, const VerifiedBundle& one) {
  const Bundle& bundle = *one.bundle;
  uint64_t blob_bytes = 0;
  for (const BlobEntry& blob : bundle.blobs()) blob_bytes += blob.size_bytes;
  node.Put("ok", one.ok());
  node.Put("location", bundle.location());
  node.Put("name", bundle.name());
  node.Put("version", bundle.version());
  node.Put("identity", bundle.identity().ToString());
  node.Put("blobs", uint64_t{bundle.blobs().size()});
  node.Put("blobBytes", blob_bytes);
  node.Put("verifiedBlobs", uint64_t{one.report.verified_blobs});
  node.Put("verifiedBytes", one.report.verified_bytes);
  node.Put("isDelta", bundle.is_delta());
  node.Put("absentBlobs", uint64_t{one.report.absent_blobs});
  node.Put("absentBytes", one.report.absent_bytes);
  node.Put("absentVerifiedInBases", uint64_t{one.report.verified_elsewhere_blobs});
  WriteDigests(node, "corrupt", one.report.corrupt);
  WriteDigests(node, "missing", one.report.missing);
  WriteDigests(node, "unreferenced", one.report.unreferenced);
  JsonNode signatures = node.PutArray("signatures");
  for (const CheckedSignature& signature : one.signatures) {
    JsonNode entry = signatures.AddObject();
    entry.Put("keyId", signature.key_id.ToString());
    entry.Put("verdict", SignatureVerdictName(signature.verdict));
  }
  JsonNode problems = node.PutArray("problems");
  problems.AddEach(one.report.problems);
  if (!one.signed_by_wanted.ok()) problems.Add(one.signed_by_wanted.message());
}

}  // namespace

bool VerifyReceipt::ok() const {
  bool all = unopened.empty();
  for (const VerifiedBundle& one : bundles) all = all && one.ok();
  return all;
}

void VerifyReceipt::WriteTo(JsonNode root) const {
  root.Put("ok", ok());
  root.Put("tool", std::string("cozy-airgap ") + kVersion);
  root.Put("file", file);
  root.Put("startedAt", FormatUtc(started_unix_s));
  root.Put("endedAt", FormatUtc(ended_unix_s));
  WriteDigests(root, "keys", keys);
  if (split != nullptr) {
    JsonNode parts = root.PutArray("parts");
    for (const SplitPart& part : split->manifest().parts) {
      JsonNode node = parts.AddObject();
      node.Put("name", part.name);
      node.Put("digest", part.digest.ToString());
    }
  }
  JsonNode list = root.PutArray("bundles");
  for (const VerifiedBundle& one : bundles) WriteBundle(list.AddObject(), one);
  JsonNode problems = root.PutArray("unopened");
  for (const Status& status : unopened) problems.Add(status.message());
}

}  // namespace airgap
