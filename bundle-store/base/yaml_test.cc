#include "base/yaml.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

Result<YamlDocument> Parse(std::string_view text) {
  return YamlDocument::Parse(text, size_t{64} * 1024, "site.yaml");
}

std::string Error(std::string_view text) {
  Result<YamlDocument> document = Parse(text);
  return document.ok() ? "" : document.status().message();
}

void ValuesKnowTheirKindAndLine(void**) {
  Result<YamlDocument> document = Parse(
      "# comment\n"
      "name: rack 7\n"
      "count: 12\n"
      "quoted: \"12\"\n"
      "armed: true\n"
      "old: yes\n"
      "nothing:\n"
      "list: [a, b]\n"
      "push:\n"
      "  users:\n"
      "    - name: night\n");
  ASSERT_OK(document);
  YamlView root = document->root();
  assert_true(root.IsMapping());
  assert_int_equal(root.size(), 8);
  ASSERT_TEXT(root["name"].String().value_or(""), "rack 7");
  assert_true(root["count"].Uint() == uint64_t{12});
  assert_false(root["quoted"].Uint().has_value());
  ASSERT_TEXT(root["quoted"].String().value_or(""), "12");
  assert_true(root["armed"].Bool() == true);
  assert_false(root["old"].Bool().has_value());
  assert_true(root["nothing"].IsNull());
  assert_false(root["nothing"].String().has_value());
  assert_true(root["list"].IsSequence());
  assert_int_equal(root["list"].size(), 2);
  YamlView user;
  root["push"]["users"].ForEach([&user](YamlView element) {
    user = element;
    return true;
  });
  assert_int_equal(user["name"].line(), 11);
  assert_false(root["push"]["nobody"]["at"]["all"].exists());
  assert_int_equal(root["nowhere"].line(), 0);
}

void MembersComeInTheOrderOfTheText(void**) {
  Result<YamlDocument> document = Parse("b: 1\na: 2\n");
  ASSERT_OK(document);
  std::string keys;
  document->root().ForEachMember([&keys](YamlView key, YamlView) {
    keys += key.String().value_or("");
    return true;
  });
  ASSERT_TEXT(keys, "ba");
}

void AnEmptyTextIsNull(void**) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n"}) {
    Result<YamlDocument> document = Parse(text);
    ASSERT_OK(document);
    assert_true(document->root().IsNull());
  }
}

void WhatIsRefusedNamesItsLine(void**) {
  ASSERT_TEXT(Error("a: 1\na: 2\n"), "site.yaml: line 2: key \"a\" stands here twice");
  ASSERT_TEXT(Error("a: &x 1\n"), "site.yaml: line 1: anchors (&name) are not taken");
  ASSERT_TEXT(Error("\na: *x\n"),
              "site.yaml: line 2: aliases (*name) are not taken; write the value itself");
  ASSERT_TEXT(Error("a: !!str 1\n"), "site.yaml: line 1: tags (!name) are not taken");
  ASSERT_TEXT(Error("<<: {a: 1}\n"), "site.yaml: line 1: merge keys (<<) are not taken");
  ASSERT_TEXT(Error("a: 1\n---\nb: 2\n"),
              "site.yaml: line 2: a second document; only one is taken");
  ASSERT_TEXT(Error("[a]: 1\n"), "site.yaml: line 1: a key must be a plain word");
  ASSERT_CONTAINS(Error("a: 1\n\tb: 2\n"), "site.yaml: line 2: ");
  ASSERT_CONTAINS(Error("a: [1, 2\n"), "site.yaml: line ");
  ASSERT_CONTAINS(Error("a: \xff\n"), "site.yaml: line 1: ");
}

void SizeDepthAndCountAreLimited(void**) {
  ASSERT_CODE(YamlDocument::Parse("a: 1\n", 4, "x").status(), Code::kLimitExceeded);
  std::string deep(limits::yaml_depth_max + 1, '[');
  ASSERT_CODE(Parse(deep).status(), Code::kLimitExceeded);
  std::string many = "[";
  for (size_t count = 0; count <= limits::yaml_values_max_count; ++count) many += "1,";
  Result<YamlDocument> document = YamlDocument::Parse(many, many.size(), "x");
  ASSERT_CODE(document.status(), Code::kLimitExceeded);
}

}  // namespace
}  // namespace airgap

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(airgap::ValuesKnowTheirKindAndLine),
      cmocka_unit_test(airgap::MembersComeInTheOrderOfTheText),
      cmocka_unit_test(airgap::AnEmptyTextIsNull),
      cmocka_unit_test(airgap::WhatIsRefusedNamesItsLine),
      cmocka_unit_test(airgap::SizeDepthAndCountAreLimited),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
