#include "console/address_dialog.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "console/answers.h"
#include "site/site.h"

namespace airgap {
namespace {

namespace fs = std::filesystem;

// Of a file of sysfs; empty when there is none.
std::string FirstLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Of the words that are typed here none needs another character; in YAML none of these ends a
// quoted text.
bool IsPlain(std::string_view line) {
  return line.size() <= 200 && std::all_of(line.begin(), line.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view(".:/_- ,").find(c) != std::string_view::npos;
         });
}

std::string YamlList(std::string line) {
  std::replace(line.begin(), line.end(), ',', ' ');
  std::istringstream words(line);
  std::string list;
  for (std::string word; words >> word;) {
    list.append(list.empty() ? "" : ", ").append("'").append(word).append("'");
  }
  return "[" + list + "]";
}

}  // namespace

AddressDialog::AddressDialog(const ConsoleFolders& folders) : folders_(folders) {
  std::error_code error;
  for (fs::directory_iterator at(folders_.adapters, error), end; !error && at != end;
       at.increment(error)) {
    // 1: Ethernet. What has no device is the loopback, a bond or a VLAN.
    if (FirstLine(at->path() / "type") != "1") continue;
    if (!fs::exists(at->path() / "device", error)) continue;
    adapters_.push_back(at->path().filename());
  }
  std::sort(adapters_.begin(), adapters_.end());
}

std::vector<std::string> AddressDialog::Introduction() const {
  if (step_ == Step::kOver) {
    return {"The network starts again with this, until power-off. To keep it, put it into the",
            "site file: its key is 'network'."};
  }
  std::vector<std::string> lines = {"Set the address of this machine, until power-off."};
  if (adapters_.empty())
    lines.push_back("There is no wired network adapter: its driver is missing.");
  for (size_t i = 0; i < adapters_.size(); ++i) {
    fs::path folder = fs::path(folders_.adapters) / adapters_[i];
    bool has_link = FirstLine(folder / "carrier") == "1";
    lines.push_back("  " + std::to_string(i + 1) + "  " + adapters_[i] + "  " +
                    FirstLine(folder / "address") + (has_link ? "" : "  no link"));
  }
  return lines;
}

std::string AddressDialog::Question() const {
  switch (step_) {
    case Step::kAdapter:
      return "Which adapter, by its number?";
    case Step::kAddress:
      return "Its address with the length of the network's prefix (10.0.0.5/24), or dhcp?";
    case Step::kRouter:
      return "The router's address, or none?";
    case Step::kDns:
      return "Addresses of DNS servers, or none?";
    case Step::kOver:
      break;
  }
  return "";
}

Status AddressDialog::TakeAdapter(std::string_view line) {
  size_t number = 0;
  auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  bool is_number = error == std::errc() && end == line.data() + line.size();
  if (!is_number || number == 0 || number > adapters_.size()) {
    return InvalidArgument("a number from 1 to " + std::to_string(adapters_.size()));
  }
  yaml_ = "network:\n  interface: '" + adapters_[number - 1] + "'\n";
  return OkStatus();
}

Status AddressDialog::TakeKey(const std::string& name, std::string_view line) {
  if (!IsPlain(line)) return InvalidArgument("letters, digits and . : / _ - alone");
  std::string yaml = yaml_ + "  " + name + ": " + YamlList(std::string(line)) + "\n";
  CheckedSite checked = CheckSite(yaml);
  if (!checked.mistakes.empty()) return InvalidArgument(checked.mistakes[0].message);
  yaml_ = yaml;
  return OkStatus();
}

Status AddressDialog::Finish() {
  step_ = Step::kOver;
  return WriteAnswer(folders_, "network.yaml", yaml_, "network");
}

Status AddressDialog::Answer(std::string_view line) {
  bool is_none = line == "none";
  switch (step_) {
    case Step::kAdapter:
      RETURN_IF_ERROR(TakeAdapter(line));
      step_ = Step::kAddress;
      return OkStatus();
    case Step::kAddress:
      if (line == "dhcp") return Finish();
      RETURN_IF_ERROR(TakeKey("addresses", line));
      step_ = Step::kRouter;
      return OkStatus();
    case Step::kRouter:
      if (!is_none) RETURN_IF_ERROR(TakeKey("gateway", line));
      step_ = Step::kDns;
      return OkStatus();
    case Step::kDns:
      if (!is_none) RETURN_IF_ERROR(TakeKey("dns", line));
      return Finish();
    case Step::kOver:
      break;
  }
  return OkStatus();
}

}  // namespace airgap
