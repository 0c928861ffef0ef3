#include "store/bundle.h"

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/bundle_testing.h"
#include "store/offset_table.h"
#include "store/tar.h"
#include "store/verify.h"

namespace airgap {
namespace {

using testing::MakeTestPlan;
using testing::MemoryFile;
using testing::OpenBytes;

Status OpenStatus(std::string bytes) {
  uint64_t size = bytes.size();
  auto result = Bundle::Open(std::make_shared<MemoryFile>(std::move(bytes), "x.tar"), 0, size);
  return result.ok() ? OkStatus() : result.status();
}

std::string Entry(const std::string& name, const std::string& content) {
  return FormatTarHeader(name, content.size()) + content +
         std::string(TarPaddingBytes(content.size()), '\0');
}

std::string End() { return std::string(1024, '\0'); }

constexpr char kLayout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
constexpr char kIndex[] = "{\"schemaVersion\":2,\"manifests\":[]}";

void WhatWasWrittenOpens(void**) {
  std::string bytes = MakeTestPlan().Encode();
  auto bundle = OpenBytes(bytes);
  ASSERT_TEXT(bundle->name(), "demo");
  ASSERT_TEXT(bundle->version(), "1.0");
  ASSERT_TEXT(bundle->platforms().at(0), "linux/amd64");
  assert_int_equal(bundle->index().manifests.size(), 6);
  assert_int_equal(bundle->assets().size(), 1);
  ASSERT_TEXT(bundle->assets()[0].path, "boot/kernel");
  ASSERT_TEXT(bundle->identity().ToString(), Digest::Of(AsBytes(bundle->index_json())).ToString());
  VerifyReport report = VerifyBundle(*bundle, nullptr, nullptr);
  assert_int_equal(report.problems.size(), 0);
  assert_int_equal(report.verified_blobs, bundle->blobs().size());
}

void TheSameContentGivesTheSameBytes(void**) {
  assert_true(MakeTestPlan().Encode() == MakeTestPlan().Encode());
}

void OpeningReadsNoPayload(void**) {
  std::string bytes = MakeTestPlan().Encode();
  auto file = std::make_shared<MemoryFile>(bytes);
  ASSERT_OK(Bundle::Open(file, 0, bytes.size()));
  assert_true(file->read_bytes() < 16 * limits::kKiB);
  assert_true(bytes.size() > 2 * limits::kMiB);
}

void ManifestsStandAtTheFront(void**) {
  auto bundle = OpenBytes(MakeTestPlan().Encode());
  uint64_t manifests_end = 0;
  uint64_t others_start = UINT64_MAX;
  for (const BlobEntry& blob : bundle->blobs()) {
    if (blob.kind != ManifestKind::kNone) {
      manifests_end = std::max(manifests_end, blob.offset_bytes + blob.size_bytes);
    } else {
      others_start = std::min(others_start, blob.offset_bytes);
    }
  }
  assert_true(manifests_end < others_start);
}

void ATruncatedTarIsRefusedWhereverItEnds(void**) {
  std::string bytes = MakeTestPlan().Encode();
  for (size_t length : {size_t{0}, size_t{100}, size_t{512}, size_t{700}, size_t{2000},
                        size_t{4000}, size_t{20000}, bytes.size() / 2, bytes.size() - 2000}) {
    Status status = OpenStatus(bytes.substr(0, length));
    ASSERT_CODE(status, Code::kCorrupt);
    ASSERT_CONTAINS(status.message(), "x.tar");
  }
}

void AnIndexThatIsNotJsonIsRefused(void**) {
  Status status = OpenStatus(Entry("oci-layout", kLayout) + Entry("index.json", "no json") + End());
  ASSERT_CODE(status, Code::kCorrupt);
  ASSERT_CONTAINS(status.message(), "index.json is not JSON");
}

void AHugeIndexIsRefusedBeforeItIsRead(void**) {
  std::string bytes = Entry("oci-layout", kLayout) + FormatTarHeader("index.json", limits::kGiB);
  uint64_t size = bytes.size() + limits::kGiB + 1024;
  // A file that claims the size but would fail any read behind the header.
  class Sparse : public MemoryFile {
   public:
    Sparse(std::string bytes, uint64_t size) : MemoryFile(std::move(bytes)), size_(size) {}
    uint64_t size_bytes() const override { return size_; }

   private:
    uint64_t size_;
  };
  auto result = Bundle::Open(std::make_shared<Sparse>(bytes, size), 0, size);
  assert_false(result.ok());
  ASSERT_CODE(result.status(), Code::kCorrupt);
  ASSERT_CONTAINS(result.status().message(), "1073741824 bytes; at most 16777216");
}

void EntriesOutsideTheProfileAreRefused(void**) {
  struct Case {
    const char* name;
    char type;
    const char* message;
  };
  const Case cases[] = {
      {"../escape", '0', "leaves the bundle"},
      {"/etc/passwd", '0', "absolute name"},
      {"a//b", '0', "empty component"},
      {"./x", '0', "empty component"},
      {"link", '1', "hard link"},
      {"link", '2', "symbolic link"},
      {"dir", '5', "folder"},
      {"dev", '3', "character device"},
      {"long", 'L', "GNU long name"},
      {"g", 'g', "pax global header"},
  };
  for (const Case& c : cases) {
    std::string header = FormatTarHeader(c.name, 0);
    unsigned sum = 0;
    header[156] = c.type;
    header.replace(148, 8, "        ");
    for (char byte : header) sum += static_cast<uint8_t>(byte);
    char digits[8];
    snprintf(digits, sizeof digits, "%06o", sum);
    header.replace(148, 7, digits, 7);
    Status status =
        OpenStatus(Entry("oci-layout", kLayout) + Entry("index.json", kIndex) + header + End());
    ASSERT_CODE(status, Code::kCorrupt);
    ASSERT_CONTAINS(status.message(), c.message);
  }
}

void ATarWithoutATableIsWalked(void**) {
  std::string blob = "hello";
  std::string name = "blobs/sha256/" + Digest::Of(AsBytes(blob)).Hex();
  std::string bytes =
      Entry("oci-layout", kLayout) + Entry("index.json", kIndex) + Entry(name, blob) + End();
  auto bundle = OpenBytes(bytes);
  assert_int_equal(bundle->blobs().size(), 1);
  auto content = bundle->ReadWholeBlob(0, 100);
  ASSERT_OK(content);
  ASSERT_TEXT(*content, "hello");
}

void ADamagedTableIsRefused(void**) {
  std::string bytes = MakeTestPlan().Encode();
  size_t table = bytes.find("cozy-airgap-tab\n");
  for (size_t at : {table, table + 16, table + 24, table + 40, table + 70, table + 112}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    assert_false(OpenStatus(damaged).ok());
  }
}

void ACorruptBlobIsNamedAndTheRestStays(void**) {
  std::string bytes = MakeTestPlan().Encode();
  size_t at = bytes.find("tool layer");
  size_t layer = bytes.rfind("tool layer");
  assert_true(at != std::string::npos);
  bytes[layer] = 'X';
  auto bundle = OpenBytes(bytes);
  VerifyReport report = VerifyBundle(*bundle, nullptr, nullptr);
  assert_int_equal(report.corrupt.size(), 1);
  ASSERT_CONTAINS(report.problems.at(0), Digest::Of(AsBytes("tool layer")).ToString());
  ASSERT_CONTAINS(report.problems.at(0), "do not match its digest");
  assert_int_equal(report.verified_blobs, bundle->blobs().size() - 1);
  auto number = bundle->Find(Digest::Of(AsBytes("tool layer")));
  assert_true(bundle->state(*number) == BlobState::kCorrupt);
  bundle->SetState(*number, BlobState::kVerified);
  assert_true(bundle->state(*number) == BlobState::kCorrupt);
}

void AMissingBlobIsNamed(void**) {
  testing::TestPlan test("holes", "1");
  Descriptor image = test.AddImage("whole");
  Descriptor absent = image;
  absent.digest = Digest::Of(AsBytes("absent"));
  test.AddRoot(test.AddIndex({image, absent}), "ghcr.io/org/holes:v1");
  VerifyReport report = VerifyBundle(*OpenBytes(test.Encode()), nullptr, nullptr);
  assert_int_equal(report.problems.size(), 1);
  ASSERT_CONTAINS(report.problems[0],
                  "ghcr.io/org/holes:v1 needs blob " + absent.digest.ToString());
}

void ASwappedHeaderIsFoundOnFirstTouch(void**) {
  std::string bytes = MakeTestPlan().Encode();
  std::string name = "blobs/sha256/" + Digest::Of(AsBytes("tool layer")).Hex();
  size_t at = bytes.find(name);
  std::string other = FormatTarHeader("blobs/sha256/" + std::string(64, '0'), 10);
  bytes.replace(at, 512, other);
  auto bundle = OpenBytes(bytes);
  auto number = bundle->Find(Digest::Of(AsBytes("tool layer")));
  ASSERT_CODE(bundle->CheckHeader(*number), Code::kCorrupt);
  VerifyReport report = VerifyBundle(*bundle, nullptr, nullptr);
  assert_false(report.ok());
}

void EveryFailedWriteLeavesNoFile(void**) {
  testing::TestPlan test = MakeTestPlan();
  testing::FaultEnv counting;
  testing::TempFolder folder;
  ASSERT_OK(WriteBundle(&counting, folder / "all.tar", test.plan, nullptr));
  assert_true(counting.changes() > 10);
  for (uint64_t n = 1; n <= counting.changes(); ++n) {
    testing::FaultEnv env(n, ENOSPC);
    std::string path = folder / "out.tar";
    auto result = WriteBundle(&env, path, test.plan, nullptr);
    assert_false(result.ok());
    ASSERT_CODE(result.status(), Code::kNoSpace);
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      (void)entry;
      ++files;
    }
    assert_int_equal(files, 1);
  }
}

void TooLittleSpaceIsSaidBefore(void**) {
  testing::TestPlan test = MakeTestPlan();
  testing::FaultEnv env;
  env.free_bytes = 1000;
  testing::TempFolder folder;
  auto result = WriteBundle(&env, folder / "out.tar", test.plan, nullptr);
  assert_false(result.ok());
  ASSERT_CODE(result.status(), Code::kNoSpace);
  assert_int_equal(env.changes(), 0);
}

// A source that gives other bytes than promised.
class LyingSource : public BlobSource {
 public:
  explicit LyingSource(std::string bytes) : bytes_(std::move(bytes)) {}
  Status Stream(const Descriptor&, const ByteSink& sink) override { return sink(AsBytes(bytes_)); }

 private:
  std::string bytes_;
};

void ASourceThatLiesIsCaught(void**) {
  testing::TempFolder folder;
  for (const char* given : {"trut", "truth+", "tr", "lies!"}) {
    BundlePlan plan;
    LyingSource source(given);
    Descriptor descriptor;
    descriptor.digest = Digest::Of(AsBytes("truth"));
    descriptor.size_bytes = 5;
    ASSERT_OK(plan.AddBlob(descriptor, ManifestKind::kNone, &source));
    auto result = WriteBundle(RealEnv(), folder / "out.tar", plan, nullptr);
    assert_false(result.ok());
    ASSERT_CODE(result.status(), Code::kCorrupt);
    assert_false(std::filesystem::exists(folder / "out.tar"));
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatWasWrittenOpens),
      cmocka_unit_test(TheSameContentGivesTheSameBytes),
      cmocka_unit_test(OpeningReadsNoPayload),
      cmocka_unit_test(ManifestsStandAtTheFront),
      cmocka_unit_test(ATruncatedTarIsRefusedWhereverItEnds),
      cmocka_unit_test(AnIndexThatIsNotJsonIsRefused),
      cmocka_unit_test(AHugeIndexIsRefusedBeforeItIsRead),
      cmocka_unit_test(EntriesOutsideTheProfileAreRefused),
      cmocka_unit_test(ATarWithoutATableIsWalked),
      cmocka_unit_test(ADamagedTableIsRefused),
      cmocka_unit_test(ACorruptBlobIsNamedAndTheRestStays),
      cmocka_unit_test(AMissingBlobIsNamed),
      cmocka_unit_test(ASwappedHeaderIsFoundOnFirstTouch),
      cmocka_unit_test(EveryFailedWriteLeavesNoFile),
      cmocka_unit_test(TooLittleSpaceIsSaidBefore),
      cmocka_unit_test(ASourceThatLiesIsCaught),
  };
  return cmocka_run_group_tests_name("store/bundle", tests, nullptr, nullptr);
}
