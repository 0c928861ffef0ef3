#include "compose/volume_stamp.h"

#include <algorithm>
#include <cstdio>

namespace airgap {
namespace {

constexpr uint64_t kPrimaryDescriptorOffset = uint64_t{16} * 2048;
constexpr size_t kVolumeNameField = 40;
constexpr std::string_view kVolumeName = "COZY-AIRGAP";  // images/make-base-iso
constexpr size_t kModificationField = 830;
constexpr size_t kDigits = 16;
constexpr size_t kHeadBytes = kModificationField + kDigits;

// Of the primary descriptor; "" where there is none.
std::string ReadHead(const ReadableFile& medium) {
  std::string head(kHeadBytes, '\0');
  if (medium.size_bytes() < kPrimaryDescriptorOffset + kHeadBytes) return "";
  Status read = medium.ReadAt(kPrimaryDescriptorOffset,
                              {reinterpret_cast<uint8_t*>(head.data()), head.size()});
  return read.ok() && head.compare(1, 5, "CD001") == 0 ? head : "";
}

}  // namespace

void PutVolumeStamp(std::string* descriptor, const Digest& digest, bool has_site) {
  auto at = [&](size_t byte, unsigned range) { return digest.bytes()[byte] % range; };
  unsigned hundredths = has_site ? at(5, 99) + 1 : 0;
  char text[64];
  snprintf(text, sizeof text, "2025%02u%02u%02u%02u%02u%02u", at(0, 12) + 1, at(1, 28) + 1,
           at(2, 24), at(3, 60), at(4, 60), hundredths);
  descriptor->replace(kModificationField, kDigits, text, kDigits);
  (*descriptor)[kModificationField + kDigits] = '\0';  // UTC
}

std::string ReadVolumeStamp(const ReadableFile& medium) {
  std::string head = ReadHead(medium);
  if (head.empty()) return "";
  std::string digits = head.substr(kModificationField, kDigits);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return "";
  }
  std::string stamp = digits.substr(0, 4);
  for (size_t i = 4; i < kDigits; i += 2) stamp.append("-").append(digits, i, 2);
  return stamp;
}

bool IsOurVolume(const ReadableFile& medium) {
  return ReadHead(medium).substr(0, kVolumeNameField + kVolumeName.size()).ends_with(kVolumeName);
}

}  // namespace airgap
