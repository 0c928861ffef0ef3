// Texts for one machine: its metadata, and templates that are filled with it, at matchbox's paths
// /metadata, /generic and /ignition. https://matchbox.psdn.io/api-http/#metadata
#pragma once

#include <string>

#include "netboot/netboot_plan.h"

namespace airgap {

// What a template may name: the group's metadata and selectors, and what the machine said of itself
// as "request.query.mac".
MachineLabels VariablesOf(const MachineGroup& group, const MachineLabels& said);

// A line "RACK_ROW=7" each.
std::string FormatMetadata(const MachineLabels& variables);

// Puts values in place of "{{.rack.row}}". kNotFound names a variable that is not there;
// kUnsupported: what else Go's templates can do.
Result<std::string> FillTemplate(std::string_view text, const MachineLabels& variables);

}  // namespace airgap
