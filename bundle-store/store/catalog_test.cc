#include "store/catalog.h"

#include "base/testing.h"
#include "store/asset.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

using testing::MakeTestPlan;
using testing::OpenBytes;
using testing::TestAssetContent;

std::shared_ptr<const Catalog> TestCatalog() {
  return Catalog::Build({OpenBytes(MakeTestPlan().Encode())});
}

void NsIsAClosedWorldKey(void**) {
  auto catalog = TestCatalog();
  auto app = catalog->FindRepository("ghcr.io", "org/app");
  ASSERT_OK(app);
  ASSERT_TEXT((*app)->host, "ghcr.io");
  auto other = catalog->FindRepository("quay.io", "org/app");
  ASSERT_OK(other);
  assert_true((*app)->tags.at("v1") != (*other)->tags.at("v1"));
  auto nobody = catalog->FindRepository("example.com", "org/app");
  ASSERT_CODE(nobody.status(), Code::kNotFound);
}

void ShortNamesOfDockerHubAreLibraryNames(void**) {
  auto catalog = TestCatalog();
  for (auto [ns, name] : {std::pair{"docker.io", "library/tool"},
                          {"docker.io", "tool"},
                          {"registry-1.docker.io", "tool"},
                          {"", "docker.io/tool"},
                          {"", "docker.io/library/tool"},
                          {"", "tool"},
                          {"", "library/tool"}}) {
    auto found = catalog->FindRepository(ns, name);
    ASSERT_OK(found);
    ASSERT_TEXT((*found)->name, "library/tool");
  }
}

void APathPrefixNamesTheUpstream(void**) {
  auto catalog = TestCatalog();
  ASSERT_OK(catalog->FindRepository("", "quay.io/org/app"));
  // A mirror with an override path sends both.
  ASSERT_OK(catalog->FindRepository("quay.io", "quay.io/org/app"));
  auto crossed = catalog->FindRepository("quay.io", "ghcr.io/org/app");
  ASSERT_CODE(crossed.status(), Code::kNotFound);
}

void AnAmbiguousBareNameNamesTheCandidates(void**) {
  auto catalog = TestCatalog();
  auto found = catalog->FindRepository("", "org/app");
  ASSERT_CODE(found.status(), Code::kAmbiguous);
  ASSERT_CONTAINS(found.status().message(), "ghcr.io/org/app, quay.io/org/app");
  ASSERT_OK(catalog->FindRepository("", "org/multi"));
}

void AHostWithAPortMayBeWrittenWithAnUnderscore(void**) {
  testing::TestPlan test("ports", "1");
  test.AddRoot(test.AddImage("with port"), "localhost:5000/x:v1");
  auto catalog = Catalog::Build({OpenBytes(test.Encode())});
  ASSERT_OK(catalog->FindRepository("localhost:5000", "x"));
  ASSERT_OK(catalog->FindRepository("", "localhost_5000/x"));
  ASSERT_OK(catalog->FindRepository("", "localhost:5000/x"));
}

void ManifestsComeVerifiedWithTheirMediaType(void**) {
  auto catalog = TestCatalog();
  auto repository = catalog->FindRepository("quay.io", "org/app");
  Descriptor descriptor;
  auto text = catalog->ReadManifest((*repository)->tags.at("v1"), &descriptor);
  ASSERT_OK(text);
  ASSERT_TEXT(descriptor.media_type, media_type::kDockerManifest);
  assert_int_equal(descriptor.size_bytes, (*text)->size());
  Digest layer = Digest::Of(AsBytes("app layer from quay"));
  auto blob = catalog->ReadManifest(layer, &descriptor);
  ASSERT_CODE(blob.status(), Code::kNotFound);
}

void ManifestsAreServedFromMemoryOnceLoaded(void**) {
  std::string bytes = MakeTestPlan().Encode();
  auto catalog = Catalog::Build({OpenBytes(bytes)});
  catalog->LoadManifests();
  for (const BlobEntry& blob : catalog->bundles()[0]->blobs()) {
    auto number = catalog->bundles()[0]->Find(blob.digest);
    catalog->bundles()[0]->SetState(*number, BlobState::kCorrupt);
  }
  Descriptor descriptor;
  auto repository = catalog->FindRepository("ghcr.io", "org/multi");
  ASSERT_OK(catalog->ReadManifest((*repository)->tags.at("v1"), &descriptor));
}

void ReferrersAreListed(void**) {
  auto catalog = TestCatalog();
  auto repository = catalog->FindRepository("docker.io", "tool");
  auto listed = catalog->Referrers(**repository, (*repository)->tags.at("1"));
  assert_int_equal(listed.size(), 1);
  ASSERT_TEXT(listed[0].artifact_type, "application/spdx+json");
  ASSERT_TEXT(listed[0].Annotation("made.by"), "test");
  assert_int_equal(catalog->Referrers(**repository, Digest()).size(), 0);
}

void TheLaterBundleWinsATagAndTheConflictIsNamed(void**) {
  testing::TestPlan newer("newer", "2");
  Descriptor image = newer.AddImage("newer app");
  newer.AddRoot(image, "ghcr.io/org/app:v1");
  auto old = OpenBytes(MakeTestPlan().Encode(), "old.tar");
  auto catalog = Catalog::Build({old, OpenBytes(newer.Encode(), "new.tar")});
  auto repository = catalog->FindRepository("ghcr.io", "org/app");
  assert_true((*repository)->tags.at("v1") == image.digest);
  assert_int_equal((*repository)->roots.size(), 2);
  assert_int_equal(catalog->conflicts().size(), 1);
  ASSERT_CONTAINS(catalog->conflicts()[0], "ghcr.io/org/app:v1");
}

void ACorruptCopyGivesWayToAnother(void**) {
  std::string bytes = MakeTestPlan().Encode();
  auto first = OpenBytes(bytes, "first.tar");
  auto catalog = Catalog::Build({first, OpenBytes(bytes, "second.tar")});
  Digest layer = Digest::Of(AsBytes("tool layer"));
  first->SetState(*first->Find(layer), BlobState::kCorrupt);
  auto blob = catalog->FindBlob(layer);
  ASSERT_OK(blob);
  ASSERT_TEXT(blob->bundle->location(), "second.tar");
  catalog->bundles()[1]->SetState(blob->blob_number, BlobState::kCorrupt);
  ASSERT_CODE(catalog->FindBlob(layer).status(), Code::kCorrupt);
}

void ADamagedManifestIsReadFromAnotherBundle(void**) {
  std::string whole = MakeTestPlan().Encode();
  auto catalog = Catalog::Build({OpenBytes(whole)});
  Digest wanted = (*catalog->FindRepository("quay.io", "org/app"))->tags.at("v1");
  Descriptor descriptor;
  std::string text = **catalog->ReadManifest(wanted, &descriptor);
  std::string damaged = whole;
  damaged[damaged.find(text) + text.size() / 2] ^= 0x55;

  catalog = Catalog::Build({OpenBytes(damaged, "first.tar"), OpenBytes(whole, "second.tar")});
  auto read = catalog->ReadManifest(wanted, &descriptor);
  ASSERT_OK(read);
  ASSERT_TEXT(**read, text);
  auto first = catalog->bundles()[0];
  assert_true(first->state(*first->Find(wanted)) == BlobState::kCorrupt);

  catalog = Catalog::Build({OpenBytes(damaged, "first.tar"), OpenBytes(damaged, "second.tar")});
  for (int again = 0; again < 2; ++again) {
    ASSERT_CODE(catalog->ReadManifest(wanted, &descriptor).status(), Code::kCorrupt);
  }
}

void AnAssetIsVerifiedChunkByChunk(void**) {
  auto catalog = TestCatalog();
  auto location = catalog->FindAsset("boot/kernel");
  ASSERT_OK(location);
  auto reader = AssetReader::Open(catalog, *location);
  ASSERT_OK(reader);
  std::string content = TestAssetContent();
  assert_int_equal((*reader)->size_bytes(), content.size());
  ASSERT_TEXT((*reader)->file_name(), "kernel");
  assert_false((*reader)->IsRangeVerified(0, 10));
  std::vector<uint8_t> out(1000);
  ASSERT_OK((*reader)->Read(1'048'000, out));
  assert_memory_equal(out.data(), content.data() + 1'048'000, out.size());
  assert_true((*reader)->IsRangeVerified(0, uint64_t{2} * 1'048'576));
  assert_false((*reader)->IsRangeVerified(0, content.size()));
  ASSERT_CODE((*reader)->Read(content.size() - 10, out), Code::kInvalidArgument);
}

void ADamagedAssetIsWithdrawn(void**) {
  std::string bytes = MakeTestPlan().Encode();
  std::string content = TestAssetContent();
  size_t start = bytes.find(content.substr(0, 4096));
  bytes[start + 1'500'000] = static_cast<char>(bytes[start + 1'500'000] ^ 1);
  auto catalog = Catalog::Build({OpenBytes(bytes)});
  auto reader = AssetReader::Open(catalog, *catalog->FindAsset("boot/kernel"));
  ASSERT_OK(reader);
  std::vector<uint8_t> out(1000);
  ASSERT_OK((*reader)->Read(0, out));
  Status status = (*reader)->Read(1'500'000, out);
  ASSERT_CODE(status, Code::kCorrupt);
  ASSERT_CONTAINS(status.message(), "asset /boot/kernel");
  ASSERT_CODE((*reader)->Read(0, out), Code::kCorrupt);
  assert_false((*reader)->IsRangeVerified(0, 10));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(NsIsAClosedWorldKey),
      cmocka_unit_test(ShortNamesOfDockerHubAreLibraryNames),
      cmocka_unit_test(APathPrefixNamesTheUpstream),
      cmocka_unit_test(AnAmbiguousBareNameNamesTheCandidates),
      cmocka_unit_test(AHostWithAPortMayBeWrittenWithAnUnderscore),
      cmocka_unit_test(ManifestsComeVerifiedWithTheirMediaType),
      cmocka_unit_test(ManifestsAreServedFromMemoryOnceLoaded),
      cmocka_unit_test(ReferrersAreListed),
      cmocka_unit_test(TheLaterBundleWinsATagAndTheConflictIsNamed),
      cmocka_unit_test(ACorruptCopyGivesWayToAnother),
      cmocka_unit_test(ADamagedManifestIsReadFromAnotherBundle),
      cmocka_unit_test(AnAssetIsVerifiedChunkByChunk),
      cmocka_unit_test(ADamagedAssetIsWithdrawn),
  };
  return cmocka_run_group_tests_name("store/catalog", tests, nullptr, nullptr);
}
