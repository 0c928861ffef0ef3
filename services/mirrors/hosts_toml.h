// Mirrors in containerd's form: a folder for each upstream with hosts.toml, read at each pull.
// https://github.com/containerd/containerd/blob/main/docs/hosts.md
#pragma once

#include <string>

#include "mirrors/mirror_target.h"

namespace airgap {

// "ghcr.io", or "localhost_5000_" for a host with a port.
std::string HostsFolder(const std::string& upstream);

// One that asks the target and nobody else. The CA lies beside it as ca.pem.
std::string FormatHostsToml(const MirrorTarget& target, const std::string& upstream);

}  // namespace airgap
