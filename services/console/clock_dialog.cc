#include "console/clock_dialog.h"

#include "base/utc.h"
#include "base/version.h"
#include "console/answers.h"

namespace airgap {

std::vector<std::string> ClockDialog::Introduction() const {
  if (is_over_) return {"The clock is set. Time servers, once they answer, know better."};
  return {"Set the clock. It says " + FormatUtc(folders_.env->NowUnixSeconds()) + ", in UTC."};
}

std::string ClockDialog::Question() const {
  return is_over_ ? "" : "What time is it, in UTC, as 2026-11-25 21:30?";
}

Status ClockDialog::Answer(std::string_view line) {
  std::string text(line);
  size_t space = text.find(' ');
  if (space != std::string::npos) text[space] = 'T';
  constexpr size_t kToTheMinute = std::string_view("2026-11-25T21:30").size();
  if (text.size() == kToTheMinute) text += ":00";
  std::optional<int64_t> time = ParseUtc(text + "Z");
  if (!time) return InvalidArgument("year-month-day hour:minute, as 2026-11-25 21:30");
  if (*time < kMadeUnixSeconds) {
    return InvalidArgument("that was before this version was made, on " +
                           FormatUtc(kMadeUnixSeconds));
  }
  RETURN_IF_ERROR(WriteAnswer(folders_, "clock", FormatUtc(*time) + "\n", "clock"));
  is_over_ = true;
  return OkStatus();
}

}  // namespace airgap
