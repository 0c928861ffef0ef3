#include "console/netboot_dialog.h"

#include <charconv>

#include "base/boot_clock.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr unsigned kSecondsPerHour = 3600;

}  // namespace

NetbootDialog::NetbootDialog(const ConsoleFolders& folders) : folders_(folders) {
  Result<std::string> settings =
      ReadWholeFile(folders.env, folders.site + "/netboot", limits::dhcp_settings_max_bytes);
  is_off_ = settings.ok() && settings->starts_with("mode off\n");
}

std::vector<std::string> NetbootDialog::Introduction() const {
  if (!outcome_.empty()) return {outcome_};
  if (is_off_) return {"The site file has netboot.mode off: nothing boots from this machine."};
  return {"While netboot is armed, machines of this network that boot over it get what the",
          "bundles carry, and what is on their disks may be replaced."};
}

std::string NetbootDialog::Question() const {
  if (is_off_ || !outcome_.empty()) return "";
  return "For how many hours from now, 1 to " + std::to_string(limits::netboot_armed_max_h) +
         "? 0 ends it:";
}

Status NetbootDialog::Answer(std::string_view line) {
  unsigned hours = 0;
  auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), hours);
  if (error != std::errc() || end != line.data() + line.size() ||
      hours > limits::netboot_armed_max_h) {
    return InvalidArgument("a number of hours, as " +
                           std::to_string(limits::netboot_armed_default_h));
  }
  uint64_t until = hours == 0 ? 0 : SecondsSinceStart() + uint64_t{hours} * kSecondsPerHour;
  // netboot/arming.h
  RETURN_IF_ERROR(WriteWholeFile(folders_.env, folders_.orders + "/netboot",
                                 "armed-until " + std::to_string(until) + "\n", kPublicMode));
  outcome_ = hours == 0 ? "Netboot is not armed any more."
                        : "Netboot is armed for " + std::to_string(hours) + " h.";
  return OkStatus();
}

}  // namespace airgap
