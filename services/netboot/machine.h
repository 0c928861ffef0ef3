// A machine that asks what to boot, as it describes itself in the query of its URL.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "net/http_server.h"

namespace airgap {

// matchbox's labels: mac, uuid, serial, hostname, product, and whatever else a selector may name.
// https://matchbox.psdn.io/matchbox/#requests
using MachineLabels = std::map<std::string, std::string>;

// The first value of each key, the MAC address in NormalMac()'s form. What is longer than
// limits::netboot_text_max_bytes or is no MAC address where one should be is left out.
MachineLabels LabelsOf(const HttpRequest& request);

// "52-54-00-AB-CD-12" and "52:54:00:ab:cd:12" as the latter; "" when it is neither.
std::string NormalMac(std::string_view text);

}  // namespace airgap
