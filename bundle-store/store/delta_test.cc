// Delta bundles: what they hold, what they say of themselves, and what they become when merged.
#include <filesystem>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/asset.h"
#include "store/bundle_testing.h"
#include "store/bundle_writer.h"
#include "store/diff.h"
#include "store/merge.h"
#include "store/offset_table.h"
#include "store/tar.h"
#include "store/verify.h"

namespace airgap {
namespace {

using testing::FaultEnv;
using testing::MakeTestPlan;
using testing::MemoryFile;
using testing::OpenBytes;
using testing::TempFolder;
using testing::TestAssetContent;
using testing::TestPlan;

using Bundles = std::vector<std::shared_ptr<Bundle>>;

// The next release: one image gone, one as it was under its tag, one moved tag, one new, the asset
// as it was.
TestPlan NextPlan() {
  TestPlan next("demo", "2.0");
  next.AddRoot(next.AddImage("tool layer"), "docker.io/library/tool:1");
  next.AddRoot(next.AddImage("app layer, next"), "ghcr.io/org/app:v1");
  next.AddRoot(next.AddImage("a new image"), "ghcr.io/org/new:v2");
  next.AddAsset("boot/kernel", TestAssetContent());
  return next;
}

std::string NextDelta(const Bundles& bases) {
  TestPlan next = NextPlan();
  ASSERT_OK(LeaveOutHeld(bases, &next.plan));
  return next.Encode();
}

void ADeltaCarriesNoBlobThatTheBaseHolds(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto whole = OpenBytes(NextPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}));
  assert_true(delta->is_delta());
  assert_false(whole->is_delta());
  ASSERT_TEXT(delta->identity().ToString(), whole->identity().ToString());
  for (const BlobEntry& blob : delta->blobs()) assert_false(base->Find(blob.digest).has_value());
  for (const BlobEntry& blob : delta->absent()) {
    assert_true(base->Find(blob.digest).has_value());
    assert_true(delta->FindAbsent(blob.digest) == &blob);
    assert_false(delta->Find(blob.digest).has_value());
  }
  assert_int_equal(delta->blobs().size() + delta->absent().size(), whole->blobs().size());
  BundleDiff diff = DiffBundles({base}, *delta);
  assert_int_equal(diff.delta.blobs, delta->blobs().size());
  assert_int_equal(diff.added_blobs.blobs, delta->blobs().size());
  assert_int_equal(diff.same_blobs.bytes, delta->absent_bytes());
}

void ADiffNamesWhatChanges(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto whole = OpenBytes(NextPlan().Encode());
  BundleDiff diff = DiffBundles({base}, *whole);
  assert_int_equal(diff.added.size(), 1);
  ASSERT_TEXT(diff.added[0].name, "ghcr.io/org/new:v2");
  assert_int_equal(diff.changed.size(), 1);
  ASSERT_TEXT(diff.changed[0].name, "ghcr.io/org/app:v1");
  assert_true(diff.changed[0].before != diff.changed[0].after);
  assert_int_equal(diff.removed.size(), 3);  // multi, quay's app, the SBOM
  assert_int_equal(diff.same_references, 2);
  assert_true(diff.removed_blobs.blobs > 0);
  BundleDiff none = DiffBundles({base}, *base);
  assert_int_equal(none.added.size() + none.removed.size() + none.changed.size(), 0);
  assert_int_equal(none.delta.blobs, 0);
}

Result<Digest> MergeDelta(Env* env, const std::string& path, const Bundles& bases,
                          const std::shared_ptr<Bundle>& delta) {
  ASSIGN_OR_RETURN(auto merge, MergePlan::Make(bases, delta));
  return WriteBundle(env, path, merge->plan(), nullptr);
}

std::string Merge(const Bundles& bases, const std::shared_ptr<Bundle>& delta) {
  TempFolder folder;
  ASSERT_OK(MergeDelta(RealEnv(), folder / "m.tar", bases, delta));
  auto bytes = ReadWholeFile(RealEnv(), folder / "m.tar", UINT64_MAX);
  ASSERT_OK(bytes);
  return *bytes;
}

void AMergedDeltaIsTheWholeBundle(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  std::string whole = NextPlan().Encode();
  auto delta = OpenBytes(NextDelta({base}));
  assert_true(Merge({base}, delta) == whole);
  // A delta of nothing but index.json, over the bundle that it is a delta to.
  auto empty = OpenBytes(NextDelta({OpenBytes(whole)}));
  assert_int_equal(empty->blobs().size(), 0);
  assert_true(Merge({OpenBytes(whole)}, empty) == whole);
  // Over a bundle and a delta, and over that delta alone.
  auto third = OpenBytes(NextDelta({delta}));
  assert_true(Merge({base, delta}, third) == whole);
  ASSERT_CODE(MergeDelta(RealEnv(), "/nowhere/x", {delta}, third).status(), Code::kNotFound);
}

void AMergeWithTheWrongBaseNamesWhatIsMissing(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}));
  TestPlan other("other", "1");
  other.AddRoot(other.AddImage("tool layer"), "docker.io/library/tool:1");
  auto wrong = OpenBytes(other.Encode());
  TempFolder folder;
  auto merged = MergeDelta(RealEnv(), folder / "m.tar", {wrong}, delta);
  ASSERT_CODE(merged.status(), Code::kNotFound);
  assert_int_equal(MissingFrom({wrong}, *delta).size(), 3);  // the asset: manifest, config, file
  assert_true(std::filesystem::is_empty(folder.path()));
}

void AMergeWithADamagedBaseMakesNothing(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}));
  std::string damaged = MakeTestPlan().Encode();
  const BlobEntry& file = base->blobs()[*base->Find(Digest::Of(AsBytes(TestAssetContent())))];
  damaged[file.offset_bytes + file.size_bytes / 2] ^= 1;
  TempFolder folder;
  auto merged = MergeDelta(RealEnv(), folder / "m.tar", {OpenBytes(damaged)}, delta);
  ASSERT_CODE(merged.status(), Code::kCorrupt);
  ASSERT_CONTAINS(merged.status().message(), file.digest.ToString());
  assert_true(std::filesystem::is_empty(folder.path()));
}

void AMergeThatFailsLeavesNothing(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}));
  bool finished = false;
  for (uint64_t fail_at = 1; !finished; ++fail_at) {
    TempFolder folder;
    FaultEnv env(fail_at, ENOSPC);
    finished = MergeDelta(&env, folder / "m.tar", {base}, delta).ok();
    assert_true(finished || std::filesystem::is_empty(folder.path()));
    assert_true(fail_at < 10'000);
  }
}

void VerifyProvesADeltaAloneAndWithItsBase(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}));
  VerifyReport alone = VerifyBundle(*delta, nullptr, nullptr);
  assert_true(alone.ok());
  assert_int_equal(alone.absent_blobs, delta->absent().size());
  assert_int_equal(alone.absent_bytes, delta->absent_bytes());
  assert_int_equal(alone.verified_elsewhere_blobs, 0);
  VerifyReport both = VerifyBundle(*delta, nullptr, nullptr, ProveInFileOrder, {base});
  assert_true(both.ok());
  assert_int_equal(both.verified_elsewhere_blobs, delta->absent().size());

  TestPlan other("other", "1");
  other.AddRoot(other.AddImage("another"), "docker.io/library/tool:1");
  VerifyReport wrong =
      VerifyBundle(*delta, nullptr, nullptr, ProveInFileOrder, {OpenBytes(other.Encode())});
  assert_int_equal(wrong.problems.size(), delta->absent().size());

  std::string damaged = MakeTestPlan().Encode();
  const BlobEntry& file = base->blobs()[*base->Find(Digest::Of(AsBytes(TestAssetContent())))];
  damaged[file.offset_bytes] ^= 1;
  VerifyReport bad = VerifyBundle(*delta, nullptr, nullptr, ProveInFileOrder, {OpenBytes(damaged)});
  assert_int_equal(bad.corrupt.size(), 1);
  ASSERT_TEXT(bad.corrupt[0].ToString(), file.digest.ToString());
}

// A delta that lists less than it lacks: a blob is neither carried nor listed.
void WhatIsNeitherCarriedNorListedIsMissing(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}));
  TestPlan next = NextPlan();
  Descriptor unplanned = next.AddBlob("unplanned", media_type::kOciLayerGzip);
  TestPlan lacking("demo", "2.0");
  Descriptor config = lacking.AddBlob("{}", media_type::kOciConfig);
  JsonBuilder builder;
  builder.root().Put("schemaVersion", 2);
  builder.root().Put("mediaType", media_type::kOciManifest);
  config.WriteTo(builder.root().PutObject("config"));
  unplanned.WriteTo(builder.root().PutArray("layers").AddObject());
  lacking.AddRoot(lacking.AddManifest(builder.ToText(), media_type::kOciManifest), "a.io/b:c");
  lacking.plan.LeaveOut(config.digest);
  VerifyReport report =
      VerifyBundle(*OpenBytes(lacking.Encode()), nullptr, nullptr, ProveInFileOrder, {base});
  assert_int_equal(report.problems.size(), 1);
  ASSERT_CONTAINS(report.problems[0], unplanned.digest.ToString());
}

void TogetherTheyServeEverything(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode(), "base.tar");
  auto delta = OpenBytes(NextDelta({base}), "delta.tar");
  for (const Bundles& order : {Bundles{base, delta}, Bundles{delta, base}}) {
    auto catalog = Catalog::Build(order);
    assert_int_equal(catalog->Gaps().size(), 0);
    for (const Descriptor& root : delta->index().manifests) {
      Descriptor found;
      ASSERT_OK(catalog->ReadManifest(root.digest, &found));
      ASSERT_TEXT(found.media_type, root.media_type);
    }
    for (const BlobEntry& blob : delta->absent()) ASSERT_OK(catalog->FindBlob(blob.digest));
    auto reader = AssetReader::Open(catalog, *catalog->FindAsset("boot/kernel"));
    ASSERT_OK(reader);
    ASSERT_OK((*reader)->VerifyRange(0, (*reader)->size_bytes()));
  }
}

void ADeltaAloneSaysWhatItLacks(void**) {
  auto base = OpenBytes(MakeTestPlan().Encode());
  auto delta = OpenBytes(NextDelta({base}), "delta.tar");
  auto catalog = Catalog::Build({delta});
  assert_int_equal(catalog->Gaps().size(), 1);
  ASSERT_CONTAINS(catalog->Gaps()[0], "delta.tar is a delta");
  ASSERT_CONTAINS(catalog->Gaps()[0], std::to_string(delta->absent().size()) + " of its blobs");
  auto found = catalog->FindBlob(delta->absent()[0].digest);
  ASSERT_CODE(found.status(), Code::kNotFound);
  ASSERT_CONTAINS(found.status().message(), "absent from the delta delta.tar");
  auto reader = AssetReader::Open(catalog, *catalog->FindAsset("boot/kernel"));
  ASSERT_CONTAINS(reader.status().message(), "absent from the delta");
}

std::string Entry(const std::string& name, const std::string& content) {
  return FormatTarHeader(name, content.size()) + content +
         std::string(TarPaddingBytes(content.size()), '\0');
}

std::string WithAbsentEntry(const std::string& content) {
  return Entry("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}") +
         Entry("index.json", "{\"schemaVersion\":2,\"manifests\":[]}") +
         Entry(kOffsetTableName, EncodeOffsetTable({})) + Entry("cozy-airgap/other", "later") +
         Entry(kAbsentTableName, content) + std::string(1024, '\0');
}

Status OpenStatus(std::string bytes) {
  uint64_t size = bytes.size();
  auto result = Bundle::Open(std::make_shared<MemoryFile>(std::move(bytes), "x.tar"), 0, size);
  return result.ok() ? OkStatus() : result.status();
}

void ADamagedListOfAbsentBlobsIsRefused(void**) {
  BlobEntry blob{Digest::Of(AsBytes("x")), 0, 1, ManifestKind::kNone};
  ASSERT_OK(OpenStatus(WithAbsentEntry(EncodeAbsentTable({blob}))));
  std::string table = EncodeAbsentTable({blob});
  table[70] ^= 1;
  ASSERT_CODE(OpenStatus(WithAbsentEntry(table)), Code::kCorrupt);
  blob.offset_bytes = 512;
  ASSERT_CODE(OpenStatus(WithAbsentEntry(EncodeOffsetTable({blob}))), Code::kCorrupt);
  blob = {Digest::Of(AsBytes("x")), 0, UINT64_MAX, ManifestKind::kNone};
  ASSERT_CODE(OpenStatus(WithAbsentEntry(EncodeAbsentTable({blob}))), Code::kCorrupt);
  ASSERT_CODE(OpenStatus(WithAbsentEntry("")), Code::kCorrupt);
}

void ABlobIsNotBothHeldAndAbsent(void**) {
  auto whole = OpenBytes(NextPlan().Encode());
  // The blob of the one kind of entry that may stand there twice: made by hand.
  BlobEntry held = whole->blobs()[0];
  std::string front = Entry("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}") +
                      Entry("index.json", whole->index_json());
  held.offset_bytes = TarHeaderBytes(held.size_bytes);
  std::string made = front + Entry(kOffsetTableName, EncodeOffsetTable({held})) +
                     Entry(kAbsentTableName, EncodeAbsentTable({held})) + std::string(4096, '\0');
  Status status = OpenStatus(made);
  ASSERT_CODE(status, Code::kCorrupt);
  ASSERT_CONTAINS(status.message(), "lists it as absent");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ADeltaCarriesNoBlobThatTheBaseHolds),
      cmocka_unit_test(ADiffNamesWhatChanges),
      cmocka_unit_test(AMergedDeltaIsTheWholeBundle),
      cmocka_unit_test(AMergeWithTheWrongBaseNamesWhatIsMissing),
      cmocka_unit_test(AMergeWithADamagedBaseMakesNothing),
      cmocka_unit_test(AMergeThatFailsLeavesNothing),
      cmocka_unit_test(VerifyProvesADeltaAloneAndWithItsBase),
      cmocka_unit_test(WhatIsNeitherCarriedNorListedIsMissing),
      cmocka_unit_test(TogetherTheyServeEverything),
      cmocka_unit_test(ADeltaAloneSaysWhatItLacks),
      cmocka_unit_test(ADamagedListOfAbsentBlobsIsRefused),
      cmocka_unit_test(ABlobIsNotBothHeldAndAbsent),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
