#include "base/testing.h"
#include "site/site.h"

namespace airgap {
namespace {

constexpr char kNetwork[] =
    "network:\n  interface: eth0\n  addresses: [10.0.0.5/24, 'fd00::5/64']\n  dns: [10.0.0.9]\n";

std::string Mistakes(const std::string& text) {
  std::string lines;
  for (const SiteMistake& mistake : CheckSite(text).mistakes) {
    lines.append(mistake.ToString()).append("\n");
  }
  return lines;
}

std::string WithDhcp(const std::string& lines) {
  return std::string(kNetwork) + "netboot:\n  mode: dhcp\n  dhcp:\n" + lines;
}

void EveryKeyIsHandedOn(void**) {
  std::string text = WithDhcp(
      "    first: 10.0.0.100\n    last: 10.0.0.199\n    leaseHours: 2\n    router: 10.0.0.1\n"
      "    dns: [10.0.0.2]\n    ntp: [10.0.0.3]\n    reservations:\n"
      "      - {mac: '52:54:00:AB:CD:12', address: 10.0.0.7, name: node1}\n"
      "      - {mac: '52:54:00:AB:CD:13', address: 10.0.0.100}\n");
  ASSERT_TEXT(Mistakes(text), "");
  ASSERT_TEXT(FormatNetboot(CheckSite("hostNames: [seed.example]\n" + text).site),
              "mode dhcp\nhours 12\nname seed.example\nupstream 10.0.0.9\n"
              "pool 10.0.0.100 10.0.0.199\nlease 2\nrouter 10.0.0.1\ndns 10.0.0.2\nntp 10.0.0.3\n"
              "reservation 52:54:00:ab:cd:12 10.0.0.7 node1\n"
              "reservation 52:54:00:ab:cd:13 10.0.0.100\n");
  ASSERT_TEXT(FormatNetboot(CheckSite("netboot: {armed: true, hours: 3}").site),
              "mode proxy\narmed 3\n");
  ASSERT_TEXT(FormatNetboot(CheckSite("").site), "mode proxy\nhours 12\n");
}

void NetworksBehindRelaysAreTheirOwn(void**) {
  constexpr char kPool[] = "    first: 10.0.0.100\n    last: 10.0.0.199\n";
  auto with_relayed = [&](const char* relayed) {
    return WithDhcp(std::string(kPool) + "  relayed: [" + relayed + "]\n");
  };
  std::string fine = with_relayed("{router: 10.1.0.1/24, first: 10.1.0.9, last: 10.1.0.20}");
  ASSERT_TEXT(Mistakes(fine), "");
  ASSERT_CONTAINS(FormatNetboot(CheckSite(fine).site), "relayed 10.1.0.1/24 10.1.0.9 10.1.0.20\n");
  const struct {
    const char* relayed;
    const char* mistake;
  } kCases[] = {
      {"{router: 10.0.0.1/24, first: 10.0.0.9, last: 10.0.0.20}", "which needs no relay"},
      {"{router: 10.1.0.1/24, first: 10.2.0.9, last: 10.1.0.20}", "not in the network of its"},
      {"{router: 10.1.0.1/24, first: 10.1.0.20, last: 10.1.0.9}", "last: comes before first"},
      {"{router: 10.1.0.10/24, first: 10.1.0.9, last: 10.1.0.20}", "its router between"},
      {"{router: 10.1.0.0/24, first: 10.1.0.9, last: 10.1.0.20}", "address of a router"},
  };
  for (const auto& [relayed, mistake] : kCases) {
    ASSERT_CONTAINS(Mistakes(with_relayed(relayed)), mistake);
  }
}

void WhatBelongsTogetherIsChecked(void**) {
  ASSERT_TEXT(Mistakes("netboot: {mode: dhcp}\n"),
              "line 1: netboot.mode: needs netboot.dhcp, the addresses to give\n");
  ASSERT_TEXT(Mistakes("netboot: {dhcp: {first: 10.0.0.1, last: 10.0.0.2}}\n"),
              "line 1: netboot.dhcp: needs netboot.mode dhcp\n");
  ASSERT_TEXT(Mistakes("netboot: {mode: 'off', armed: true}\n"),
              "line 1: netboot.armed: cannot be there with netboot.mode off\n");
  ASSERT_CONTAINS(Mistakes("netboot: {mode: dhcp, dhcp: {first: 10.0.0.1, last: 10.0.0.2}}\n"),
                  "netboot.mode: needs network.addresses");
  ASSERT_CONTAINS(Mistakes(WithDhcp("    first: 10.0.0.1\n")), "netboot.dhcp: has no last");
}

void AddressesAreThoseOfTheNetwork(void**) {
  const struct {
    const char* lines;
    const char* mistake;
  } kCases[] = {
      {"    first: 10.1.0.1\n    last: 10.0.0.9\n", "first: 10.1.0.1 is in the subnet of none"},
      {"    first: 10.0.0.5\n    last: 10.0.0.9\n", "first: 10.0.0.5 is the appliance's own"},
      {"    first: 10.0.0.1\n    last: 10.0.0.255\n", "last: 10.0.0.255 is the first or last"},
      {"    first: 10.0.0.9\n    last: 10.0.0.6\n", "last: comes before netboot.dhcp.first"},
      {"    first: 10.0.0.1\n    last: 10.0.0.9\n", "dhcp: has the appliance's own address"},
      {"    first: 10.0.0.6\n    last: 10.0.0.9\n    router: 10.2.0.1\n", "router: 10.2.0.1 is in"},
      {"    first: 10.0.0.6\n    last: fd00::9\n", "last: must be an IPv4 address"},
      {"    first: 10.0.0.6\n    last: 10.0.0.9\n    leaseHours: 0\n",
       "leaseHours: must be a number of hours from 1 to 720"},
      {"    first: 10.0.0.6\n    last: 10.0.0.9\n    reservations:\n"
       "      - {mac: '52:54:00:ab:cd:12', address: 10.3.0.7}\n",
       "line 11: netboot.dhcp.reservations[0]: 10.3.0.7 is in the subnet of none"},
      {"    first: 10.0.0.6\n    last: 10.0.0.9\n    reservations:\n"
       "      - {mac: '52:54:00:ab:cd:12', address: 10.0.0.7, name: a}\n"
       "      - {mac: '52:54:00:AB:CD:12', address: 10.0.0.8, name: a}\n",
       "reservations[1]: a stands here twice"},
      {"    first: 10.0.0.6\n    last: 10.0.0.9\n    reservations:\n"
       "      - {mac: x, name: a.b}\n",
       "reservations[0]: has no address"},
  };
  for (const auto& one : kCases) ASSERT_CONTAINS(Mistakes(WithDhcp(one.lines)), one.mistake);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryKeyIsHandedOn),
      cmocka_unit_test(NetworksBehindRelaysAreTheirOwn),
      cmocka_unit_test(WhatBelongsTogetherIsChecked),
      cmocka_unit_test(AddressesAreThoseOfTheNetwork),
  };
  return cmocka_run_group_tests_name("site/site_netboot", tests, nullptr, nullptr);
}
