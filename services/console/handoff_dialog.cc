#include "console/handoff_dialog.h"

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr size_t kReasonsShownMax = 10;

}  // namespace

HandoffDialog::HandoffDialog(const ConsoleFolders& folders) : folders_(folders) {
  Result<std::string> text =
      ReadWholeFile(folders.env, folders.status_file, limits::json_default_max_bytes);
  if (!text.ok()) return;
  auto document = JsonDocument::Parse(*text, limits::json_default_max_bytes, "the status");
  if (!document.ok()) return;
  JsonView handoff = document->root()["handoff"];
  is_offered_ = handoff.exists();
  if (!is_offered_) return;
  lines_.push_back("State: " + document->root()["state"].StringOr(""));
  JsonView reasons = handoff["reasonsAgainstRetiring"];
  if (reasons.size() > 0) lines_.emplace_back("It cannot be retired yet:");
  reasons.ForEach([&](JsonView reason) {
    lines_.push_back("  " + reason.StringOr(""));
    return lines_.size() < kReasonsShownMax;
  });
  lines_.emplace_back("plan      look what the registry lacks, and change nothing");
  lines_.emplace_back("start     push everything to the registry, and read all of it back");
  lines_.emplace_back("retire    nobody pulls here any more, and the medium may be removed");
  lines_.emplace_back("rollback  serve again, whatever was done before");
}

std::vector<std::string> HandoffDialog::Introduction() const {
  if (!outcome_.empty()) return {outcome_};
  if (!is_offered_) {
    return {"The site file names no registry to hand over to: handoff.registry."};
  }
  return lines_;
}

std::string HandoffDialog::Question() const {
  return !is_offered_ || !outcome_.empty() ? "" : "plan, start, retire or rollback?";
}

Status HandoffDialog::Answer(std::string_view line) {
  if (line != "plan" && line != "start" && line != "retire" && line != "rollback") {
    return InvalidArgument("one of these four words");
  }
  RETURN_IF_ERROR(WriteWholeFile(folders_.env, folders_.orders + "/handoff",
                                 std::string(line) + "\n", kPublicMode));
  outcome_ = "It is asked for: the status says how it goes, and why not if it does not.";
  return OkStatus();
}

}  // namespace airgap
