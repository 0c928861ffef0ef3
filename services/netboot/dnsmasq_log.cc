#include "netboot/dnsmasq_log.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "net/adapters.h"
#include "netboot/machine.h"

namespace airgap {
namespace {

constexpr std::string_view kBegin = "dnsmasq-dhcp[";
constexpr std::string_view kMessage = "]: ";

// At most the first few: the rest are names that clients gave themselves.
std::vector<std::string_view> Words(std::string_view text) {
  constexpr size_t kWordsMax = 5;
  std::vector<std::string_view> words;
  while (words.size() < kWordsMax) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.empty()) break;
    size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of a line about a transaction, whose number is the first word, at least three; of any other none.
std::vector<std::string_view> TransactionWords(std::string_view line) {
  if (!line.starts_with(kBegin) || line.size() > limits::log_line_max_bytes) return {};
  size_t begin = line.find(kMessage);
  if (begin == std::string_view::npos) return {};
  std::vector<std::string_view> words = Words(line.substr(begin + kMessage.size()));
  if (words.size() < 3 || !IsNumber(words[0])) return {};
  return words;
}

}  // namespace

bool DnsmasqLog::IsNetboot(std::string_view transaction) const {
  return std::find(netboot_.begin(), netboot_.end(), transaction) != netboot_.end();
}

bool DnsmasqLog::IsDetail(std::string_view line) {
  std::vector<std::string_view> words = TransactionWords(line);
  return !words.empty() && words[1].find('(') == std::string_view::npos;
}

std::optional<DhcpSighting> DnsmasqLog::Take(std::string_view line) {
  std::vector<std::string_view> words = TransactionWords(line);
  if (words.empty()) return std::nullopt;
  if (words[1] == "vendor" && words[2] == "class:") {
    bool is_netboot = words.size() > 3 &&
                      (words[3].starts_with("PXEClient") || words[3].starts_with("HTTPClient"));
    if (is_netboot && !IsNetboot(words[0])) {
      netboot_.emplace_back(words[0]);
      if (netboot_.size() > limits::dhcp_transactions_max_count) netboot_.pop_front();
    }
    return std::nullopt;
  }
  bool is_proxy = words[1].starts_with("PXE(");
  bool is_dhcp = words[1].starts_with("DHCPACK(") || words[1].starts_with("DHCPDISCOVER(");
  if (!is_proxy && !(is_dhcp && IsNetboot(words[0]))) return std::nullopt;
  DhcpSighting sighting;
  uint32_t address = 0;
  size_t at = 2;
  if (ParseIpv4(std::string(words[at]), &address)) sighting.address = words[at++];
  if (at < words.size()) sighting.mac = NormalMac(words[at]);
  if (sighting.mac.empty()) return std::nullopt;
  return sighting;
}

}  // namespace airgap
