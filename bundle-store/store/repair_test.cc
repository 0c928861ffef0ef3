#include "store/repair.h"

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/bundle_testing.h"
#include "store/keys_testing.h"
#include "store/offset_table.h"
#include "store/sign_bundle.h"
#include "store/split_file.h"
#include "store/tar.h"

namespace airgap {
namespace {

using testing::FaultEnv;
using testing::MakeTestPlan;
using testing::OpenBytes;
using testing::TempFolder;

// A whole bundle in `good` and a damaged copy in `bad`.
class Bench {
 public:
  TempFolder folder;
  std::string good = folder / "good.tar";
  std::string bad = folder / "bad.tar";
  std::string bytes = MakeTestPlan().Encode();

  Bench() {
    Write(good, bytes);
    Write(bad, bytes);
  }

  static void Write(const std::string& path, const std::string& text) {
    ASSERT_OK(WriteWholeFile(RealEnv(), path, text, 0644));
  }
  static std::string Read(const std::string& path) {
    auto text = ReadWholeFile(RealEnv(), path, UINT64_MAX);
    ASSERT_OK(text);
    return *text;
  }
  // Changes bytes of the bad copy.
  void Damage(size_t offset, size_t size = 1) {
    std::string text = Read(bad);
    for (size_t i = offset; i < offset + size; ++i) text[i] = static_cast<char>(text[i] ^ 0x55);
    Write(bad, text);
  }
  Result<std::vector<RepairedBundle>> Repair(std::optional<Digest> identity = std::nullopt,
                                             Env* env = RealEnv()) {
    return RepairBundles(env, {bad, good, identity}, ProveInFileOrder, nullptr);
  }
  bool IsRepaired() { return Read(bad) == bytes; }
  std::shared_ptr<Bundle> Whole() { return OpenBytes(bytes); }
  const BlobEntry& Blob(const Digest& digest) {
    if (!whole_) whole_ = Whole();
    return whole_->blobs()[*whole_->Find(digest)];
  }

 private:
  std::shared_ptr<Bundle> whole_;
};

Digest LargestBlob(const Bundle& bundle) {
  const BlobEntry* largest = bundle.blobs().data();
  for (const BlobEntry& blob : bundle.blobs()) {
    if (blob.size_bytes > largest->size_bytes) largest = &blob;
  }
  return largest->digest;
}

void AWholeBundleIsLeftAlone(void**) {
  Bench bench;
  FaultEnv env;
  auto results = bench.Repair(std::nullopt, &env);
  ASSERT_OK(results);
  assert_true(results->at(0).repaired.empty() && results->at(0).problems.empty());
  assert_false(results->at(0).front_restored);
  assert_int_equal(env.changes(), 1);  // a sync
  assert_true(bench.IsRepaired());
}

void EveryDamagedByteIsRepairedWhereverItIs(void**) {
  Bench bench;
  auto whole = bench.Whole();
  const BlobEntry& large = bench.Blob(LargestBlob(*whole));
  const BlobEntry& small = bench.Blob(Digest::Of(AsBytes("tool layer")));
  size_t index = bench.bytes.find("{\"schemaVersion\"");
  size_t table = bench.bytes.find("cozy-airgap-tab\n");
  size_t signatures = bench.bytes.find("{\"signatures\"");
  const size_t places[] = {0,           // the first header
                           512,         // oci-layout
                           1024 + 148,  // the header of index.json
                           index,       // no JSON any more
                           table,
                           table + 70,   // the table and a record of it
                           table - 512,  // its header
                           signatures,
                           signatures - 512,
                           large.offset_bytes,
                           large.offset_bytes + large.size_bytes - 1,
                           large.offset_bytes - 512,        // a blob's name
                           large.offset_bytes - 512 + 150,  // and its header's checksum
                           small.offset_bytes,
                           bench.bytes.size() - 1024,
                           bench.bytes.size() - 1};
  for (size_t place : places) {
    bench.Damage(place);
    auto results = bench.Repair();
    ASSERT_OK(results);
    assert_true(results->at(0).problems.empty());
    if (!bench.IsRepaired()) print_error("damage at %zu stays\n", place);
    assert_true(bench.IsRepaired());
  }
}

void OnlyBadBlobsAreWritten(void**) {
  Bench bench;
  // The good copy is signed and the bad one is not: that must stay.
  ASSERT_OK(SignBundles(RealEnv(), bench.good, testing::TestPrivateKey(1)));
  const BlobEntry& blob = bench.Blob(Digest::Of(AsBytes("tool layer")));
  bench.Damage(blob.offset_bytes + 3);
  auto results = bench.Repair();
  ASSERT_OK(results);
  assert_int_equal(results->at(0).repaired.size(), 1);
  assert_true(results->at(0).repaired[0] == blob.digest);
  assert_true(bench.IsRepaired());
}

void SignaturesThatCanBeReadStayWhenTheFrontIsRestored(void**) {
  Bench bench;
  ASSERT_OK(SignBundles(RealEnv(), bench.bad, testing::TestPrivateKey(2)));
  std::string before = bench.Read(bench.bad);
  bench.Damage(bench.bytes.find("cozy-airgap-tab\n"));
  auto results = bench.Repair();
  ASSERT_OK(results);
  assert_true(results->at(0).front_restored);
  assert_true(bench.Read(bench.bad) == before);
}

void ATruncatedFileGetsItsLengthBack(void**) {
  Bench bench;
  for (size_t left : {bench.bytes.size() - 100, bench.bytes.size() / 2, size_t{20'000}}) {
    Bench::Write(bench.bad, bench.bytes.substr(0, left));
    auto results = bench.Repair();
    ASSERT_OK(results);
    assert_true(results->at(0).problems.empty());
    assert_true(bench.IsRepaired());
  }
}

void ABlobThatNobodyHasStaysBadAndIsNamed(void**) {
  Bench bench;
  const BlobEntry& lost = bench.Blob(Digest::Of(AsBytes("tool layer")));
  const BlobEntry& other = bench.Blob(LargestBlob(*bench.Whole()));
  bench.Damage(lost.offset_bytes);
  bench.Damage(other.offset_bytes);
  std::string both = bench.bytes;
  both[lost.offset_bytes] = 'X';
  Bench::Write(bench.good, both);  // the same blob is bad in both
  std::string before = bench.Read(bench.bad);
  auto results = bench.Repair();
  ASSERT_OK(results);
  assert_int_equal(results->at(0).unrepaired.size(), 1);
  assert_true(results->at(0).unrepaired[0] == lost.digest);
  ASSERT_CONTAINS(results->at(0).problems.at(0), lost.digest.ToString() + " stays bad");
  assert_int_equal(results->at(0).repaired.size(), 1);
  std::string after = bench.Read(bench.bad);
  assert_int_equal(after[lost.offset_bytes], before[lost.offset_bytes]);

  testing::TestPlan small("small", "1");
  small.AddRoot(small.AddImage("something else"), "ghcr.io/org/else:v1");
  Bench::Write(bench.good, small.Encode());
  results = bench.Repair();
  ASSERT_OK(results);
  ASSERT_CONTAINS(results->at(0).problems.at(0), "no bundle of --from has it");
}

void AnotherBundleThatHasTheBlobWillDo(void**) {
  Bench bench;
  testing::TestPlan other("other", "1");
  other.AddRoot(other.AddImage("tool layer"), "ghcr.io/org/else:v1");
  Bench::Write(bench.good, other.Encode());
  bench.Damage(bench.Blob(Digest::Of(AsBytes("tool layer"))).offset_bytes);
  auto results = bench.Repair();
  ASSERT_OK(results);
  assert_true(results->at(0).problems.empty());
  assert_true(bench.IsRepaired());
  // But not for what stands before the blobs.
  bench.Damage(bench.bytes.find("cozy-airgap-tab\n"));
  results = bench.Repair();
  ASSERT_CODE(results.status(), Code::kCorrupt);
  ASSERT_CONTAINS(results.status().message(), "another copy of the same bundle");
}

void AnIndexThatWasChangedIsRestoredByIdentity(void**) {
  Bench bench;
  Digest identity = bench.Whole()->identity();
  std::string text = bench.bytes;
  text.replace(text.find("ghcr.io/org/app:v1"), 18, "ghcr.io/org/app:v2");
  Bench::Write(bench.bad, text);
  // It is a bundle of its own, as far as anybody can tell.
  ASSERT_OK(bench.Repair());
  assert_true(bench.Read(bench.bad) == text);
  ASSERT_OK(bench.Repair(identity));
  assert_true(bench.IsRepaired());
  auto results = bench.Repair(Digest::Of(AsBytes("another")));
  ASSERT_CODE(results.status(), Code::kCorrupt);
  assert_true(bench.IsRepaired());
}

void AnInterruptedRepairLeavesOnlyBadBlobsBad(void**) {
  Bench bench;
  const BlobEntry& first = bench.Blob(Digest::Of(AsBytes("tool layer")));
  const BlobEntry& second = bench.Blob(LargestBlob(*bench.Whole()));
  for (uint64_t n = 1;; ++n) {
    Bench::Write(bench.bad, bench.bytes);
    bench.Damage(first.offset_bytes);
    bench.Damage(second.offset_bytes - 512 + 150);
    bench.Damage(second.offset_bytes + 100);
    FaultEnv env(n, EIO);
    bool failed = !bench.Repair(std::nullopt, &env).ok();
    auto bundle = OpenBytes(bench.Read(bench.bad));
    VerifyReport report = VerifyBundle(*bundle, nullptr, nullptr);
    for (const Digest& corrupt : report.corrupt) {
      assert_true(corrupt == first.digest || corrupt == second.digest);
    }
    ASSERT_OK(bench.Repair());
    assert_true(bench.IsRepaired());
    if (!failed) break;
    assert_true(n < 100);
  }
}

void AnInterruptedRestoringOfTheFrontIsDoneAgain(void**) {
  Bench bench;
  for (uint64_t n = 1;; ++n) {
    Bench::Write(bench.bad, bench.bytes.substr(0, bench.bytes.size() / 2));
    bench.Damage(bench.bytes.find("cozy-airgap-tab\n"));
    FaultEnv env(n, EIO);
    bool failed = !bench.Repair(std::nullopt, &env).ok();
    ASSERT_OK(bench.Repair());
    assert_true(bench.IsRepaired());
    if (!failed) break;
    assert_true(n < 100);
  }
}

void PartsAreRepairedInPlace(void**) {
  Bench bench;

  ASSERT_OK(WriteBundle(RealEnv(), bench.folder / "x.tar", MakeTestPlan().plan, nullptr, 600'000));
  bench.bad = bench.folder / "x.tar.parts.json";
  std::string part = bench.folder / "x.tar.part-002";
  std::string before = Bench::Read(part);
  std::string damaged = before;
  damaged[1000] = static_cast<char>(damaged[1000] ^ 1);
  Bench::Write(part, damaged);
  auto results = bench.Repair();
  ASSERT_OK(results);
  assert_int_equal(results->at(0).repaired.size(), 1);
  assert_true(Bench::Read(part) == before);
}

void ATableWhoseBlobsOverlapIsNotWrittenTo(void**) {
  Bench bench;
  auto whole = bench.Whole();
  std::vector<BlobEntry> blobs = whole->blobs();
  blobs[1].offset_bytes = blobs[0].offset_bytes;
  std::string text = bench.bytes;
  std::string table = EncodeOffsetTable(blobs);
  text.replace(text.find("cozy-airgap-tab\n"), table.size(), table);
  Bench::Write(bench.bad, text);
  testing::TestPlan other("other", "1");
  other.AddRoot(other.AddImage("something else"), "ghcr.io/org/else:v1");
  Bench::Write(bench.good, other.Encode());
  auto results = bench.Repair();
  ASSERT_CODE(results.status(), Code::kCorrupt);
  ASSERT_CONTAINS(results.status().message(), "overlap");
  assert_true(bench.Read(bench.bad) == text);
}

void TheBundleItselfIsNoOtherCopy(void**) {
  Bench bench;
  bench.good = bench.bad;
  ASSERT_CODE(bench.Repair().status(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AWholeBundleIsLeftAlone),
      cmocka_unit_test(EveryDamagedByteIsRepairedWhereverItIs),
      cmocka_unit_test(OnlyBadBlobsAreWritten),
      cmocka_unit_test(SignaturesThatCanBeReadStayWhenTheFrontIsRestored),
      cmocka_unit_test(ATruncatedFileGetsItsLengthBack),
      cmocka_unit_test(ABlobThatNobodyHasStaysBadAndIsNamed),
      cmocka_unit_test(AnotherBundleThatHasTheBlobWillDo),
      cmocka_unit_test(AnIndexThatWasChangedIsRestoredByIdentity),
      cmocka_unit_test(AnInterruptedRepairLeavesOnlyBadBlobsBad),
      cmocka_unit_test(AnInterruptedRestoringOfTheFrontIsDoneAgain),
      cmocka_unit_test(PartsAreRepairedInPlace),
      cmocka_unit_test(ATableWhoseBlobsOverlapIsNotWrittenTo),
      cmocka_unit_test(TheBundleItselfIsNoOtherCopy),
  };
  return cmocka_run_group_tests_name("store/repair", tests, nullptr, nullptr);
}
