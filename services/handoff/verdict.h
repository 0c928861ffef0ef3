// Whether the appliance may be taken away: what every node was proven to do, and what still depends
// on it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "handoff/journal.h"
#include "handoff/settings.h"

namespace airgap {

// What the handoff sees of the appliance around it.
struct HandoffSurroundings {
  std::vector<std::string> bundles;  // served now, as in HandoffRecord
  bool is_kept = true;               // the journal outlives a power-off
  int64_t now_s = 0;
  struct Dependent {
    std::string kind;  // "dhcp", "dns", "ntp" or "images"
    std::string line;
  };
  std::vector<Dependent> dependents;
  std::map<std::string, int64_t> pulls;  // the last second in which an address asked for something
  // The same of addresses that are not among these, for there are too many; 0: of none.
  int64_t unlisted_pull_s = 0;
};

namespace node_state {
inline constexpr char kProven[] = "proven";
inline constexpr char kHalf[] = "half-migrated";  // it still pulls here
inline constexpr char kUnknown[] = "unknown";
}  // namespace node_state

struct NodeState {
  std::string node;
  std::string state;    // one of node_state
  std::string detail;   // what is missing, or what it did here; may be empty
  std::string address;  // by which it is known; may be empty
};

// In the order of the settings.
std::vector<NodeState> JudgeNodes(const HandoffSettings& settings, const HandoffRecord& record,
                                  const std::vector<NodeProof>& proofs,
                                  const HandoffSurroundings& around);

// Why it may not be retired, one line each with what to do; none: it may.
std::vector<std::string> ReasonsAgainstRetiring(const HandoffSettings& settings,
                                                const HandoffRecord& record,
                                                const std::vector<NodeState>& nodes,
                                                const HandoffSurroundings& around);

}  // namespace airgap
