#include "netboot/machine_configs.h"

#include <sys/random.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>

#include "base/base64.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr size_t kTokenBytes = 16;
constexpr unsigned kPublicMode = 0644;
constexpr int kCompressionLevel = 19;  // every byte counts on a command line

std::string Hyphenated(std::string mac) {
  std::replace(mac.begin(), mac.end(), ':', '-');
  return mac;
}

std::string LabelOf(const MachineLabels& labels, const char* key) {
  auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

std::string NewToken() {
  uint8_t random[kTokenBytes];
  if (getrandom(random, sizeof random, 0) != static_cast<ssize_t>(sizeof random)) return "";
  constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  for (uint8_t byte : random) {
    token += kDigits[byte >> 4];
    token += kDigits[byte & 15];
  }
  return token;
}

}  // namespace

bool IsMachineConfigName(std::string_view name) {
  return !name.empty() && name[0] != '.' && name.size() <= limits::host_name_max_bytes - 5 &&
         name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

std::string MachineConfigs::PathFor(const MachineLabels& labels, const std::string& group) const {
  for (const std::string& name : {Hyphenated(LabelOf(labels, "mac")), LabelOf(labels, "uuid"),
                                  LabelOf(labels, "serial"), LabelOf(labels, "hostname"), group}) {
    if (!IsMachineConfigName(name)) continue;
    std::string path = options_.folder + "/" + name + ".yaml";
    if (access(path.c_str(), F_OK) == 0) return path;
  }
  return "";
}

bool MachineConfigs::HasFor(const MachineLabels& labels, const std::string& group) const {
  return !PathFor(labels, group).empty();
}

// With the mutex.
void MachineConfigs::ForgetOldTokens() {
  Clock::time_point now = Clock::now();
  std::erase_if(tokens_, [now](const auto& token) { return token.second.end <= now; });
  if (tokens_.size() < limits::nodes_max_count) return;
  tokens_.erase(std::min_element(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) {
    return a.second.end < b.second.end;
  }));
}

Result<std::string> MachineConfigs::Grant(const MachineLabels& labels, const std::string& group) {
  std::string mac = LabelOf(labels, "mac");
  std::string path = PathFor(labels, group);
  if (path.empty()) return NotFound("no machine config for the machine " + mac);
  if (mac.empty()) return InvalidArgument("a machine without a MAC address gets no config");
  std::string token = NewToken();
  if (token.empty()) return Unavailable("no random numbers for a token");
  std::lock_guard lock(mutex_);
  ForgetOldTokens();
  tokens_[token] = {path, mac, Clock::now() + kTokenLifetime};
  return token;
}

Result<MachineConfigs::Fetched> MachineConfigs::Fetch(const std::string& token) {
  Token found;
  {
    std::lock_guard lock(mutex_);
    ForgetOldTokens();
    auto known = tokens_.find(token);
    if (known == tokens_.end()) {
      return Denied("this token is none, or too old: boot the machine over the network again");
    }
    found = known->second;
  }
  ASSIGN_OR_RETURN(std::string text,
                   ReadWholeFile(env_, found.path, limits::netboot_file_max_bytes));
  return Fetched{std::move(text), std::move(found.mac)};
}

bool MachineConfigs::IsDone(const std::string& mac) const {
  if (mac.empty()) return false;
  if (!options_.done_folder.empty()) {
    return access((options_.done_folder + "/" + Hyphenated(mac)).c_str(), F_OK) == 0;
  }
  std::lock_guard lock(mutex_);
  return done_.contains(mac);
}

Status MachineConfigs::MarkDone(const std::string& mac) {
  if (!options_.done_folder.empty()) {
    return WriteWholeFile(env_, options_.done_folder + "/" + Hyphenated(mac), "", kPublicMode);
  }
  std::lock_guard lock(mutex_);
  if (done_.size() < limits::netboot_files_max_count) done_[mac] = true;
  return OkStatus();
}

Result<std::string> EarlyConfigArgument(const std::string& ca_pem) {
  std::string text =
      "apiVersion: v1alpha1\nkind: TrustedRootsConfig\nname: cozy-airgap\ncertificates: |-\n";
  std::string_view rest = ca_pem;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    text.append("  ").append(rest.substr(0, end)).append("\n");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  size_t size =
      ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), kCompressionLevel);
  if (ZSTD_isError(size) != 0) return Unavailable("the CA cannot be packed");
  packed.resize(size);
  return "talos.config.early=" + EncodeBase64(packed);
}

}  // namespace airgap
