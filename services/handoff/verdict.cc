#include "handoff/verdict.h"

#include <algorithm>

#include "base/utc.h"

namespace airgap {
namespace {

// A pull that had begun when the proof came may end a little later.
constexpr int64_t kSlackSeconds = 5;
constexpr size_t kNodesNamedMax = 5;

struct Proven {
  std::vector<std::string> missing;  // "ghcr.io (talos)"
  std::string address;
  int64_t since_s = 0;  // the first second in which all of it was proven
};

Proven ProofsOf(const HandoffSettings& settings, const HandoffRecord& record,
                const HandoffSettings::Node& node, const std::vector<NodeProof>& proofs) {
  Proven proven;
  proven.address = node.address;
  auto look = [&](const std::string& host, const char* kind, const char* shown) {
    for (const NodeProof& proof : proofs) {
      if (proof.node != node.name || proof.host != host || proof.kind != kind) continue;
      if (proven.address.empty() && kind == std::string(proof_kind::kContainer)) {
        proven.address = proof.address;
      }
      proven.since_s = std::max(proven.since_s, proof.at_s);
      return;
    }
    proven.missing.push_back(host + shown);
  };
  for (const std::string& host : record.hosts) {
    look(host, proof_kind::kContainer, "");
    if (settings.is_talos) look(host, proof_kind::kTalos, " by Talos");
  }
  return proven;
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

NodeState Judge(const HandoffRecord& record, const std::string& node, const Proven& proven,
                const HandoffSurroundings& around) {
  NodeState state{node, node_state::kUnknown, "", proven.address};
  if (!proven.missing.empty()) {
    state.detail = "no proof of " + Joined(proven.missing);
  } else if (!record.hosts.empty()) {
    state.state = node_state::kProven;
  }
  int64_t since = proven.missing.empty() ? proven.since_s : record.verified_s;
  auto pull = around.pulls.find(proven.address);
  if (proven.address.empty() || pull == around.pulls.end()) {
    // It may have been this one.
    if (!proven.missing.empty() || around.unlisted_pull_s <= since + kSlackSeconds) return state;
    state.state = node_state::kUnknown;
    state.detail = "more machines are served from here than can be listed, the last at " +
                   FormatUtc(around.unlisted_pull_s) + ": have it prove itself again";
    return state;
  }
  if (pull->second <= since + kSlackSeconds) return state;
  state.state = node_state::kHalf;
  std::string here = proven.address + " was served from here at " + FormatUtc(pull->second);
  state.detail = state.detail.empty() ? here : state.detail + "; " + here;
  return state;
}

}  // namespace

std::vector<NodeState> JudgeNodes(const HandoffSettings& settings, const HandoffRecord& record,
                                  const std::vector<NodeProof>& proofs,
                                  const HandoffSurroundings& around) {
  std::vector<NodeState> states;
  states.reserve(settings.nodes.size());
  for (const HandoffSettings::Node& node : settings.nodes) {
    states.push_back(Judge(record, node.name, ProofsOf(settings, record, node, proofs), around));
  }
  return states;
}

std::vector<std::string> ReasonsAgainstRetiring(const HandoffSettings& settings,
                                                const HandoffRecord& record,
                                                const std::vector<NodeState>& nodes,
                                                const HandoffSurroundings& around) {
  std::vector<std::string> reasons;
  if (!around.is_kept) {
    reasons.emplace_back(
        "there is no volume for state: after a power-off this appliance would not know that it is"
        " retired");
  }
  bool is_verified =
      record.phase == HandoffPhase::kVerified || record.phase == HandoffPhase::kCutover;
  if (!is_verified) {
    reasons.emplace_back("the registry is not proven to have everything: start the handoff");
  } else if (record.registry != settings.registry) {
    reasons.push_back("it was handed over to " + record.registry + ", and the site file names " +
                      settings.registry + " now: start the handoff");
  } else if (record.bundles != around.bundles) {
    reasons.emplace_back(
        "other bundles are served now than those that were handed over: start the handoff again");
  }
  if (settings.nodes.empty()) {
    reasons.emplace_back("the site file lists no nodes in handoff.nodes: nobody is proven");
  }
  size_t named = 0;
  size_t unproven = 0;
  for (const NodeState& node : nodes) {
    if (node.state == node_state::kProven) continue;
    ++unproven;
    if (++named > kNodesNamedMax) continue;
    reasons.push_back("node " + node.node + " is " + node.state +
                      (node.detail.empty() ? "" : ": " + node.detail));
  }
  if (unproven > kNodesNamedMax) {
    reasons.push_back("and " + std::to_string(unproven - kNodesNamedMax) + " nodes more");
  }
  for (const HandoffSurroundings::Dependent& dependent : around.dependents) {
    if (settings.replaced.contains(dependent.kind)) continue;
    reasons.push_back(dependent.line + ": name what does it instead in handoff.replaced." +
                      dependent.kind);
  }
  return reasons;
}

}  // namespace airgap
