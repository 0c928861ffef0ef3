#include "store/signatures.h"

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/bundle_testing.h"
#include "store/keys_testing.h"
#include "store/sign_bundle.h"
#include "store/tar.h"
#include "store/verify.h"

namespace airgap {
namespace {

using testing::MakeTestPlan;
using testing::OpenBytes;
using testing::TempFolder;
using testing::TestPrivateKey;
using testing::TestPublicKey;

std::string ReadFileText(const std::string& path) {
  auto text = ReadWholeFile(RealEnv(), path, UINT64_MAX);
  ASSERT_OK(text);
  return *text;
}

void WriteFileText(const std::string& path, const std::string& text) {
  ASSERT_OK(WriteWholeFile(RealEnv(), path, text, 0644));
}

std::vector<BundleSignature> MakeList(size_t count) {
  std::vector<BundleSignature> list;
  for (size_t i = 0; i < count; ++i) {
    BundleSignature one;
    one.key_id = Digest::Of(AsBytes(std::to_string(i)));
    one.bytes.fill(static_cast<uint8_t>(i));
    list.push_back(one);
  }
  return list;
}

// The bundle with another payload in its entry.
std::string WithPayload(std::string bytes, const std::string& payload) {
  auto offset = FindSignatures(*OpenBytes(bytes));
  ASSERT_OK(offset);
  return bytes.replace(*offset, payload.size(), payload);
}

void AFullListFitsAndComesBack(void**) {
  auto list = MakeList(limits::bundle_signatures_max_count);
  std::string payload = FormatSignatures(list);
  assert_int_equal(payload.size(), kSignaturesBytes);
  assert_int_equal(payload.back(), ' ');
  auto read = ParseSignatures(payload, "x");
  ASSERT_OK(read);
  assert_int_equal(read->size(), list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    assert_true((*read)[i].key_id == list[i].key_id && (*read)[i].bytes == list[i].bytes);
  }
}

void ListsThatAreNoneAreRefused(void**) {
  std::string good = FormatSignatures(MakeList(1));
  std::string twice = R"({"signatures":[)";
  std::string entry = good.substr(15, good.find(']') - 15);
  std::string wrong_key = good;
  wrong_key.replace(wrong_key.find("sha256:"), 7, "sha512:");
  std::string wrong_bytes = good;
  wrong_bytes.replace(wrong_bytes.find("signature\":\"") + 12, 4, "!!!!");
  std::string many = twice;
  for (size_t i = 0; i < 17; ++i) many.append(i == 0 ? "" : ",").append("{}");
  const std::string cases[] = {"",
                               std::string(kSignaturesBytes, '\0'),
                               std::string(kSignaturesBytes, ' '),
                               "[]",
                               "{}",
                               R"({"signatures":{}})",
                               R"({"signatures":[1]})",
                               wrong_key,
                               wrong_bytes,
                               many + "]}",
                               twice + entry + "," + entry + "]}",
                               good + " "};
  for (const std::string& text : cases) {
    auto read = ParseSignatures(text, "x");
    assert_false(read.ok());
    ASSERT_CONTAINS(read.status().message(), "x");
  }
}

void ANewBundleHasRoomAndNoSignature(void**) {
  auto bundle = OpenBytes(MakeTestPlan().Encode());
  auto list = ReadSignatures(*bundle);
  ASSERT_OK(list);
  assert_int_equal(list->size(), 0);
  PublicKey keys[] = {TestPublicKey(1)};
  Status status = CheckSignedByOneOf(*bundle, keys);
  ASSERT_CODE(status, Code::kDenied);
  ASSERT_CONTAINS(status.message(), "is not signed by key " + keys[0].id().ToString());
  ASSERT_CONTAINS(status.message(), "by nobody");
}

void SigningChangesTheEntryAlone(void**) {
  TempFolder folder;
  std::string before = MakeTestPlan().Encode();
  std::string path = folder / "b.tar";
  WriteFileText(path, before);
  auto made = SignBundles(RealEnv(), path, TestPrivateKey(1));
  ASSERT_OK(made);
  assert_false(made->at(0).was_signed);
  std::string after = ReadFileText(path);
  size_t offset = *FindSignatures(*OpenBytes(before));
  assert_true(after.substr(0, offset) == before.substr(0, offset));
  assert_true(after.substr(offset + kSignaturesBytes) == before.substr(offset + kSignaturesBytes));

  auto again = SignBundles(RealEnv(), path, TestPrivateKey(1));
  ASSERT_OK(again);
  assert_true(again->at(0).was_signed);
  assert_true(ReadFileText(path) == after);

  ASSERT_OK(SignBundles(RealEnv(), path, TestPrivateKey(2)));
  auto bundle = OpenBytes(ReadFileText(path));
  for (int number : {1, 2}) {
    PublicKey keys[] = {TestPublicKey(number)};
    ASSERT_OK(CheckSignedByOneOf(*bundle, keys));
    auto checked = CheckSignatures(*bundle, keys);
    ASSERT_OK(checked);
    assert_int_equal(checked->size(), 2);
    size_t theirs = static_cast<size_t>(number) - 1;
    assert_true(checked->at(theirs).verdict == SignatureVerdict::kValid);
    assert_true(checked->at(1 - theirs).verdict == SignatureVerdict::kUnknownKey);
  }
  assert_true(VerifyBundle(*bundle, nullptr, nullptr).ok());
}

void ASignatureOfAnotherIndexIsInvalid(void**) {
  TempFolder folder;
  std::string path = folder / "b.tar";
  WriteFileText(path, MakeTestPlan().Encode());
  ASSERT_OK(SignBundles(RealEnv(), path, TestPrivateKey(1)));
  std::string bytes = ReadFileText(path);
  bytes.replace(bytes.find("ghcr.io/org/app:v1"), 18, "ghcr.io/org/app:v2");
  auto bundle = OpenBytes(bytes);
  PublicKey keys[] = {TestPublicKey(2), TestPublicKey(1)};
  Status status = CheckSignedByOneOf(*bundle, keys);
  ASSERT_CODE(status, Code::kDenied);
  ASSERT_CONTAINS(status.message(), "the signature of key " + keys[1].id().ToString());
  // Signing what it is now replaces the signature.
  WriteFileText(path, bytes);
  ASSERT_OK(SignBundles(RealEnv(), path, TestPrivateKey(1)));
  bundle = OpenBytes(ReadFileText(path));
  ASSERT_OK(CheckSignedByOneOf(*bundle, keys));
  assert_int_equal(ReadSignatures(*bundle)->size(), 1);
}

void AFullListTakesNoMore(void**) {
  auto list = MakeList(limits::bundle_signatures_max_count);
  std::string bytes = WithPayload(MakeTestPlan().Encode(), FormatSignatures(list));
  bool was_damaged = false;
  auto payload = AddSignature(*OpenBytes(bytes), TestPrivateKey(1), &was_damaged);
  assert_false(payload.ok());
  ASSERT_CODE(payload.status(), Code::kLimitExceeded);
  ASSERT_CONTAINS(payload.status().message(), "carries 16 signatures already");
}

void AListThatCannotBeReadIsDamageAndIsReplaced(void**) {
  std::string bytes = WithPayload(MakeTestPlan().Encode(), "{\"oops");
  auto bundle = OpenBytes(bytes);
  VerifyReport report = VerifyBundle(*bundle, nullptr, nullptr);
  assert_int_equal(report.problems.size(), 1);
  ASSERT_CONTAINS(report.problems[0], "cozy-airgap/signatures");
  assert_int_equal(report.verified_blobs, bundle->blobs().size());
  PublicKey keys[] = {TestPublicKey(1)};
  ASSERT_CODE(CheckSignedByOneOf(*bundle, keys), Code::kCorrupt);

  TempFolder folder;
  std::string path = folder / "b.tar";
  WriteFileText(path, bytes);
  auto made = SignBundles(RealEnv(), path, TestPrivateKey(1));
  ASSERT_OK(made);
  assert_true(made->at(0).lost_older_list);
  ASSERT_OK(CheckSignedByOneOf(*OpenBytes(ReadFileText(path)), keys));
}

void ABundleWithoutTheEntryIsLeftAlone(void**) {
  std::string bytes = MakeTestPlan().Encode();
  size_t name = bytes.find(kSignaturesName);
  std::string other = FormatTarHeader("cozy-airgap/other", kSignaturesBytes);
  bytes.replace(name, other.size(), other);
  auto bundle = OpenBytes(bytes);
  assert_true(VerifyBundle(*bundle, nullptr, nullptr).ok());
  assert_int_equal(CheckSignatures(*bundle, {})->size(), 0);
  TempFolder folder;
  std::string path = folder / "old.tar";
  WriteFileText(path, bytes);
  auto made = SignBundles(RealEnv(), path, TestPrivateKey(1));
  assert_false(made.ok());
  ASSERT_CONTAINS(made.status().message(), "has no room for signatures");
  assert_true(ReadFileText(path) == bytes);
}

void AFailedSigningLeavesABundleThatServes(void**) {
  TempFolder folder;
  std::string path = folder / "b.tar";
  std::string before = MakeTestPlan().Encode();
  for (uint64_t n = 1; n <= 2; ++n) {
    WriteFileText(path, before);
    testing::FaultEnv env(n, EIO);
    assert_false(SignBundles(&env, path, TestPrivateKey(1)).ok());
    auto bundle = OpenBytes(ReadFileText(path));
    assert_int_equal(VerifyBundle(*bundle, nullptr, nullptr).verified_blobs,
                     bundle->blobs().size());
    ASSERT_OK(SignBundles(RealEnv(), path, TestPrivateKey(1)));
    PublicKey keys[] = {TestPublicKey(1)};
    ASSERT_OK(CheckSignedByOneOf(*OpenBytes(ReadFileText(path)), keys));
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AFullListFitsAndComesBack),
      cmocka_unit_test(ListsThatAreNoneAreRefused),
      cmocka_unit_test(ANewBundleHasRoomAndNoSignature),
      cmocka_unit_test(SigningChangesTheEntryAlone),
      cmocka_unit_test(ASignatureOfAnotherIndexIsInvalid),
      cmocka_unit_test(AFullListTakesNoMore),
      cmocka_unit_test(AListThatCannotBeReadIsDamageAndIsReplaced),
      cmocka_unit_test(ABundleWithoutTheEntryIsLeftAlone),
      cmocka_unit_test(AFailedSigningLeavesABundleThatServes),
  };
  return cmocka_run_group_tests_name("store/signatures", tests, nullptr, nullptr);
}
