#include "oci/manifest.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

constexpr char kDigest[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string Desc(const std::string& type, const std::string& more = "") {
  return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + kDigest + "\",\"size\":5" + more + "}";
}

void AnImageManifestIsRead(void**) {
  auto manifest =
      Manifest::Parse("{\"schemaVersion\":2,\"config\":" + Desc("c") + ",\"layers\":[" + Desc("l") +
                          "," + Desc("foreign", ",\"urls\":[\"https://example.com/x\"]") +
                          "],\"subject\":" + Desc("s") + ",\"annotations\":{\"a\":\"b\"}}",
                      media_type::kOciManifest, "test");
  ASSERT_OK(manifest);
  assert_true(manifest->kind == ManifestKind::kOciManifest);
  assert_int_equal(manifest->layers.size(), 2);
  assert_int_equal(manifest->Children().size(), 2);
  ASSERT_TEXT(manifest->artifact_type, "c");
  assert_true(manifest->subject.has_value());
  ASSERT_TEXT(manifest->annotations.at("a"), "b");
}

void AnIndexIsReadWithItsPlatforms(void**) {
  auto manifest = Manifest::Parse(
      "{\"schemaVersion\":2,\"manifests\":[" +
          Desc(media_type::kOciManifest,
               ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}") +
          "]}",
      "", "test");
  ASSERT_OK(manifest);
  assert_true(manifest->kind == ManifestKind::kOciIndex);
  ASSERT_TEXT(manifest->manifests.at(0).platform->ToString(), "linux/arm64/v8");
}

void WhatIsNoManifestIsRefused(void**) {
  struct Case {
    std::string text;
    Code code;
  };
  const Case cases[] = {
      {"", Code::kCorrupt},
      {"[]", Code::kCorrupt},
      {"{}", Code::kCorrupt},
      {"{\"schemaVersion\":2}", Code::kCorrupt},
      {"{\"schemaVersion\":1,\"fsLayers\":[]}", Code::kUnsupported},
      {"{\"schemaVersion\":2,\"mediaType\":\"text/plain\"}", Code::kUnsupported},
      {"{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}", Code::kCorrupt},
      {"{\"schemaVersion\":2,\"manifests\":[{}]}", Code::kCorrupt},
      {"{\"schemaVersion\":2,\"manifests\":{}}", Code::kCorrupt},
      {"{\"schemaVersion\":2,\"config\":" + Desc("c") + ",\"layers\":[{\"size\":-1}]}",
       Code::kCorrupt},
      {"{\"schemaVersion\":2,\"manifests\":[],\"annotations\":{\"a\":1}}", Code::kCorrupt},
  };
  for (const Case& c : cases) {
    ASSERT_CODE(Manifest::Parse(c.text, "", "test").status(), c.code);
  }
  std::string large(limits::manifest_max_bytes + 1, ' ');
  ASSERT_CODE(Manifest::Parse(large, "", "test").status(), Code::kLimitExceeded);
}

void PlatformsMatchByVariantWhereBothHaveOne(void**) {
  auto any = Platform::Parse("linux/arm64");
  ASSERT_OK(any);
  assert_true(any->Matches(Platform{"linux", "arm64", "v8"}));
  assert_false(any->Matches(Platform{"linux", "amd64", ""}));
  assert_false(Platform::Parse("linux").ok());
  for (const char* bad : {"a/b/c/d", "Linux/amd64", "linux/amd64/", "linux/ arm64"}) {
    assert_false(Platform::Parse(bad).ok());
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AnImageManifestIsRead),
      cmocka_unit_test(AnIndexIsReadWithItsPlatforms),
      cmocka_unit_test(WhatIsNoManifestIsRefused),
      cmocka_unit_test(PlatformsMatchByVariantWhereBothHaveOne),
  };
  return cmocka_run_group_tests_name("oci/manifest", tests, nullptr, nullptr);
}
