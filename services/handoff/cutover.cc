#include "handoff/cutover.h"

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

void PutTexts(JsonNode root, const char* key, const std::vector<std::string>& texts) {
  JsonNode list = root.PutArray(key);
  for (const std::string& text : texts) list.Add(text);
}

std::vector<std::string> TextsOf(JsonView list) {
  std::vector<std::string> texts;
  list.ForEach([&](JsonView text) {
    texts.push_back(text.StringOr(""));
    return true;
  });
  return texts;
}

}  // namespace

std::string Cutover::Format() const {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("registry", registry);
  root.Put("address", address);
  root.Put("ca", ca);
  PutTexts(root, "upstreams", upstreams);
  root.Put("talos", is_talos);
  JsonNode list = root.PutArray("nodes");
  for (const HandoffSettings::Node& node : nodes) {
    JsonNode object = list.AddObject();
    object.Put("name", node.name);
    object.Put("address", node.address);
  }
  PutTexts(root, "timeServers", time_servers);
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
  cutover.upstreams = TextsOf(root["upstreams"]);
  cutover.is_talos = root["talos"].Bool().value_or(true);
  root["nodes"].ForEach([&](JsonView node) {
    cutover.nodes.push_back({node["name"].StringOr(""), node["address"].StringOr("")});
    return true;
  });
  cutover.time_servers = TextsOf(root["timeServers"]);
  if (cutover.registry.empty()) return InvalidArgument("the cutover names no registry");
  if (cutover.upstreams.empty()) {
    return InvalidArgument("the cutover names no upstream registry: the bundles have no images");
  }
  return cutover;
}

}  // namespace airgap
