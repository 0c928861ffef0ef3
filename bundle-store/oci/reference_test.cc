#include "oci/reference.h"

#include "base/testing.h"

namespace airgap {
namespace {

constexpr char kDigest[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void WhatPeopleWriteIsSpelledOut(void**) {
  const std::pair<std::string, std::string> cases[] = {
      {"busybox", "docker.io/library/busybox:latest"},
      {"busybox:1.36", "docker.io/library/busybox:1.36"},
      {"org/x", "docker.io/org/x:latest"},
      {"docker.io/busybox:1", "docker.io/library/busybox:1"},
      {"index.docker.io/library/busybox:1", "docker.io/library/busybox:1"},
      {"ghcr.io/a/b:v1", "ghcr.io/a/b:v1"},
      {"GHCR.io/a/b:v1", "ghcr.io/a/b:v1"},
      {"localhost:5000/x:1", "localhost:5000/x:1"},
      {"localhost/x:1", "localhost/x:1"},
      {"[fd00::1]:5000/x:1", "[fd00::1]:5000/x:1"},
      {std::string("ghcr.io/a/b@") + kDigest, std::string("ghcr.io/a/b@") + kDigest},
      {std::string("ghcr.io/a/b:v1@") + kDigest, std::string("ghcr.io/a/b:v1@") + kDigest},
  };
  for (const auto& [text, full] : cases) {
    auto reference = Reference::ParseFamiliar(text);
    ASSERT_OK(reference);
    ASSERT_TEXT(reference->ToString(), full);
  }
}

void MalformedReferencesAreRefused(void**) {
  for (const char* text :
       {"", ":", "UPPER", "a//b", "/a", "a/", "a:", "a:b:c", "ghcr.io/a_-b", "ghcr.io/-a", "a@b",
        "ghcr.io/a:.tag", "ghcr.io/../x:1", "ghcr.io:99999/x", "[zz]/x:1", "a b"}) {
    assert_false(Reference::ParseFamiliar(text).ok());
  }
  assert_false(Reference::ParseFamiliar(std::string(2000, 'a')).ok());
}

void FullReferencesNeedAHostAndATagOrDigest(void**) {
  assert_false(Reference::ParseFull("busybox:1").ok());
  assert_false(Reference::ParseFull("org/x:1").ok());
  assert_false(Reference::ParseFull("ghcr.io/a/b").ok());
  ASSERT_OK(Reference::ParseFull("ghcr.io/a/b:v1"));
}

void NamesFollowTheGrammar(void**) {
  for (const char* good : {"a", "a/b", "a.b", "a_b", "a__b", "a-b", "a---b", "0/1"}) {
    assert_true(IsRepositoryName(good));
  }
  for (const char* bad :
       {"", "A", "a..b", "a___b", "a._b", "-a", "a-", "a/", "/a", "a//b", "a:b"}) {
    assert_false(IsRepositoryName(bad));
  }
  assert_true(IsRepositoryName(std::string(255, 'a')));
  assert_false(IsRepositoryName(std::string(256, 'a')));
  assert_true(IsTag("v1.0_x-y"));
  assert_true(IsTag(std::string(128, 'a')));
  assert_false(IsTag(std::string(129, 'a')));
  assert_false(IsTag(".a"));
  assert_false(IsTag(""));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatPeopleWriteIsSpelledOut),
      cmocka_unit_test(MalformedReferencesAreRefused),
      cmocka_unit_test(FullReferencesNeedAHostAndATagOrDigest),
      cmocka_unit_test(NamesFollowTheGrammar),
  };
  return cmocka_run_group_tests_name("oci/reference", tests, nullptr, nullptr);
}
