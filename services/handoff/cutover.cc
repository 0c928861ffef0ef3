#include "handoff/cutover.h"

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
std::string Cutover::Format() const {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("registry", registry);
  root.Put("address", address);
  root.Put("ca", ca);
  root.PutStrings("upstreams", upstreams);
  root.Put("talos", is_talos);
  JsonNode list = root.PutArray("nodes");
  for (const HandoffSettings::Node& node : nodes) {
    JsonNode object = list.AddObject();
    object.Put("name", node.name);
    object.Put("address", node.address);
  }
  root.PutStrings("timeServers", time_servers);
  return document.ToText(true) + "\n";
}

Result<Cutover> Cutover::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::handoff_settings_max_bytes, "the cutover"));
  JsonView root = document.root();
  Cutover cutover;
  cutover.registry = root["registry"].StringOr("");
  cutover.address = root["address"].StringOr("");
  cutover.ca = root["ca"].StringOr("");
  cutover.upstreams = root["upstreams"].Strings();
  cutover.is_talos = root["talos"].Bool().value_or(true);
  root["nodes"].ForEach([&](JsonView node) {
    cutover.nodes.push_back({node["name"].StringOr(""), node["address"].StringOr("")});
    return true;
  });
  cutover.time_servers = root["timeServers"].Strings();
  if (cutover.registry.empty()) return InvalidArgument("the cutover names no registry");
  if (cutover.upstreams.empty()) {
    return InvalidArgument("the cutover names no upstream registry: the bundles have no images");
  }
  return cutover;
}

}  // namespace airgap
