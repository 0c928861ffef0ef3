#include "store/split_file.h"

#include <cstring>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/bundle_file.h"
#include "store/bundle_testing.h"
#include "store/keys_testing.h"
#include "store/sign_bundle.h"
#include "store/verify.h"

namespace airgap {
namespace {

using testing::FaultEnv;
using testing::MakeTestPlan;
using testing::OpenBytes;
using testing::TempFolder;

constexpr uint64_t kPartBytes = 600'000;  // the test bundle has 2.6 MB

std::string ReadFileText(const std::string& path) {
  auto text = ReadWholeFile(RealEnv(), path, UINT64_MAX);
  ASSERT_OK(text);
  return *text;
}

void WriteFileText(const std::string& path, const std::string& text) {
  ASSERT_OK(WriteWholeFile(RealEnv(), path, text, 0644));
}

size_t CountFiles(const TempFolder& folder) {
  auto files = RealEnv()->ListFiles(folder.path());
  ASSERT_OK(files);
  return files->size();
}

// x.tar in parts; returns the manifest's path.
std::string WriteSplit(const TempFolder& folder) {
  ASSERT_OK(WriteBundle(RealEnv(), folder / "x.tar", MakeTestPlan().plan, nullptr, kPartBytes));
  return folder / "x.tar.parts.json";
}

std::string ReadAll(const ReadableFile& file) {
  std::string text(file.size_bytes(), '\0');
  ASSERT_OK(file.ReadAt(0, {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  return text;
}

void PartsAreTheTar(void**) {
  TempFolder folder;
  auto file = SplitFile::Open(RealEnv(), WriteSplit(folder));
  ASSERT_OK(file);
  std::string whole = MakeTestPlan().Encode();
  assert_true(ReadAll(**file) == whole);
  const SplitManifest& manifest = (*file)->manifest();
  assert_int_equal(manifest.parts.size(), (whole.size() + kPartBytes - 1) / kPartBytes);
  assert_int_equal(CountFiles(folder), manifest.parts.size() + 1);
  for (size_t i = 0; i < manifest.parts.size(); ++i) {
    std::string part = ReadFileText((*file)->PartPath(i));
    assert_int_equal(part.size(), manifest.parts[i].size_bytes);
    ASSERT_TEXT(Digest::Of(AsBytes(part)).ToString(), manifest.parts[i].digest.ToString());
  }
  ASSERT_TEXT(manifest.identity.ToString(), OpenBytes(whole)->identity().ToString());
}

void ASplitBundleOpensByItsManifest(void**) {
  TempFolder folder;
  auto bundles = OpenBundles(RealEnv(), WriteSplit(folder), nullptr);
  ASSERT_OK(bundles);
  const Bundle& bundle = *bundles->at(0);
  VerifyReport report = VerifyBundle(bundle, nullptr, nullptr);
  assert_true(report.ok());
  // Every blob that lies in one part is sent from that part.
  size_t spanning = 0;
  for (size_t i = 0; i < bundle.blobs().size(); ++i) {
    uint64_t size = bundle.blobs()[i].size_bytes;
    FileSegment segment = bundle.SegmentOf(i, 0, size);
    if (segment.fd < 0) {
      ++spanning;
      assert_true(bundle.SegmentOf(i, 0, 1).fd >= 0);
      continue;
    }
    std::string text(size, '\0');
    assert_int_equal(pread(segment.fd, text.data(), size, static_cast<off_t>(segment.offset_bytes)),
                     size);
    ASSERT_TEXT(Digest::Of(AsBytes(text)).ToString(), bundle.blobs()[i].digest.ToString());
  }
  assert_int_equal(spanning, 1);  // the asset
}

void PartsWrittenOutOfOrderAreHashedRight(void**) {
  TempFolder folder;
  std::string whole = MakeTestPlan().Encode();
  auto file = CreateSplit(RealEnv(), folder / "x.tar", 0644, kPartBytes, false);
  ASSERT_OK(file);
  ByteSpan bytes = AsBytes(whole);
  size_t half = whole.size() / 2;
  ASSERT_OK((*file)->WriteAt(half, bytes.subspan(half)));
  ASSERT_OK((*file)->WriteAt(0, AsBytes(std::string(half, 'x'))));  // and once more, right
  ASSERT_OK((*file)->WriteAt(0, bytes.first(half)));
  ASSERT_OK((*file)->Commit());
  auto split = SplitFile::Open(RealEnv(), folder / "x.tar.parts.json");
  ASSERT_OK(split);
  assert_true(ReadAll(**split) == whole);
  for (size_t i = 0; i < (*split)->manifest().parts.size(); ++i) {
    ASSERT_TEXT(Digest::Of(AsBytes(ReadFileText((*split)->PartPath(i)))).ToString(),
                (*split)->manifest().parts[i].digest.ToString());
  }
}

void EveryFailedWriteLeavesNoFile(void**) {
  testing::TestPlan test = MakeTestPlan();
  FaultEnv counting;
  {
    TempFolder folder;
    ASSERT_OK(WriteBundle(&counting, folder / "x.tar", test.plan, nullptr, kPartBytes));
  }
  assert_true(counting.changes() > 30);
  for (uint64_t n = 1; n <= counting.changes(); ++n) {
    TempFolder folder;
    FaultEnv fault(n, ENOSPC);
    auto result = WriteBundle(&fault, folder / "x.tar", test.plan, nullptr, kPartBytes);
    assert_false(result.ok());
    ASSERT_CODE(result.status(), Code::kNoSpace);
    assert_int_equal(CountFiles(folder), 0);
  }
}

void AManifestThatIsThereIsNotReplaced(void**) {
  TempFolder folder;
  std::string manifest = ReadFileText(WriteSplit(folder));
  auto result =
      WriteBundle(RealEnv(), folder / "x.tar", MakeTestPlan().plan, nullptr, 2 * kPartBytes);
  ASSERT_CODE(result.status(), Code::kInvalidArgument);
  ASSERT_CONTAINS(result.status().message(), "is there already");
  ASSERT_TEXT(ReadFileText(folder / "x.tar.parts.json"), manifest);
}

void AMissingOrCutPartIsNamed(void**) {
  TempFolder folder;
  std::string manifest = WriteSplit(folder);
  std::string part = folder / "x.tar.part-003";
  std::string bytes = ReadFileText(part);
  WriteFileText(part, bytes.substr(1));
  auto cut = OpenBundles(RealEnv(), manifest, nullptr);
  ASSERT_CODE(cut.status(), Code::kCorrupt);
  ASSERT_CONTAINS(cut.status().message(), "x.tar.part-003 has 599999 bytes instead of 600000");
  ASSERT_OK(RealEnv()->RemoveFile(part));
  auto missing = OpenBundles(RealEnv(), manifest, nullptr);
  ASSERT_CODE(missing.status(), Code::kCorrupt);
  ASSERT_CONTAINS(missing.status().message(), "x.tar.part-003 is missing");
}

void AFirstPartOfAnotherBundleIsNamed(void**) {
  TempFolder folder;
  std::string manifest = WriteSplit(folder);
  std::string part = folder / "x.tar.part-001";
  std::string bytes = ReadFileText(part);
  bytes.replace(bytes.find("ghcr.io/org/app:v1"), 18, "ghcr.io/org/app:v2");
  WriteFileText(part, bytes);
  auto bundles = OpenBundles(RealEnv(), manifest, nullptr);
  ASSERT_CODE(bundles.status(), Code::kCorrupt);
  ASSERT_CONTAINS(bundles.status().message(), "x.tar.part-001 belongs to bundle");
}

void SigningASplitBundleKeepsItsManifestTrue(void**) {
  TempFolder folder;
  std::string manifest = WriteSplit(folder);
  ASSERT_OK(SignBundles(RealEnv(), manifest, testing::TestPrivateKey(1)));
  auto split = SplitFile::Open(RealEnv(), manifest);
  ASSERT_OK(split);
  std::string part = ReadFileText(folder / "x.tar.part-001");
  ASSERT_TEXT(Digest::Of(AsBytes(part)).ToString(),
              (*split)->manifest().parts[0].digest.ToString());
  auto bundles = OpenBundles(RealEnv(), manifest, nullptr);
  ASSERT_OK(bundles);
  PublicKey keys[] = {testing::TestPublicKey(1)};
  ASSERT_OK(CheckSignedByOneOf(*bundles->at(0), keys));
}

void AnInterruptedSigningIsFinishedBySigningAgain(void**) {
  for (uint64_t n = 1; n <= 5; ++n) {
    TempFolder folder;
    std::string manifest = WriteSplit(folder);
    FaultEnv env(n, EIO);
    bool failed = !SignBundles(&env, manifest, testing::TestPrivateKey(1)).ok();
    assert_true(failed);
    // Torn in the middle of the list, the older one is lost: there was none.
    ASSERT_OK(SignBundles(RealEnv(), manifest, testing::TestPrivateKey(1)));
    auto split = SplitFile::Open(RealEnv(), manifest);
    ASSERT_OK(split);
    ASSERT_TEXT(Digest::Of(AsBytes(ReadFileText(folder / "x.tar.part-001"))).ToString(),
                (*split)->manifest().parts[0].digest.ToString());
  }
}

void ADamagedPartIsNotBlessedBySigning(void**) {
  TempFolder folder;
  std::string manifest = WriteSplit(folder);
  std::string part = ReadFileText(folder / "x.tar.part-001");
  part.back() = static_cast<char>(part.back() ^ 1);
  WriteFileText(folder / "x.tar.part-001", part);
  auto made = SignBundles(RealEnv(), manifest, testing::TestPrivateKey(1));
  ASSERT_CODE(made.status(), Code::kCorrupt);
  ASSERT_CONTAINS(made.status().message(), "x.tar.part-001 is damaged");
  assert_true(ReadFileText(folder / "x.tar.part-001") == part);
}

void ManifestsThatAreNoneAreRefused(void**) {
  SplitManifest good;
  good.size_bytes = 10;
  good.parts = {{"a", 4, Digest::Of(AsBytes("a"))}, {"b", 6, Digest::Of(AsBytes("b"))}};
  std::string text = good.Format();
  ASSERT_OK(SplitManifest::Parse(text, "m"));
  struct Case {
    const char* from;
    const char* to;
    const char* says;
  };
  const Case cases[] = {
      {"bundlePartsVersion", "other", "no manifest of a split bundle"},
      {"Version\": 1", "Version\": 2", "is of version 2"},
      {"identity\": \"sha256:", "identity\": \"md5:", "does not say which bundle"},
      {"\"parts\": [", "\"parts\": [], \"x\": [", "does not list 1 to 600 parts"},
      {"\"a\"", "\"../a\"", "no file beside it"},
      {"\"a\"", "\"..\"", "no file beside it"},
      {"\"a\"", "\"/etc/passwd\"", "no file beside it"},
      {"\"a\"", "\"a\\u0000\"", "no file beside it"},
      {"\"a\"", "\"\"", "no file beside it"},
      {"\"a\"", "\"b\"", "lists part b twice"},
      {"sizeBytes\": 4", "sizeBytes\": 0", "part a has no size"},
      {"sizeBytes\": 4", "sizeBytes\": 18446744073709551615", "part a has no size"},
      {"sizeBytes\": 4", "sizeBytes\": 5", "do not add up"},
      {"digest\": \"sha256:", "digest\": \"sha512:", "has no sha256 digest"},
  };
  for (const Case& c : cases) {
    std::string bad = text;
    assert_true(bad.find(c.from) != std::string::npos);
    bad.replace(bad.find(c.from), strlen(c.from), c.to);
    auto parsed = SplitManifest::Parse(bad, "m");
    assert_false(parsed.ok());
    ASSERT_CONTAINS(parsed.status().message(), c.says);
  }
}

void SizesOfPartsAreReadAsPeopleWriteThem(void**) {
  assert_int_equal(*ParsePartSize("3900M"), 3900 * limits::kMiB);
  assert_int_equal(*ParsePartSize("8G"), 8 * limits::kGiB);
  assert_int_equal(*ParsePartSize("4000000000"), 4'000'000'000);
  assert_true(*ParsePartSize("4G") < 4 * limits::kGiB);
  for (const char* bad : {"", "G", "-1", "4g", "4GiB", "1T", "63M", "0", "1e9", " 4G", "4G ",
                          "99999999999999999999", "18446744073709551615G", "4.5G"}) {
    ASSERT_CODE(ParsePartSize(bad).status(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(PartsAreTheTar),
      cmocka_unit_test(ASplitBundleOpensByItsManifest),
      cmocka_unit_test(PartsWrittenOutOfOrderAreHashedRight),
      cmocka_unit_test(EveryFailedWriteLeavesNoFile),
      cmocka_unit_test(AManifestThatIsThereIsNotReplaced),
      cmocka_unit_test(AMissingOrCutPartIsNamed),
      cmocka_unit_test(AFirstPartOfAnotherBundleIsNamed),
      cmocka_unit_test(SigningASplitBundleKeepsItsManifestTrue),
      cmocka_unit_test(AnInterruptedSigningIsFinishedBySigningAgain),
      cmocka_unit_test(ADamagedPartIsNotBlessedBySigning),
      cmocka_unit_test(ManifestsThatAreNoneAreRefused),
      cmocka_unit_test(SizesOfPartsAreReadAsPeopleWriteThem),
  };
  return cmocka_run_group_tests_name("store/split_file", tests, nullptr, nullptr);
}
