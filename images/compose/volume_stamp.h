// The modification time in an ISO 9660 volume descriptor (ECMA-119 8.4.27), which GRUB and blkid
// show as the volume's UUID. That of an image follows from its identity and its site file, so that
// the appliance can tell the medium that it was booted from. FORMAT.md, "Which medium this is".
#pragma once

#include <string>

#include "base/env.h"
#include "base/status.h"
#include "oci/digest.h"

namespace airgap {

// Writes a time in 2025 that follows from `digest` into a primary or supplementary descriptor; its
// hundredths are 0 if, and only if, the image has no site file.
void PutVolumeStamp(std::string* descriptor, const Digest& digest, bool has_site);

// "2025-03-01-12-30-59-07", as GRUB's `probe --fs-uuid` prints it; "" where there is no ISO 9660
// volume or no time in it.
std::string ReadVolumeStamp(const ReadableFile& medium);

// Whether it begins with the ISO 9660 volume of the base ISO.
bool IsOurVolume(const ReadableFile& medium);

}  // namespace airgap
