#include "handoff/verdict.h"

#include "base/testing.h"

namespace airgap {
namespace {

struct Case {
  HandoffSettings settings;
  HandoffRecord record;
  std::vector<NodeProof> proofs;
  HandoffSurroundings around;

  std::vector<NodeState> Nodes() const { return JudgeNodes(settings, record, proofs, around); }
  std::string Reasons() const {
    std::string all;
    for (const std::string& one : ReasonsAgainstRetiring(settings, record, Nodes(), around)) {
      all += one + "\n";
    }
    return all;
  }
};

// Everything is well: one node, proven by both kinds at second 100.
Case Fine() {
  Case fine;
  fine.settings.registry = "https://r";
  fine.settings.nodes = {{"n1", "10.0.0.1"}};
  fine.record.phase = HandoffPhase::kCutover;
  fine.record.registry = "https://r";
  fine.record.bundles = {"demo 1 sha256:0"};
  fine.record.hosts = {"ghcr.io"};
  fine.record.verified_s = 50;
  fine.around.bundles = fine.record.bundles;
  fine.proofs = {{"n1", "ghcr.io", proof_kind::kContainer, "10.0.0.1", 90},
                 {"n1", "ghcr.io", proof_kind::kTalos, "night", 100}};
  return fine;
}

void EverythingProvenMayGo(void**) {
  Case fine = Fine();
  assert_string_equal(fine.Reasons().c_str(), "");
  assert_string_equal(fine.Nodes()[0].state.c_str(), node_state::kProven);
}

void EachThingThatIsMissingIsAReason(void**) {
  struct {
    void (*change)(Case*);
    const char* reason;
  } kCases[] = {
      {[](Case* c) { c->around.is_kept = false; }, "no volume for state"},
      {[](Case* c) { c->record.phase = HandoffPhase::kPushing; }, "start the handoff"},
      {[](Case* c) { c->record.phase = HandoffPhase::kRecovery; }, "start the handoff"},
      {[](Case* c) { c->settings.registry = "https://other"; }, "names https://other now"},
      {[](Case* c) { c->around.bundles.clear(); }, "other bundles are served now"},
      {[](Case* c) { c->settings.nodes.clear(); }, "nobody is proven"},
      {[](Case* c) { c->settings.nodes.emplace_back().name = "n2"; }, "node n2 is unknown"},
      {[](Case* c) { c->record.hosts.emplace_back("quay.io"); },
       "node n1 is unknown: no proof of quay.io, quay.io by Talos"},
      {[](Case* c) { c->proofs.pop_back(); }, "node n1 is unknown: no proof of ghcr.io by Talos"},
      {[](Case* c) { c->proofs.erase(c->proofs.begin()); }, "no proof of ghcr.io"},
      {[](Case* c) { c->record.hosts.clear(); }, "node n1 is unknown"},
      {[](Case* c) { c->around.pulls["10.0.0.1"] = 106; },
       "node n1 is half-migrated: 10.0.0.1 was served from here at 1970-01-01T00:01:46Z"},
      {[](Case* c) { c->around.unlisted_pull_s = 106; },
       "node n1 is unknown: more machines are served from here than can be listed"},
      {[](Case* c) {
         c->around.dependents = {{"dhcp", "7 machines have their address from this appliance"}};
       },
       "7 machines have their address from this appliance: name what does it instead in"
       " handoff.replaced.dhcp"},
  };
  for (const auto& one : kCases) {
    Case changed = Fine();
    one.change(&changed);
    ASSERT_CONTAINS(changed.Reasons(), one.reason);
  }
}

void WhatWasBeforeTheProofOrIsReplacedIsNoReason(void**) {
  Case fine = Fine();
  fine.around.pulls["10.0.0.1"] = 100;
  fine.around.pulls["10.0.0.9"] = 1000;  // somebody else
  fine.around.dependents = {{"ntp", "7 machines"}};
  fine.settings.replaced["ntp"] = "10.0.0.254";
  assert_string_equal(fine.Reasons().c_str(), "");
  fine.settings.is_talos = false;
  fine.around.pulls["10.0.0.1"] = 90;
  fine.proofs.pop_back();
  assert_string_equal(fine.Reasons().c_str(), "");
}

// Its address is known by the proof alone.
void ANodeWithoutAnAddressIsKnownByItsProof(void**) {
  Case fine = Fine();
  fine.settings.nodes[0].address = "";
  fine.around.pulls["10.0.0.1"] = 1000;
  ASSERT_CONTAINS(fine.Reasons(), "half-migrated");
}

void ManyNodesAreCounted(void**) {
  Case many = Fine();
  for (int i = 0; i < 20; ++i) many.settings.nodes.push_back({"x" + std::to_string(i), ""});
  ASSERT_CONTAINS(many.Reasons(), "node x4 is unknown");
  ASSERT_CONTAINS(many.Reasons(), "and 15 nodes more");
  assert_true(many.Reasons().find("node x5 ") == std::string::npos);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EverythingProvenMayGo),
      cmocka_unit_test(EachThingThatIsMissingIsAReason),
      cmocka_unit_test(WhatWasBeforeTheProofOrIsReplacedIsNoReason),
      cmocka_unit_test(ANodeWithoutAnAddressIsKnownByItsProof),
      cmocka_unit_test(ManyNodesAreCounted),
  };
  return cmocka_run_group_tests_name("handoff/verdict", tests, nullptr, nullptr);
}
