// Which machine boots what: groups of machines and the profiles that they boot, in matchbox's JSON,
// so that what Cozystack ships works as it is. https://matchbox.psdn.io/matchbox/#profiles,
// https://matchbox.psdn.io/matchbox/#groups
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "netboot/machine.h"

namespace airgap {

// Whether an iPXE script can hold `text` as it is, in one line: printable ASCII alone.
bool IsPrintableLine(std::string_view text);

struct BootProfile {
  std::string id;
  std::string kernel;                // URL, or a path on this server
  std::vector<std::string> initrds;  // the same
  std::vector<std::string> arguments;
  std::string generic;   // name of the template at /generic; empty: none
  std::string ignition;  // the same for /ignition
};

struct MachineGroup {
  std::string id;
  std::string profile;     // id of a BootProfile
  MachineLabels selector;  // what a machine must say of itself; empty: any machine
  MachineLabels metadata;  // what templates are filled with; of nested objects "rack.row"
};

class NetbootPlan {
 public:
  // One file each; `what` names it in errors. kCorrupt: no JSON, a member that is missing or of the
  // wrong type, characters that an iPXE script cannot hold, an id that was there before.
  Status AddProfile(std::string_view text, const std::string& what);
  Status AddGroup(std::string_view text, const std::string& what);
  // Text that a profile names by "generic_id" (`kind` is "generic") or "ignition_id" ("ignition").
  Status AddTemplate(const std::string& kind, const std::string& name, std::string text);
  // kNotFound: a group names a profile that is not there, or a profile a template.
  Status Check() const;

  bool has_groups() const { return !groups_.empty(); }
  // The group with most selectors among those that fit, by id among equals; null when none fits.
  const MachineGroup* Select(const MachineLabels& labels) const;
  // Of a group that Select() gave; after Check().
  const BootProfile& ProfileOf(const MachineGroup& group) const;
  // Null: there is none.
  const std::string* Template(const std::string& kind, const std::string& name) const;

 private:
  std::map<std::string, BootProfile> profiles_;
  std::map<std::string, MachineGroup> groups_;
  std::map<std::string, std::string> templates_;  // by "kind/name"
};

}  // namespace airgap
