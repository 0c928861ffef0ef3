#include "base/limits.h"
#include "base/testing.h"
#include "site/site.h"

namespace airgap {
namespace {

// All mistakes of a site file with `lines` below its network, a line each.
std::string Mistakes(const std::string& lines) {
  std::string text;
  for (const SiteMistake& mistake : CheckSite("network:\n" + lines).mistakes) {
    text.append(mistake.ToString()).append("\n");
  }
  return text;
}

std::string Network(const std::string& lines) {
  ASSERT_TEXT(Mistakes(lines), "");
  return FormatNetwork(CheckSite("network:\n" + lines).site);
}

void EveryKeyIsHandedOn(void**) {
  ASSERT_TEXT(Network("  bond: {interfaces: [eth0, '52:54:00:AB:CD:EF'], mode: 802.3ad}\n"
                      "  vlan: 20\n"
                      "  addresses: [10.0.0.5/24, 'FD00:0::5/64']\n"
                      "  gateway: [10.0.0.1, 'fe80::0:1']\n"
                      "  dns: [10.0.0.1]\n"
                      "  ntp: [10.0.0.2, ntp.example.org]\n"
                      ""),
              "bond 802.3ad\ninterface eth0\ninterface 52:54:00:ab:cd:ef\nvlan 20\n"
              "address 10.0.0.5/24\naddress fd00::5/64\ngateway 10.0.0.1\ngateway fe80::1\n"
              "dns 10.0.0.1\n"
              "ntp 10.0.0.2\n"
              "ntp ntp.example.org\n");
  ASSERT_TEXT(Network("  interface: enp1s0\n"), "interface enp1s0\n");
  ASSERT_TEXT(Network("  bond: {interfaces: [a, b]}\n"),
              "bond active-backup\ninterface a\ninterface b\n");
  ASSERT_TEXT(Network("  {}\n"), "");
  ASSERT_TEXT(FormatNetwork(CheckSite("name: x\n").site), "");
}

void WhatBelongsTogetherIsChecked(void**) {
  ASSERT_TEXT(Mistakes("  interface: eth0\n  bond: {interfaces: [eth0, eth1]}\n"),
              "line 2: network.interface: cannot be there together with network.bond\n");
  ASSERT_TEXT(Mistakes("  bond:\n    interfaces: [eth0]\n    mode: balance-rr\n"),
              "line 3: network.bond.interfaces: must be a list of 2 to 8\n"
              "line 4: network.bond.mode: must be active-backup, balance-xor or 802.3ad\n");
  ASSERT_CONTAINS(Mistakes("  bond: {mode: 802.3ad}\n"), "network.bond: has no interfaces");
  ASSERT_CONTAINS(Mistakes("  bond: {interfaces: ['52:54:00:ab:cd:ef', '52:54:00:AB:CD:EF']}\n"),
                  "network.bond.interfaces[1]: stands here twice");
  ASSERT_TEXT(Mistakes("  vlan: 20\n  addresses: [10.0.0.5/24]\n"),
              "line 2: network.vlan: needs network.interface or network.bond\n"
              "line 3: network.addresses: needs network.interface or network.bond\n");
  ASSERT_TEXT(Mistakes("  interface: eth0\n  gateway: 10.0.0.1\n"),
              "line 3: network.gateway: needs network.addresses: a DHCP server gives its own\n");
}

void AdaptersAreNamesOrMacs(void**) {
  for (const char* wrong : {"'eth 0'", "'52:54:00:ab:cd'", "'52:54:00:ab:cd:eg'", "a/b", ".."}) {
    ASSERT_CONTAINS(Mistakes(std::string("  interface: ") + wrong + "\n"),
                    "line 2: network.interface: must be the name of an adapter like eth0 or a MAC");
  }
  ASSERT_TEXT(Mistakes("  interface: " + std::string(limits::adapter_name_max_bytes, 'a') + "\n"),
              "");
  assert_false(
      Mistakes("  interface: " + std::string(limits::adapter_name_max_bytes + 1, 'a') + "\n")
          .empty());
}

void AddressesAreOfMachines(void**) {
  auto mistakes = [](const std::string& address) {
    return Mistakes("  interface: eth0\n  addresses: ['" + address + "']\n");
  };
  for (const char* fine : {"10.0.0.5/24", "10.0.0.0/31", "10.0.0.5/32", "fd00::/64", "::2/64",
                           "10.1.255.255/8", "192.168.0.255/23"}) {
    ASSERT_TEXT(mistakes(fine), "");
  }
  for (const char* wrong : {"10.0.0.5", "10.0.0.5/", "10.0.0.5/33", "10.0.0.5/024", "10.0.0/24",
                            "127.0.0.1/8", "224.0.0.1/4", "0.0.0.0/8", "::1/128", "ff02::1/16",
                            "fd00::5/129", "fd00::5/x", "10.0.0.5/24 "}) {
    ASSERT_CONTAINS(mistakes(wrong), "line 3: network.addresses[0]: must be a machine's address");
  }
  for (const char* wrong : {"10.0.0.0/24", "10.0.0.255/24", "10.255.255.255/8", "10.0.0.3/30"}) {
    ASSERT_CONTAINS(mistakes(wrong), "is the first or last address of its subnet");
  }
  ASSERT_CONTAINS(Mistakes("  interface: a\n  addresses: ['fd00::5/64', 'fd00:0::5/64']\n"),
                  "network.addresses[1]: stands here twice");
}

void AGatewayIsReachedWithoutOne(void**) {
  auto mistakes = [](const std::string& gateway) {
    return Mistakes("  interface: eth0\n  addresses: [10.0.0.5/24, 'fd00::5/64']\n  gateway: " +
                    gateway + "\n");
  };
  ASSERT_TEXT(mistakes("10.0.0.254"), "");
  ASSERT_TEXT(mistakes("'fe80::1'"), "");
  ASSERT_TEXT(mistakes("10.0.1.1"),
              "line 4: network.gateway: 10.0.1.1 is in the subnet of none of network.addresses\n");
  ASSERT_CONTAINS(mistakes("'fd01::1'"), "is in the subnet of none");
  ASSERT_CONTAINS(mistakes("10.0.0.5"), "10.0.0.5 is one of this machine's own addresses");
  ASSERT_CONTAINS(mistakes("[10.0.0.1, 10.0.0.2]"), "network.gateway[1]: is the second gateway");
  ASSERT_CONTAINS(mistakes("10.0.0.1/24"), "must be an address like 10.0.0.1");
  ASSERT_CONTAINS(mistakes("[]"), "must be a list of 1 to 2");
}

void ServersAndVlansAreChecked(void**) {
  ASSERT_CONTAINS(Mistakes("  ntp: [a b]\n"), "ntp[0]: must be a time server");
  ASSERT_CONTAINS(Mistakes("  ntp: [a, b, c, d, e]\n"), "a list of 1 to 4");
  ASSERT_CONTAINS(Mistakes("  dns: [ns.example.org]\n"), "dns[0]: must be an address");
  ASSERT_CONTAINS(Mistakes("  dns: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]\n"), "a list of 1 to 3");
  for (const char* wrong : {"0", "4095", "'20'", "-1", "20.5", "[20]"}) {
    ASSERT_CONTAINS(Mistakes(std::string("  interface: eth0\n  vlan: ") + wrong + "\n"),
                    "line 3: network.vlan: must be a number from 1 to 4094");
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryKeyIsHandedOn),          cmocka_unit_test(WhatBelongsTogetherIsChecked),
      cmocka_unit_test(AdaptersAreNamesOrMacs),      cmocka_unit_test(AddressesAreOfMachines),
      cmocka_unit_test(AGatewayIsReachedWithoutOne), cmocka_unit_test(ServersAndVlansAreChecked),
  };
  return cmocka_run_group_tests_name("site/site_network", tests, nullptr, nullptr);
}
