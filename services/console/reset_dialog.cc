#include "console/reset_dialog.h"

#include <algorithm>
#include <charconv>

#include "control/configured_machines.h"

namespace airgap {
namespace {

constexpr size_t kShownMax = 16;

}  // namespace

ResetDialog::ResetDialog(const ConsoleFolders& folders)
    : folders_(folders), machines_(ConfiguredMachines(folders.env, folders.configured)) {}

std::vector<std::string> ResetDialog::Introduction() const {
  if (!outcome_.empty()) return {outcome_};
  if (machines_.empty())
    return {"No machine has fetched a machine config: there is none to reset."};
  std::vector<std::string> lines = {
      "These have fetched their machine config, and boot from their disks since. One that is reset",
      "is installed again when it boots the next time: what is on its disk is lost."};
  for (size_t i = 0; i < std::min(machines_.size(), kShownMax); ++i) {
    lines.push_back("  " + std::to_string(i + 1) + "  " + machines_[i]);
  }
  if (machines_.size() > kShownMax) {
    lines.push_back("  and " + std::to_string(machines_.size() - kShownMax) + " more");
  }
  return lines;
}

std::string ResetDialog::Question() const {
  if (machines_.empty() || !outcome_.empty()) return "";
  return "Which one? Its number, or a MAC address:";
}

Status ResetDialog::Answer(std::string_view line) {
  std::string mac(line);
  size_t number = 0;
  auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error == std::errc() && end == line.data() + line.size()) {
    if (number < 1 || number > std::min(machines_.size(), kShownMax)) {
      return InvalidArgument("no machine has this number");
    }
    mac = machines_[number - 1];
  }
  Status status = ResetMachine(folders_.env, folders_.configured, mac);
  if (status.code() == Code::kNotFound) return InvalidArgument(status.message());
  RETURN_IF_ERROR(status);
  outcome_ = mac + " starts over when it boots the next time.";
  return OkStatus();
}

}  // namespace airgap
