// What a patch does to the names that a node's config gives to addresses.
#pragma once

#include <vector>

#include "base/status.h"
#include "mirrors/node_config.h"
#include "mirrors/patch_text.h"

namespace airgap {

// So that each wanted name means its address alone: it may have meant the appliance until now. In
// both forms, for a name counts in either.
class HostPatch {
 public:
  // What the config lacks is added as documents, or else to machine.network.extraHostEntries.
  HostPatch(const std::vector<HostEntry>& wanted, bool adds_documents, const NodeConfig& config);

  // What is written again came from a file of anybody's. kInvalidArgument: what cannot be.
  Status Check() const;

  bool RemovesList() const { return !old_.taken_away.empty(); }
  bool AddsToList() const { return !old_added_.empty(); }
  // Inside machine.
  void RemoveList(PatchText* text) const;
  void AddToList(PatchText* text) const;
  // Documents.
  void Remove(PatchText* text) const;
  void Add(PatchText* text) const;

 private:
  // To the entries that the config has in one form.
  struct Changes {
    std::vector<HostEntry> taken_away;  // as they are in the config
    std::vector<HostEntry> changed;     // what is put in their place
    std::vector<HostEntry> kept;        // those that stay as they are
    std::vector<HostEntry> missing;     // of the wanted ones
  };
  static Changes ChangesOf(const std::vector<HostEntry>& present,
                           const std::vector<HostEntry>& wanted);

  Changes old_;
  Changes new_;
  std::vector<HostEntry> old_added_;
  std::vector<HostEntry> new_added_;
};

}  // namespace airgap
