// Any text as a site file: without mistakes what is read is within its limits; a mistake names its
// line where there is one.
#include <algorithm>

#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "site/site.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      R"(name: rack 7
hostNames: [seed.example.org]
push:
  users:
  - name: night
    password:
      $scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  loginToPull: true
)",
      "hostnames: [10.0.0.1, a..b, -]\npush: {user: x, loginToPull: yes}\nname: \"\\x9b\"\n",
      "name:\n- 1\n",
      R"(network:
  bond: {interfaces: [eth0, '52:54:00:ab:cd:ef'], mode: 802.3ad}
  vlan: 20
  addresses: [10.0.0.5/24, 'fd00::5/64']
  gateway: [10.0.0.1, 'fe80::1']
  dns: [10.0.0.1]
  ntp: [10.0.0.1, ntp.lan]
)",
      "network: {interface: x y, addresses: [10.0.0.0/24, '::/129'], gateway: 10.1.0.1}\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  CheckedSite checked = CheckSite(text);
  auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  auto returns = static_cast<size_t>(std::count(text.begin(), text.end(), '\r'));
  for (const SiteMistake& mistake : checked.mistakes) {
    if (mistake.message.empty()) __builtin_trap();
    // Line ends of Unicode (2028, 2029, 85) count in YAML as well, three or two bytes each.
    if (mistake.line > lines + returns + size / 2 + 1) __builtin_trap();
  }
  if (checked.mistakes.size() > limits::site_mistakes_max_count) __builtin_trap();
  if (!checked.mistakes.empty()) return 0;
  const Site& site = checked.site;
  if (site.host_names.size() > limits::site_host_names_max_count) __builtin_trap();
  for (const std::string& name : site.host_names) {
    if (name.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") !=
        std::string::npos) {
      __builtin_trap();
    }
  }
  // The boot flow takes a line apart at its one space.
  size_t spaces = 0;
  size_t ends = 0;
  for (char c : FormatNetwork(site)) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    std::string_view(".:/_- \n").find(c) != std::string_view::npos;
    if (!is_plain) __builtin_trap();
    spaces += c == ' ' ? 1 : 0;
    ends += c == '\n' ? 1 : 0;
  }
  if (spaces != ends) __builtin_trap();
  for (const SiteUser& user : site.push.users) {
    if (user.name.find_first_of(":\n# ") != std::string::npos) __builtin_trap();
    if (user.password.find('\n') != std::string::npos) __builtin_trap();
  }
  return 0;
}
