#include "handoff/push_plan.h"

#include "base/testing.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

const PlannedRepository& Named(const HandoffPlan& plan, std::string_view name) {
  for (const PlannedRepository& repository : plan.repositories) {
    if (repository.name == name) return repository;
  }
  fail_msg("no repository %s", std::string(name).c_str());
  abort();
}

void ChildrenComeBeforeParentsAndEachRepositoryHasItsBlobs(void**) {
  auto catalog = Catalog::Build({testing::OpenBytes(testing::MakeTestPlan().Encode())});
  auto plan = HandoffPlan::Make(*catalog);
  ASSERT_OK(plan);
  const PlannedRepository& multi = Named(*plan, "ghcr.io/org/multi");
  assert_int_equal(multi.manifests.size(), 3);
  assert_int_equal(multi.manifests[0].height, 0);
  assert_int_equal(multi.manifests[2].height, 1);
  assert_true(IsIndexKind(KindOfMediaType(multi.manifests[2].descriptor.media_type)));
  assert_true(multi.tags.at("v1") == multi.manifests[2].descriptor.digest);
  // An image and what refers to it.
  const PlannedRepository& tool = Named(*plan, "docker.io/library/tool");
  assert_int_equal(tool.manifests.size(), 2);
  size_t with_subject = 0;
  for (const PlannedManifest& manifest : tool.manifests) {
    with_subject += manifest.subject.has_value() ? 1 : 0;
    assert_false(manifest.is_absent);
  }
  assert_int_equal(with_subject, 1);
  const PlannedRepository& asset = Named(*plan, "airgap.internal/assets/boot/kernel");
  assert_int_equal(asset.tags.count(kAssetTag), 1);
  assert_true(plan->sparse.empty());
  assert_true(plan->total_bytes > testing::TestAssetContent().size());
}

void NamesOfTheTargetAreOnesThatItTakes(void**) {
  ASSERT_TEXT(TargetRepository("localhost:5000", "org/x"), "localhost_5000/org/x");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ChildrenComeBeforeParentsAndEachRepositoryHasItsBlobs),
      cmocka_unit_test(NamesOfTheTargetAreOnesThatItTakes),
  };
  return cmocka_run_group_tests_name("handoff/push_plan", tests, nullptr, nullptr);
}
