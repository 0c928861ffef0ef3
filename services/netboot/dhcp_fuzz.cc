// Answers to the probe for other DHCP servers, questions for the time, the settings that the site
// file gives, and the log of dnsmasq.
#include <algorithm>
#include <cstdlib>

#include "base/limits.h"
#include "netboot/dhcp_packet.h"
#include "netboot/dnsmasq_config.h"
#include "netboot/dnsmasq_log.h"
#include "netboot/machine.h"
#include "netboot/sntp_packet.h"

namespace airgap {
namespace {

constexpr MacAddress kMac = {2, 0, 0, 0, 0, 1};
constexpr uint32_t kTransaction = 0x01020304;

// Nothing that was taken says more to dnsmasq than a line of its own.
void TrySettings(std::string_view text) {
  Result<DhcpSettings> settings = DhcpSettings::Parse(text);
  if (!settings.ok()) return;
  std::string config =
      FormatDnsmasqConfig(*settings, {{"eth0", 0x0A000005, 8}}, true, {"/l", "/p"});
  for (char c : config) {
    if (c != '\n' && (c < ' ' || c > '~')) abort();
  }
  // A name may be called so; a line may not.
  if (config.find("\ndhcp-script") != std::string::npos) abort();
}

// Clients choose some of what stands there.
void TryLog(std::string_view text) {
  DnsmasqLog log;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    auto seen = log.Take(text.substr(0, end));
    if (seen && NormalMac(seen->mac) != seen->mac) abort();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace
}  // namespace airgap

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace airgap;
  (void)ParseDhcpOffer({input, size}, kMac, kTransaction);
  (void)AnswerSntp({input, size}, {}, {});
  if (size <= limits::dhcp_settings_max_bytes) {
    TrySettings({reinterpret_cast<const char*>(input), size});
  }
  TryLog({reinterpret_cast<const char*>(input), size});
  return 0;
}

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  using namespace airgap;
  static constexpr std::string_view kSettings =
      "mode dhcp\narmed 3\nname seed.example\nupstream 10.0.0.9\npool 10.0.0.100 10.0.0.199\n"
      "lease 2\nrouter 10.0.0.1\ndns 10.0.0.2\nntp 10.0.0.3\n"
      "reservation 52:54:00:ab:cd:12 10.0.0.7 node1\n";
  if (number == 1) return kSettings.copy(reinterpret_cast<char*>(out), max_size);
  static constexpr std::string_view kLog =
      "dnsmasq-dhcp[9]: 77 vendor class: PXEClient:Arch:00007\n"
      "dnsmasq-dhcp[9]: 77 DHCPACK(br0) 10.0.0.7 52:54:00:77:00:01 node1\n"
      "dnsmasq-dhcp[9]: 78 PXE(br0) 52:54:00:77:00:02 proxy\n";
  if (number == 2) return kLog.copy(reinterpret_cast<char*>(out), max_size);
  if (number != 0) return 0;
  std::vector<uint8_t> packet = FormatDhcpDiscover(kMac, kTransaction);
  packet[0] = 2;    // a reply
  packet[242] = 2;  // an OFFER
  size_t count = std::min(packet.size(), max_size);
  std::copy_n(packet.begin(), count, out);
  return count;
}
