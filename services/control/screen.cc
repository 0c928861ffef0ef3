#include "control/screen.h"

#include <algorithm>

#include "base/format_bytes.h"
#include "base/json.h"
#include "base/limits.h"
#include "control/snapshot.h"

namespace airgap {
namespace {

using Lines = std::vector<std::string>;

constexpr size_t kBundleLinesMax = 5;
constexpr size_t kProblemLinesMax = 5;
constexpr size_t kClientLinesMax = 4;
constexpr size_t kNodeLinesMax = 4;
constexpr size_t kNoticeLinesMax = 2;
constexpr uint64_t kClientRecentSeconds = 300;

// A terminal must not be steered by what a bundle or a client is called.
std::string Printable(std::string_view text) {
  std::string clean;
  for (char c : text) clean.push_back(c >= ' ' && c <= '~' ? c : '?');
  return clean;
}

std::string Fit(std::string_view text, size_t width) {
  std::string line = Printable(text);
  if (line.size() > width) line = line.substr(0, width - 3) + "...";
  return line;
}

std::string Labelled(std::string_view label, std::string_view text) {
  std::string line = "  " + std::string(label);
  line.resize(std::max<size_t>(line.size() + 1, 15), ' ');
  return line + std::string(text);
}

// "12 of 40 MiB"-like progress without a bar: a bar is noise on a serial line.
std::string Progress(const BundleReport& bundle, bool is_done) {
  if (bundle.corrupt_count > 0) {
    return std::to_string(bundle.corrupt_count) + " BLOBS ARE DAMAGED";
  }
  if (bundle.verified_bytes >= bundle.total_bytes) return "verified";
  if (is_done) return "not all could be read";
  uint64_t percent = bundle.verified_bytes * 100 / std::max<uint64_t>(bundle.total_bytes, 1);
  return "verifying, " + std::to_string(percent) + " %";
}

void AddBundles(JsonView root, Lines* lines) {
  JsonView bundles = root["bundles"];
  bool is_done = root["verification"].StringOr("") == "done";
  lines->push_back("Bundles");
  if (bundles.size() == 0) {
    lines->push_back("  none found yet: plug in a medium with a bundle on it");
    return;
  }
  size_t shown = 0;
  bundles.ForEach([&](JsonView object) {
    if (shown == kBundleLinesMax) return false;
    BundleReport bundle = BundleReport::Read(object);
    lines->push_back("  " + Fit(bundle.name + " " + bundle.version, 34) + "  " +
                     std::to_string(bundle.images_count) + " images, " +
                     FormatBytes(bundle.total_bytes) + ", " + Progress(bundle, is_done));
    ++shown;
    return true;
  });
  if (bundles.size() > shown) {
    lines->push_back("  and " + std::to_string(bundles.size() - shown) + " more");
  }
}

void AddPlaces(JsonView root, Lines* lines) {
  std::string addresses;
  root["addresses"].ForEach([&](JsonView address) {
    addresses += (addresses.empty() ? "" : "  ") + address.StringOr("");
    return true;
  });
  lines->push_back(Labelled("addresses", addresses.empty() ? "none yet" : addresses));
  static constexpr const char* kLabels[] = {"pull from", "status", "CA"};
  size_t number = 0;
  root["urls"].ForEach([&](JsonView url) {
    const char* label = number < std::size(kLabels) ? kLabels[number] : "";
    lines->push_back(Labelled(label, url.StringOr("")));
    return ++number < std::size(kLabels);
  });
}

// 95 characters: two lines.
void AddFingerprint(JsonView root, Lines* lines) {
  std::string fingerprint = root["caFingerprint"].StringOr("");
  constexpr size_t kHalf = 48;
  if (fingerprint.size() <= kHalf) return;
  lines->push_back(Labelled("fingerprint", fingerprint.substr(0, kHalf)));
  lines->push_back(Labelled("", fingerprint.substr(kHalf)));
}

void AddNotices(JsonView root, Lines* lines) {
  size_t shown = 0;
  root["notices"].ForEach([&](JsonView line) {
    lines->push_back(Labelled(shown == 0 ? "note" : "", line.StringOr("")));
    return ++shown < kNoticeLinesMax;
  });
}

void AddClients(JsonView root, Lines* lines) {
  size_t recent = 0;
  Lines shown;
  root["clients"].ForEach([&](JsonView object) {
    ClientReport client = ClientReport::Read(object);
    if (client.idle_s > kClientRecentSeconds) return true;
    if (++recent <= kClientLinesMax) {
      shown.push_back("  " + client.address + ": " + std::to_string(client.requests) +
                      " requests, " + FormatBytes(client.bytes_sent));
    }
    return true;
  });
  std::string head = "Clients in the last 5 minutes: " + std::to_string(recent);
  uint64_t rate = root["sendingBytesPerSecond"].Uint().value_or(0);
  if (rate > 0) head += "   sending " + FormatBytes(rate) + "/s";
  lines->push_back(std::move(head));
  lines->insert(lines->end(), shown.begin(), shown.end());
}

// Those that boot over the network.
void AddNodes(JsonView root, Lines* lines) {
  JsonView nodes = root["nodes"];
  if (nodes.size() == 0) return;
  lines->push_back("Nodes that boot over the network: " + std::to_string(nodes.size()));
  size_t shown = 0;
  nodes.ForEach([&](JsonView object) {
    NodeReport node = NodeReport::Read(object);
    std::string line = "  " + node.mac + (node.mac.empty() ? "" : "  ") + node.address + "  " +
                       node.step + ", " + FormatBytes(node.bytes_sent);
    if (!node.error.empty()) line += ", " + node.error;
    lines->push_back(std::move(line));
    return ++shown < kNodeLinesMax;
  });
}

void AddProblems(JsonView root, Lines* lines) {
  JsonView problems = root["problems"];
  if (problems.size() == 0) return;
  lines->push_back("Problems");
  size_t shown = 0;
  problems.ForEach([&](JsonView line) {
    lines->push_back("  " + line.StringOr(""));
    return ++shown < kProblemLinesMax;
  });
  if (problems.size() > shown) {
    lines->push_back("  and " + std::to_string(problems.size() - shown) +
                     " more: see /api/v1/status");
  }
}

}  // namespace

Lines FitScreen(Lines lines) {
  if (lines.size() > kScreenRows) lines.resize(kScreenRows);
  for (std::string& line : lines) line = Fit(line, kScreenColumns);
  return lines;
}

Result<Lines> FormatScreen(std::string_view status_text) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(status_text, limits::json_default_max_bytes, "the status"));
  JsonView root = document.root();
  if (!root["state"].String()) return InvalidArgument("the status names no state");
  Lines lines;
  std::string site = root["siteName"].StringOr("");
  if (site.empty()) site = root["hostName"].StringOr("");
  lines.push_back("cozy-airgap " + root["version"].StringOr("") + "   " + site +
                  "   state: " + root["state"].StringOr(""));
  AddPlaces(root, &lines);
  AddFingerprint(root, &lines);
  AddNotices(root, &lines);
  AddBundles(root, &lines);
  AddProblems(root, &lines);
  AddNodes(root, &lines);
  AddClients(root, &lines);
  return FitScreen(std::move(lines));
}

Lines FormatWaitingScreen(std::string_view reason) {
  return FitScreen({"cozy-airgap", "  " + std::string(reason)});
}

}  // namespace airgap
