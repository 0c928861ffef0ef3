// cozy-airgap clock: a machine whose clock forgot the time gets the latest one that is certain.
#include <sys/time.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <memory>
#include <sstream>

#include "base/limits.h"
#include "base/utc.h"
#include "base/version.h"
#include "cli/command.h"
#include "store/bundle.h"

namespace airgap {
namespace {

constexpr uint64_t kListMaxBytes = 64 * limits::kKiB;
constexpr unsigned kNoticeMode = 0644;

struct ClockOptions {
  std::string bundle_list;
  std::string seen_path;
  std::string notice_path;
  std::string set;
};

// The latest time that has certainly passed, and what says so.
struct Floor {
  int64_t unix_s = kMadeUnixSeconds;
  std::string why = "when this version was made";

  void Raise(int64_t other, const std::string& reason) {
    if (other > unix_s) *this = {other, reason};
  }
};

// Bundles that cannot be opened say nothing about the time; the services name them.
void RaiseByBundles(const std::string& list_path, Floor* floor) {
  auto list = ReadWholeFile(RealEnv(), list_path, kListMaxBytes);
  if (!list.ok()) return;
  std::istringstream lines(*list);
  for (std::string path; std::getline(lines, path);) {
    auto bundles = OpenBundles(RealEnv(), path, nullptr);
    if (!bundles.ok()) continue;
    for (const auto& bundle : *bundles) {
      floor->Raise(bundle->created_unix_s(),
                   "when bundle " + bundle->name() + " " + bundle->version() + " was made");
    }
  }
}

void RaiseBySeen(const std::string& path, Floor* floor) {
  auto text = ReadWholeFile(RealEnv(), path, limits::kKiB);
  if (!text.ok()) return;
  auto seen = ParseUtc(std::string_view(*text).substr(0, text->find('\n')));
  if (seen) floor->Raise(*seen, "when this appliance ran last");
}

Status SetClock(int64_t unix_s) {
  timeval time{static_cast<time_t>(unix_s), 0};
  return settimeofday(&time, nullptr) == 0 ? OkStatus()
                                           : ErrnoStatus(errno, "cannot set the clock");
}

// Somebody who knows better than the machine, backwards too.
int RunSet(const CommandContext& context, const ClockOptions& options) {
  std::optional<int64_t> time = ParseUtc(options.set);
  if (!time || *time < kMadeUnixSeconds) {
    return context.Fail(
        InvalidArgument("--set " + options.set + ": want a time as 2026-11-25T21:30:00Z, after " +
                        FormatUtc(kMadeUnixSeconds) + ", when this version was made"));
  }
  std::string before = FormatUtc(RealEnv()->NowUnixSeconds());
  Status set = SetClock(*time);
  if (!set.ok()) return context.Fail(set);
  context.Print("the clock said " + before + " and was set to " + FormatUtc(*time));
  return kExitFine;
}

int RunClock(const CommandContext& context, const ClockOptions& options) {
  Floor floor;
  if (!options.bundle_list.empty()) RaiseByBundles(options.bundle_list, &floor);
  if (!options.seen_path.empty()) RaiseBySeen(options.seen_path, &floor);
  int64_t now = RealEnv()->NowUnixSeconds();
  bool is_behind = now < floor.unix_s;
  if (is_behind) {
    Status set = SetClock(floor.unix_s);
    if (!set.ok()) return context.Fail(set);
    std::string notice = "the clock said " + FormatUtc(now) + " and was set to " +
                         FormatUtc(floor.unix_s) + ", " + floor.why +
                         ": press c at the console to set it, or name a time server in the site"
                         " file\n";
    context.Print(notice.substr(0, notice.size() - 1));
    if (!options.notice_path.empty()) {
      Status written = WriteWholeFile(RealEnv(), options.notice_path, notice, kNoticeMode);
      if (!written.ok()) return context.Fail(written);
    }
  }
  if (context.json) {
    JsonBuilder document;
    document.root().Put("floor", FormatUtc(floor.unix_s));
    document.root().Put("why", floor.why);
    document.root().Put("set", is_behind);
    context.PrintJson(document);
  }
  return kExitFine;
}

}  // namespace

void AddClock(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ClockOptions>();
  CLI::App* command =
      app.add_subcommand("clock",
                         "set the machine's clock forward to the latest time that is certain, if"
                         " it says less; needs root");
  command->add_option("--bundle-list", options->bundle_list, "a file with a bundle in each line");
  command->add_option("--seen", options->seen_path,
                      "a file with a time at which a clock was right");
  command->add_option("--notice", options->notice_path, "where to write what was done, for people");
  command->add_option("--set", options->set, "set it to this time in UTC, whatever it says")
      ->excludes("--bundle-list")
      ->excludes("--seen");
  command->callback([&context, options] {
    context.run = [&context, options] {
      return options->set.empty() ? RunClock(context, *options) : RunSet(context, *options);
    };
  });
}

}  // namespace airgap
