#include "handoff/receipt.h"

#include "base/json.h"
#include "base/utc.h"
#include "base/version.h"

namespace airgap {
std::string FormatReceipt(const std::string& site_name, const HandoffSettings& settings,
                          const HandoffRecord& record, const std::vector<NodeProof>& proofs) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("statement",
           "everything of these bundles was read back from the registry, every node"
           " listed was proven to pull from it, and the medium may be removed");
  root.Put("site", site_name.substr(0, site_name.find('\n')));
  root.Put("madeBy", std::string("cozy-airgap ") + kVersion);
  root.Put("handoff", record.run);
  root.Put("registry", record.registry);
  root.PutStrings("bundles", record.bundles);
  root.Put("tags", record.tags_count);
  root.Put("manifests", record.manifests_count);
  root.Put("blobs", record.blobs_count);
  root.Put("uploadedBytes", record.uploaded_bytes);
  root.Put("hashedBytes", record.hashed_bytes);
  root.Put("startedAt", FormatUtc(record.started_s));
  root.Put("pushedAt", FormatUtc(record.pushed_s));
  root.Put("verifiedAt", FormatUtc(record.verified_s));
  root.Put("retiredAt", FormatUtc(record.retired_s));
  JsonNode nodes = root.PutArray("nodes");
  for (const HandoffSettings::Node& node : settings.nodes) {
    JsonNode object = nodes.AddObject();
    object.Put("name", node.name);
    JsonNode list = object.PutArray("proofs");
    for (const NodeProof& proof : proofs) {
      if (proof.node != node.name) continue;
      JsonNode one = list.AddObject();
      one.Put("upstream", proof.host);
      one.Put("by", proof.kind);
      one.Put("from", proof.address);
      one.Put("at", FormatUtc(proof.at_s));
    }
  }
  JsonNode replaced = root.PutObject("replaced");
  for (const auto& [kind, by] : settings.replaced) replaced.Put(kind, by);
  return document.ToText(true) + "\n";
}

}  // namespace airgap
