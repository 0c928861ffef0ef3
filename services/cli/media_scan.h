// Which media of this machine carry partitions of ours. Reads a few sectors of each device,
// never writes, and does not wait for a drive that does not answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"

namespace airgap {

struct MediaRoots {
  std::string sys = "/sys";
  std::string dev = "/dev";
};

struct FoundMedium {
  std::string path;  // the whole device: "/dev/sda", never "/dev/sda3"
  std::string kind;  // "cd", "usb" or "disk"
  uint64_t size_bytes = 0;
  size_t bundles = 0;
  bool has_site = false;
  bool has_identity = false;
  uint32_t state_partition = 0;  // its number; 0: none
  std::string stamp;             // of its ISO 9660 volume (compose/volume_stamp.h); may be empty
};

struct MediaScan {
  std::vector<FoundMedium> media;     // with one of our partitions, sorted by path
  std::vector<std::string> problems;  // one line each: a damaged table, a drive that hangs
};

inline constexpr std::chrono::milliseconds kMediaScanTimeout{4000};

// Every device is read by a child process of its own, so that one that hangs in the kernel keeps
// neither this process nor whoever waits for it. Call from a program without other threads.
MediaScan ScanMedia(Env* env, const MediaRoots& roots, std::chrono::milliseconds timeout);

}  // namespace airgap
