#include "oci/digest.h"

#include <cstring>

#include "base/testing.h"

namespace airgap {
namespace {

constexpr char kEmptySha256[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void KnownDigestsComeOut(void**) {
  ASSERT_TEXT(Digest::Of(AsBytes("")).ToString(), kEmptySha256);
  ASSERT_TEXT(Digest::Of(AsBytes("abc"), DigestAlgorithm::kSha512).Hex().substr(0, 16),
              "ddaf35a193617aba");
}

void TextReadsBack(void**) {
  auto digest = Digest::Parse(kEmptySha256);
  ASSERT_OK(digest);
  ASSERT_TEXT(digest->ToString(), kEmptySha256);
  ASSERT_TEXT(digest->Short(), "sha256:e3b0c44298fc");
  assert_true(*digest == Digest::Of(AsBytes("")));
}

void MalformedTextIsRefused(void**) {
  std::string upper = kEmptySha256;
  upper[8] = 'E';
  for (const std::string& text :
       {std::string(), std::string("sha256"), std::string("sha256:"), std::string("sha256:abcd"),
        std::string(kEmptySha256) + "0", upper, std::string("sha256:../../etc"),
        std::string("SHA256:") + std::string(64, 'a'), std::string("sha256:a\0b", 10)}) {
    ASSERT_CODE(Digest::Parse(text).status(), Code::kInvalidArgument);
  }
  ASSERT_CODE(Digest::Parse("md5:d41d8cd98f00b204e9800998ecf8427e").status(), Code::kUnsupported);
}

void StreamingGivesTheSameDigest(void**) {
  Hasher hasher;
  hasher.Update(AsBytes("ab"));
  hasher.Update(AsBytes("c"));
  assert_true(hasher.Finish() == Digest::Of(AsBytes("abc")));
  assert_true(hasher.Finish() == Digest::Of(AsBytes("")));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(KnownDigestsComeOut),
      cmocka_unit_test(TextReadsBack),
      cmocka_unit_test(MalformedTextIsRefused),
      cmocka_unit_test(StreamingGivesTheSameDigest),
  };
  return cmocka_run_group_tests_name("oci/digest", tests, nullptr, nullptr);
}
