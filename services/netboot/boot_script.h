// iPXE scripts: what a machine does next. https://ipxe.org/scripting
#pragma once

#include <string>

#include "netboot/netboot_plan.h"

namespace airgap {

// The first one, the same for every machine: asks for its own script by what it is, again and again
// until it gets one, waiting longer each time, up to half a minute.
std::string FirstBootScript();

// Loads kernel and initramfs and starts them; begins anew when something does not come.
std::string BootScript(const BootProfile& profile);

// Leaves the machine to its own disk. `why` is shown; of it only printable characters.
std::string DiskBootScript(const std::string& why);

}  // namespace airgap
