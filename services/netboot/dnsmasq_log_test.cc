#include "netboot/dnsmasq_log.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

void ClientsOfAProxyAreSeen(void**) {
  DnsmasqLog log;
  auto seen = log.Take("dnsmasq-dhcp[9]: 77 PXE(br0) 52:54:00:77:00:01 proxy");
  assert_true(seen.has_value());
  ASSERT_TEXT(seen->mac, "52:54:00:77:00:01");
  ASSERT_TEXT(seen->address, "");
}

void OnlyTransactionsOfNetbootAreSeen(void**) {
  DnsmasqLog log;
  assert_false(log.Take("dnsmasq-dhcp[9]: 77 DHCPACK(br0) 10.0.0.7 52:54:00:77:00:01").has_value());
  assert_false(log.Take("dnsmasq-dhcp[9]: 78 vendor class: MSFT 5.0").has_value());
  assert_false(log.Take("dnsmasq-dhcp[9]: 77 vendor class: PXEClient:Arch:00007").has_value());
  auto seen = log.Take("dnsmasq-dhcp[9]: 77 DHCPACK(br0) 10.0.0.7 52:54:00:77:00:01 node1");
  assert_true(seen.has_value());
  ASSERT_TEXT(seen->mac, "52:54:00:77:00:01");
  ASSERT_TEXT(seen->address, "10.0.0.7");
  assert_false(log.Take("dnsmasq-dhcp[9]: 78 DHCPACK(br0) 10.0.0.8 52:54:00:77:00:02").has_value());
}

void WhatIsNoSuchLineIsPassedOver(void**) {
  DnsmasqLog log;
  for (const char* line :
       {"", "dnsmasq-dhcp[9]: ", "dnsmasq: 77 PXE(br0) 52:54:00:77:00:01",
        "dnsmasq-dhcp[9]: 77 PXE(br0)", "dnsmasq-dhcp[9]: x PXE(br0) 52:54:00:77:00:01",
        "dnsmasq-dhcp[9]: 77 PXE(br0) 10.0.0.1", "dnsmasq-dhcp[9]: 77 PXE(br0) 52:54:00"}) {
    assert_false(log.Take(line).has_value());
  }
  std::string length(limits::log_line_max_bytes, ' ');
  assert_false(log.Take("dnsmasq-dhcp[9]: 77 PXE(br0) 52:54:00:77:00:01" + length).has_value());
}

void WhatIsForPeopleIsNoDetail(void**) {
  for (const char* line :
       {"dnsmasq-dhcp[9]: 77 sent size:  4 option:  3 router  10.0.0.1",
        "dnsmasq-dhcp[9]: 77 vendor class: PXEClient:Arch:00007", "dnsmasq-dhcp[9]: 77 tags: a, b",
        "dnsmasq-dhcp[9]: 77 next server: 10.0.0.1"}) {
    assert_true(DnsmasqLog::IsDetail(line));
  }
  for (const char* line :
       {"dnsmasq[9]: started, version 2.91 cachesize 150", "dnsmasq-dhcp[9]: DHCP, proxy on subnet",
        "dnsmasq-dhcp[9]: 77 PXE(br0) 52:54:00:77:00:01 proxy", "",
        "dnsmasq-dhcp[9]: 77 DHCPACK(br0) 10.0.0.7 52:54:00:77:00:01 node1"}) {
    assert_false(DnsmasqLog::IsDetail(line));
  }
}

void OldTransactionsAreForgotten(void**) {
  DnsmasqLog log;
  for (size_t i = 0; i <= limits::dhcp_transactions_max_count; ++i) {
    (void)log.Take("dnsmasq-dhcp[9]: " + std::to_string(i) +
                   " vendor class: HTTPClient:Arch:00016");
  }
  assert_false(log.Take("dnsmasq-dhcp[9]: 0 DHCPACK(br0) 10.0.0.7 52:54:00:77:00:01").has_value());
  assert_true(log.Take("dnsmasq-dhcp[9]: 1 DHCPACK(br0) 10.0.0.7 52:54:00:77:00:01").has_value());
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ClientsOfAProxyAreSeen),
      cmocka_unit_test(OnlyTransactionsOfNetbootAreSeen),
      cmocka_unit_test(WhatIsNoSuchLineIsPassedOver),
      cmocka_unit_test(WhatIsForPeopleIsNoDetail),
      cmocka_unit_test(OldTransactionsAreForgotten),
  };
  return cmocka_run_group_tests_name("netboot/dnsmasq_log", tests, nullptr, nullptr);
}
