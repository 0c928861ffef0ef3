#include "netboot/dnsmasq_config.h"

#include "base/testing.h"

namespace airgap {
namespace {

DhcpSettings Settings(const std::string& text) {
  auto settings = DhcpSettings::Parse(text);
  ASSERT_OK(settings.status());
  return *settings;
}

std::string Config(const std::string& text, bool is_armed) {
  std::vector<AdapterAddress> adapters = {{"eth0", 0x0A000005, 24}, {"eth1", 0xC0A80105, 16}};
  DhcpSettings settings = Settings(text);
  return FormatDnsmasqConfig(settings, AdaptersToServe(settings, adapters), is_armed,
                             {"/run/leases", "/run/pid"});
}

void BesideAnotherServerItIsSilentUntilArmed(void**) {
  ASSERT_TEXT(Config("", false), "");
  ASSERT_TEXT(Config("mode off\n", true), "");
  ASSERT_TEXT(FormatDnsmasqConfig({}, {}, true, {}), "");
  std::string config = Config("mode proxy\nhours 12\nname seed.example\n", true);
  ASSERT_CONTAINS(config, "\ndhcp-range=10.0.0.0,proxy,255.255.255.0\n");
  ASSERT_CONTAINS(config, "\ndhcp-range=192.168.0.0,proxy,255.255.0.0\n");
  ASSERT_CONTAINS(config, "\npxe-service=tag:!ipxe,0,cozy-airgap,ipxe/undionly.kpxe\n");
  ASSERT_CONTAINS(config, "\npxe-service=tag:!ipxe,11,cozy-airgap,ipxe/ipxe-arm64.efi\n");
  ASSERT_CONTAINS(config,
                  "\ndhcp-boot=tag:ipxe,tag:eth1,http://192.168.1.5/boot.ipxe,,192.168.1.5\n");
  ASSERT_CONTAINS(
      config,
      "\ndhcp-boot=tag:!ipxe,tag:http64,tag:eth0,http://10.0.0.5/ipxe/snponly.efi,,10.0.0.5\n");
  ASSERT_CONTAINS(config, "\ninterface-name=seed.example,eth0\n");
  ASSERT_CONTAINS(config, "\ninterface-name=registry.cozy-system,eth1\n");
  assert_true(config.find("dhcp-authoritative") == std::string::npos);
}

void RelayedNetworksHaveRangesOfTheirOwn(void**) {
  std::string config = Config("mode proxy\nrelayed 10.1.0.1/23\n", true);
  ASSERT_CONTAINS(config, "\ndhcp-range=10.1.0.0,proxy,255.255.254.0\n");
  config = Config("mode dhcp\npool 10.0.0.100 10.0.0.199\nrelayed 10.1.0.1/24 10.1.0.9 10.1.0.20\n",
                  false);
  ASSERT_CONTAINS(config, "\ndhcp-range=set:relayed0,10.1.0.9,10.1.0.20,255.255.255.0,12h\n");
  ASSERT_CONTAINS(config, "\ndhcp-option=tag:relayed0,option:router,10.1.0.1\n");
  for (const char* wrong :
       {"relayed 10.1.0.1\n", "relayed 10.1.0.1/31\n", "relayed 10.1.0.1/24 10.1.0.9\n",
        "mode proxy\nrelayed 10.1.0.1/24 10.1.0.9 10.1.0.20\n", "relayed x/24\n"}) {
    ASSERT_CODE(DhcpSettings::Parse(wrong).status(), Code::kCorrupt);
  }
}

void AsTheOnlyServerItGivesAddressesAlways(void**) {
  constexpr char kText[] =
      "mode dhcp\npool 10.0.0.100 10.0.0.199\nlease 2\nrouter 10.0.0.1\nntp 10.0.0.2\n"
      "ntp 10.0.0.3\nupstream 10.0.0.9\nreservation 52-54-00-AB-CD-12 10.0.0.7 node1\n"
      "reservation 52:54:00:ab:cd:13 10.0.0.8\n";
  std::string config = Config(kText, false);
  ASSERT_CONTAINS(config, "\ndhcp-range=10.0.0.100,10.0.0.199,255.255.255.0,2h\n");
  ASSERT_CONTAINS(config, "\ndhcp-option=option:router,10.0.0.1\n");
  ASSERT_CONTAINS(config, "\ndhcp-option=option:dns-server,0.0.0.0\n");
  ASSERT_CONTAINS(config, "\ndhcp-option=option:ntp-server,10.0.0.2,10.0.0.3\n");
  ASSERT_CONTAINS(config, "\ndhcp-host=52:54:00:ab:cd:12,10.0.0.7,node1\n");
  ASSERT_CONTAINS(config, "\ndhcp-host=52:54:00:ab:cd:13,10.0.0.8\n");
  ASSERT_CONTAINS(config, "\nserver=10.0.0.9\n");
  // Not on the adapter of another subnet.
  assert_true(config.find("eth1") == std::string::npos);
  assert_true(config.find("dhcp-boot") == std::string::npos);
  config = Config(kText, true);
  ASSERT_CONTAINS(config, "\ndhcp-boot=tag:!ipxe,tag:efi64,ipxe/snponly.efi\n");
  ASSERT_CONTAINS(config, "\ndhcp-option-force=tag:!ipxe,tag:http64,option:vendor-class,HTTP");
  assert_true(config.find("pxe-service") == std::string::npos);
  ASSERT_TEXT(Config("mode dhcp\npool 10.1.0.1 10.1.0.9\n", true), "");
  ASSERT_CONTAINS(Config("mode dhcp\npool 10.0.0.1 10.0.0.9\n", true),
                  "\ndhcp-option=option:router\n");
}

void SettingsThatAreNoneAreNamed(void**) {
  for (const char* wrong :
       {"mode", "mode both", "armed 0", "hours 1000", "hours x", "pool 10.0.0.9", "lease 12h",
        "pool 10.0.0.9 10.0.0.1", "router 10.0.0", "dns a", "name a,b", "name a b", "name",
        "reservation 52:54:00:ab:cd:12", "reservation 52:54:00:ab:cd 10.0.0.1", "wrong 1",
        "reservation 52:54:00:ab:cd:12 10.0.0.1 a=b", "reservation a b c d e"}) {
    Status status = DhcpSettings::Parse("hours 2\n" + std::string(wrong) + "\n").status();
    ASSERT_CODE(status, Code::kCorrupt);
    ASSERT_CONTAINS(status.message(), "line 2 ");
  }
  ASSERT_CODE(DhcpSettings::Parse("mode dhcp\n").status(), Code::kCorrupt);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(BesideAnotherServerItIsSilentUntilArmed),
      cmocka_unit_test(RelayedNetworksHaveRangesOfTheirOwn),
      cmocka_unit_test(AsTheOnlyServerItGivesAddressesAlways),
      cmocka_unit_test(SettingsThatAreNoneAreNamed),
  };
  return cmocka_run_group_tests_name("netboot/dnsmasq_config", tests, nullptr, nullptr);
}
