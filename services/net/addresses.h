// The addresses under which this machine can be reached.
#pragma once

#include <string>
#include <vector>

namespace airgap {

// Numeric addresses of interfaces that are up, IPv4 before IPv6, without link-local ones.
// Loopback only when there is nothing else, or with `with_loopback`.
std::vector<std::string> MachineAddresses(bool with_loopback);
std::string MachineHostName();

}  // namespace airgap
