#include "site/site_handoff.h"

#include "base/testing.h"

namespace airgap {
namespace {

std::string Mistakes(const std::string& text) {
  std::string lines;
  for (const SiteMistake& mistake : CheckSite(text).mistakes) lines += mistake.ToString() + "\n";
  return lines;
}

void EveryKeyIsHandedOn(void**) {
  CheckedSite checked = CheckSite(
      "handoff:\n  registry: https://registry.cozy-system:5000\n  address: 10.0.0.20\n"
      "  username: seed\n  password: 'a \"b'\n  talos: false\n"
      "  nodes: [{name: node1, address: 10.0.0.11}, {name: node2}]\n  replaced: {dns: router}\n");
  assert_int_equal(checked.mistakes.size(), 0);
  std::string text = FormatHandoff(checked.site);
  for (const char* part : {"\"registry\": \"https://registry.cozy-system:5000\"",
                           "\"address\": \"10.0.0.20\"", "\"password\": \"a \\\"b\"",
                           "\"talos\": false", "\"name\": \"node2\"", "\"dns\": \"router\""}) {
    ASSERT_CONTAINS(text, part);
  }
  assert_string_equal(FormatHandoff(Site()).c_str(), "");
}

void MistakesAreNamed(void**) {
  ASSERT_CONTAINS(Mistakes("handoff: {address: 10.0.0.20}\n"), "handoff: has no registry");
  ASSERT_CONTAINS(Mistakes("handoff: {registry: 'https://127.0.0.1'}\n"),
                  "must be https://HOST[:PORT][/PREFIX]");
  ASSERT_CONTAINS(Mistakes("handoff:\n  registry: https://r\n  nodes: [{name: a}, {name: a}]\n"),
                  "handoff.nodes[1]: node a stands here twice");
  ASSERT_CONTAINS(Mistakes("handoff:\n  registry: https://r\n  ca: |\n"
                           "    -----BEGIN CERTIFICATE-----\n    -----BEGIN PRIVATE KEY-----\n"),
                  "and no key");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryKeyIsHandedOn),
      cmocka_unit_test(MistakesAreNamed),
  };
  return cmocka_run_group_tests_name("site/site_handoff", tests, nullptr, nullptr);
}
