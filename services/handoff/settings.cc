#include "handoff/settings.h"

#include "base/json.h"
#include "base/limits.h"

namespace airgap {

Result<HandoffSettings> HandoffSettings::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(
      JsonDocument document,
      JsonDocument::Parse(text, limits::handoff_settings_max_bytes, "the handoff's settings"));
  JsonView root = document.root();
  HandoffSettings settings;
  settings.registry = root["registry"].StringOr("");
  if (settings.registry.empty()) return InvalidArgument("the handoff's settings name no registry");
  settings.address = root["address"].StringOr("");
  settings.ca = root["ca"].StringOr("");
  settings.username = root["username"].StringOr("");
  settings.password = root["password"].StringOr("");
  settings.is_talos = root["talos"].Bool().value_or(true);
  if (root["nodes"].size() > limits::handoff_nodes_max_count) {
    return LimitExceeded("the handoff has more than " +
                         std::to_string(limits::handoff_nodes_max_count) + " nodes");
  }
  root["nodes"].ForEach([&](JsonView node) {
    settings.nodes.push_back({node["name"].StringOr(""), node["address"].StringOr("")});
    return true;
  });
  root["replaced"].ForEachMember([&](std::string_view kind, JsonView by) {
    settings.replaced.emplace(kind, by.StringOr(""));
    return true;
  });
  return settings;
}

const HandoffSettings::Node* HandoffSettings::FindNode(std::string_view name) const {
  for (const Node& node : nodes) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

}  // namespace airgap
