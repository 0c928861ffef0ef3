// For how long machines that boot over the network are told to: nobody's server comes up in Talos
// by surprise, so it ends by itself.
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "netboot/dhcp_settings.h"

namespace airgap {

// Until which second since the start (base/boot_clock.h) netboot is armed: what somebody at the
// console decided ("armed-until SECOND" in the file `path`), or, without that, the settings. 0: not
// at all. Never longer than limits::netboot_armed_max_h on.
uint64_t ArmedUntil(const DhcpSettings& settings, Env* env, const std::string& path,
                    uint64_t now_s);

// What that file says from `now_s` on; 0 hours: not armed.
std::string FormatArming(unsigned hours, uint64_t now_s);

}  // namespace airgap
