#include "handoff/journal.h"

#include "base/testing.h"

namespace airgap {
namespace {

void WhatIsSavedIsThereAgain(void**) {
  testing::TempFolder folder;
  std::string path = folder / "journal.db";
  HandoffRecord record;
  record.phase = HandoffPhase::kCutover;
  record.run = "r1";
  record.secret = "s";
  record.registry = "https://r";
  record.bundles = {"demo 1 sha256:0"};
  record.hosts = {"docker.io", "ghcr.io"};
  record.failure = "f";
  record.tags_count = 1;
  record.manifests_count = 2;
  record.blobs_count = 3;
  record.uploaded_bytes = 4;
  record.hashed_bytes = 5;
  record.started_s = 6;
  record.pushed_s = 7;
  record.verified_s = 8;
  record.retired_s = 9;
  record.probes = {"ghcr.io sha256:1"};
  record.talos_probes = {"ghcr.io sha256:2"};
  {
    auto journal = HandoffJournal::Open(path);
    ASSERT_OK(journal);
    assert_string_equal((*journal)->record().run.c_str(), "");
    assert_true((*journal)->record().phase == HandoffPhase::kSeeding);
    ASSERT_OK((*journal)->Save(record, "first"));
    ASSERT_OK((*journal)->AddProof("r1", {"n1", "ghcr.io", "container", "10.0.0.1", 10}));
    ASSERT_OK((*journal)->AddProof("r1", {"n1", "ghcr.io", "container", "10.0.0.2", 11}));
    ASSERT_OK((*journal)->AddPull("r1", "10.0.0.1", 20));
    ASSERT_OK((*journal)->AddPull("r1", "10.0.0.1", 19));
    ASSERT_OK((*journal)->AddPull("r0", "10.0.0.3", 21));
    ASSERT_OK((*journal)->AddProof("r0", {"n1", "ghcr.io", "container", "10.0.0.3", 12}));
  }
  auto journal = HandoffJournal::Open(path);
  ASSERT_OK(journal);
  HandoffRecord read = (*journal)->record();
  assert_true(read.phase == record.phase && read.run == record.run);
  assert_true(read.secret == record.secret && read.registry == record.registry);
  assert_true(read.bundles == record.bundles && read.hosts == record.hosts);
  assert_true(read.failure == record.failure && read.probes == record.probes);
  assert_true(read.talos_probes == record.talos_probes);
  assert_int_equal(read.tags_count, 1);
  assert_int_equal(read.manifests_count, 2);
  assert_int_equal(read.blobs_count, 3);
  assert_int_equal(read.uploaded_bytes, 4);
  assert_int_equal(read.hashed_bytes, 5);
  assert_int_equal(read.started_s, 6);
  assert_int_equal(read.pushed_s, 7);
  assert_int_equal(read.verified_s, 8);
  assert_int_equal(read.retired_s, 9);
  auto proofs = (*journal)->Proofs("r1");
  ASSERT_OK(proofs);
  assert_int_equal(proofs->size(), 1);
  assert_string_equal(proofs->at(0).address.c_str(), "10.0.0.2");
  assert_int_equal(proofs->at(0).at_s, 11);
  auto pulls = (*journal)->Pulls("r1");
  ASSERT_OK(pulls);
  assert_int_equal(pulls->size(), 1);
  assert_int_equal(pulls->at("10.0.0.1"), 20);
  auto events = (*journal)->Events();
  ASSERT_OK(events);
  assert_int_equal(events->size(), 1);
  assert_string_equal(events->at(0).line.c_str(), "first");
}

void TheNewestEventsAreListedInTheirOrder(void**) {
  testing::TempFolder folder;
  auto journal = HandoffJournal::Open(folder / "journal.db");
  ASSERT_OK(journal);
  for (int i = 0; i < 150; ++i) ASSERT_OK((*journal)->Save({}, std::to_string(i)));
  auto events = (*journal)->Events();
  ASSERT_OK(events);
  assert_int_equal(events->size(), 100);
  assert_string_equal(events->front().line.c_str(), "50");
  assert_string_equal(events->back().line.c_str(), "149");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatIsSavedIsThereAgain),
      cmocka_unit_test(TheNewestEventsAreListedInTheirOrder),
  };
  return cmocka_run_group_tests_name("handoff/journal", tests, nullptr, nullptr);
}
