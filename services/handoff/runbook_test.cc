#include "handoff/runbook.h"

#include "base/testing.h"

namespace airgap {
namespace {

void EveryCommandIsFilledIn(void**) {
  HandoffSettings settings;
  settings.registry = "https://registry.cozy-system:5443";
  settings.address = "10.0.0.20";
  settings.nodes = {{"n1", "10.0.0.11"}, {"n2", ""}};
  HandoffRecord record;
  record.hosts = {"docker.io", "ghcr.io"};
  std::string text = FormatRunbook("https://10.0.0.5", settings, record);
  ASSERT_CONTAINS(text, "curl -o ca.pem http://10.0.0.5/ca.pem");
  ASSERT_CONTAINS(text, "cozy-airgap handoff plan --appliance APPLIANCE --ca ca.pem --user USER");
  ASSERT_CONTAINS(text,
                  "talosctl -n 10.0.0.11 get machineconfig v1alpha1 -o jsonpath='{.spec}'"
                  " >configs/n1.yaml");
  ASSERT_CONTAINS(text,
                  "cozy-airgap handoff cutover --appliance APPLIANCE --ca ca.pem --configs configs"
                  " --talos v$VERSION --dir cutover");
  ASSERT_CONTAINS(text, "talosctl -n n2 get machineconfig");
  ASSERT_CONTAINS(text, "once the registry is verified");
  record.talos_probes = {"docker.io sha256:1", "ghcr.io sha256:2"};
  text = FormatRunbook("https://10.0.0.5", settings, record);
  ASSERT_CONTAINS(text,
                  "talosctl -n 10.0.0.11 image pull --namespace system"
                  " docker.io/cozy-airgap/probe@sha256:1 && \\\n");
  ASSERT_CONTAINS(text,
                  "cozy-airgap handoff talos --appliance APPLIANCE --ca ca.pem --user USER n1");
}

void NodesWithoutTalosHaveOtherCommands(void**) {
  HandoffSettings settings;
  settings.registry = "https://10.0.0.20";
  settings.is_talos = false;
  HandoffRecord record;
  record.hosts = {"ghcr.io"};
  std::string text = FormatRunbook("https://10.0.0.5", settings, record);
  ASSERT_CONTAINS(text, "handoff cutover --appliance APPLIANCE --ca ca.pem --dir cutover");
  assert_true(text.find("talosctl") == std::string::npos);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryCommandIsFilledIn),
      cmocka_unit_test(NodesWithoutTalosHaveOtherCommands),
  };
  return cmocka_run_group_tests_name("handoff/runbook", tests, nullptr, nullptr);
}
