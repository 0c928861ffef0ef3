#include "netboot/dhcp_settings.h"

#include <charconv>
#include <sstream>

#include "net/adapters.h"
#include "netboot/machine.h"

namespace airgap {
namespace {

using Words = std::vector<std::string>;

Words WordsOf(const std::string& line) {
  Words words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool TakeHours(const Words& words, unsigned max, unsigned* hours) {
  if (words.size() != 2) return false;
  const char* end = words[1].data() + words[1].size();
  auto [at, error] = std::from_chars(words[1].data(), end, *hours);
  return error == std::errc() && at == end && *hours >= 1 && *hours <= max;
}

bool TakeAddress(const Words& words, std::vector<uint32_t>* list) {
  uint32_t address = 0;
  if (words.size() != 2 || !ParseIpv4(words[1], &address)) return false;
  list->push_back(address);
  return true;
}

bool TakeMode(const Words& words, DhcpMode* mode) {
  if (words.size() != 2) return false;
  if (words[1] == "proxy") *mode = DhcpMode::kProxy;
  if (words[1] == "dhcp") *mode = DhcpMode::kDhcp;
  if (words[1] == "off") *mode = DhcpMode::kOff;
  return words[1] == "proxy" || words[1] == "dhcp" || words[1] == "off";
}

// What goes into dnsmasq's configuration must not be able to say anything more there.
bool IsName(const std::string& text) {
  return !text.empty() && text.size() <= limits::netboot_text_max_bytes &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") ==
             std::string::npos;
}

bool TakeReservation(const Words& words, std::vector<DhcpReservation>* list) {
  if (words.size() != 3 && words.size() != 4) return false;
  if (list->size() == limits::dhcp_reservations_max_count) return false;
  DhcpReservation reservation;
  reservation.mac = NormalMac(words[1]);
  if (words.size() == 4) reservation.name = words[3];
  if (reservation.mac.empty() || !ParseIpv4(words[2], &reservation.address)) return false;
  if (words.size() == 4 && !IsName(reservation.name)) return false;
  list->push_back(std::move(reservation));
  return true;
}

bool TakeRelayed(const Words& words, std::vector<DhcpSettings::Relayed>* list) {
  if (words.size() != 2 && words.size() != 4) return false;
  if (list->size() == limits::dhcp_relayed_max_count) return false;
  DhcpSettings::Relayed relayed;
  size_t slash = words[1].find('/');
  if (slash == std::string::npos || !ParseIpv4(words[1].substr(0, slash), &relayed.router)) {
    return false;
  }
  const char* end = words[1].data() + words[1].size();
  auto [at, error] = std::from_chars(words[1].data() + slash + 1, end, relayed.prefix_bits);
  constexpr unsigned kBitsMax = 30;
  if (error != std::errc() || at != end || relayed.prefix_bits < 1 ||
      relayed.prefix_bits > kBitsMax) {
    return false;
  }
  if (words.size() == 4 && (!ParseIpv4(words[2], &relayed.first) ||
                            !ParseIpv4(words[3], &relayed.last) || relayed.first > relayed.last)) {
    return false;
  }
  list->push_back(relayed);
  return true;
}

bool TakeLine(const Words& words, DhcpSettings* settings) {
  const std::string& key = words[0];
  if (key == "mode") return TakeMode(words, &settings->mode);
  if (key == "armed") {
    settings->is_armed = true;
    return TakeHours(words, limits::netboot_armed_max_h, &settings->armed_h);
  }
  if (key == "hours") return TakeHours(words, limits::netboot_armed_max_h, &settings->armed_h);
  if (key == "lease") return TakeHours(words, limits::dhcp_lease_max_h, &settings->lease_h);
  if (key == "pool") {
    return words.size() == 3 && ParseIpv4(words[1], &settings->pool_first) &&
           ParseIpv4(words[2], &settings->pool_last) && settings->pool_first <= settings->pool_last;
  }
  if (key == "router") return words.size() == 2 && ParseIpv4(words[1], &settings->router);
  if (key == "dns") return TakeAddress(words, &settings->dns);
  if (key == "ntp") return TakeAddress(words, &settings->ntp);
  if (key == "upstream") return TakeAddress(words, &settings->upstream);
  if (key == "relayed") return TakeRelayed(words, &settings->relayed);
  if (key == "reservation") return TakeReservation(words, &settings->reservations);
  if (key != "name" || words.size() != 2 || !IsName(words[1])) return false;
  settings->names.push_back(words[1]);
  return true;
}

}  // namespace

Result<DhcpSettings> DhcpSettings::Parse(std::string_view text) {
  DhcpSettings settings;
  std::istringstream stream{std::string(text)};
  size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    Words words = WordsOf(line);
    if (words.empty()) continue;
    if (!TakeLine(words, &settings)) {
      return Corrupt("line " + std::to_string(number) + " of the netboot settings is none");
    }
  }
  if (settings.mode == DhcpMode::kDhcp && settings.pool_first == 0) {
    return Corrupt("the netboot settings have no pool of addresses for mode dhcp");
  }
  for (const Relayed& relayed : settings.relayed) {
    if ((relayed.first != 0) == (settings.mode == DhcpMode::kDhcp)) continue;
    return Corrupt("a relayed network of the netboot settings does not fit their mode");
  }
  return settings;
}

}  // namespace airgap
