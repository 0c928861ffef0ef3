// The options of netbootd.
#pragma once

#include <string>

#include "cli/netboot_front.h"

namespace airgap {

struct NetbootdOptions {
  NetbootFrontOptions front;
  std::string events;  // socket of the control service; empty: nobody
};

// True when the program is to go on; otherwise `*exit_code` is what it ends with.
bool ParseNetbootdOptions(int argc, char** argv, NetbootdOptions* options, int* exit_code);

}  // namespace airgap
