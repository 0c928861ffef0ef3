// The kernel and initramfs that the bundles carry for machines without a profile of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/catalog.h"

namespace airgap {

// Paths of assets that lie in one folder.
struct BootFiles {
  std::string kernel;     // "boot/kernel-amd64"; vmlinuz-ARCH and, for amd64, vmlinuz do as well
  std::string initramfs;  // "boot/initramfs-metal-amd64.xz"
  std::string arguments;  // "boot/cmdline-metal-amd64"; empty: not carried
};

// "amd64" or "arm64" for what iPXE calls ${buildarch}; "" for anything else. Under BIOS iPXE is
// i386 on any machine, and a kernel that needs 64 bits says so itself.
std::string ArchitectureOf(std::string_view build_architecture);

// Of one bundle, the latest that has them in the folder `folder` ("boot",
// "image/SCHEMATIC/VERSION"), or, when it is empty, in boot/ or else anywhere.
std::optional<BootFiles> FindBootFiles(const Catalog& catalog, std::string_view architecture,
                                       std::string_view folder = "");

}  // namespace airgap
