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

// Every document of a stream as "a=1;b=2" of its members, documents separated by "|".
std::string ReadStream(std::string_view text) {
  YamlStream stream(text, "all.yaml");
  std::string read;
  for (;;) {
    Result<std::optional<YamlDocument>> next = stream.Next();
    if (!next.ok()) return next.status().message();
    if (!*next) return read;
    (*next)->root().ForEachMember([&](YamlView key, YamlView value) {
      read += std::string(key.String().value_or("?")) + "=";
      read += std::string(value.String().value_or("(" + std::to_string(value.size()) + ")")) + ";";
      return true;
    });
    read += "|";
  }
}

void AStreamHasDocumentsAliasesAndTags(void**) {
  ASSERT_TEXT(ReadStream(""), "");
  ASSERT_TEXT(ReadStream("a: 1\n---\n# nothing\n---\nb: 2\n...\n---\n{}\n"), "a=1;||b=2;||");
  ASSERT_TEXT(ReadStream("a: &x 1\nb: *x\nc: &y [1, 2]\nd: *y\n"), "a=1;b=1;c=(2);d=(2);|");
  ASSERT_TEXT(ReadStream("a: !!str 1\na: 2\n<<: {c: 3}\n? 4\n: 5\n"), "a=1;a=2;<<=(1);4=5;|");
  ASSERT_TEXT(ReadStream("a:\n  {{ .Values }}\n"), "all.yaml: line 2: a key must be a plain word");
  ASSERT_TEXT(ReadStream("a: &x [1]\n*x : 2\n"), "all.yaml: line 2: a key must be a plain word");
  ASSERT_TEXT(ReadStream("{\"kind\": \"List\", \"items\": []}"), "kind=List;items=(0);|");
  YamlStream stream("a: 1\n---\n\nb: &n {c: 1}\nd: *n\n", "x");
  ASSERT_OK(stream.Next());
  Result<std::optional<YamlDocument>> second = stream.Next();
  ASSERT_OK(second);
  assert_int_equal((*second)->root()["b"]["c"].line(), 4);
  ASSERT_TEXT(*(*second)->root()["d"]["c"].String(), "1");
}

void AnAliasStandsForWhatWasThereBefore(void**) {
  constexpr std::string_view kUnknown = "stands for no value that is complete before it";
  ASSERT_CONTAINS(ReadStream("a: *x\n"), "all.yaml: line 1: alias *x ");
  ASSERT_CONTAINS(ReadStream("a: &x [1, *x]\n"), kUnknown);
  ASSERT_CONTAINS(ReadStream("a: &x {b: *x}\n"), kUnknown);
  ASSERT_CONTAINS(ReadStream("a: &x 1\n---\nb: *x\n"), kUnknown);
}

void AliasesOfAliasesAreLimited(void**) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    std::string before = "*a" + std::to_string(i - 1);
    std::string name = "a" + std::to_string(i);
    bomb.append(name).append(": &").append(name).append(" [").append(before);
    for (int k = 0; k < 9; ++k) bomb.append(", ").append(before);
    bomb.append("]\n");
  }
  ASSERT_CONTAINS(ReadStream(bomb), "more than 1000000 values");
  std::string deep = "a0: &a0 [x]\n";
  for (size_t i = 1; i < limits::yaml_stream_depth_max + 2; ++i) {
    std::string name = "a" + std::to_string(i);
    deep.append(name).append(": &").append(name).append(" [*a").append(std::to_string(i - 1));
    deep.append("]\n");
  }
  ASSERT_CONTAINS(ReadStream(deep), "deeper than 256 levels");
  ASSERT_CONTAINS(ReadStream(std::string(limits::yaml_stream_depth_max + 1, '[')), "deeper than");
}

void AfterAnErrorAStreamIsAtItsEnd(void**) {
  YamlStream stream("a: [1\n---\nb: 2\n", "x");
  ASSERT_CODE(stream.Next().status(), Code::kInvalidArgument);
  Result<std::optional<YamlDocument>> next = stream.Next();
  ASSERT_OK(next);
  assert_false(next->has_value());
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
      cmocka_unit_test(airgap::AStreamHasDocumentsAliasesAndTags),
      cmocka_unit_test(airgap::AnAliasStandsForWhatWasThereBefore),
      cmocka_unit_test(airgap::AliasesOfAliasesAreLimited),
      cmocka_unit_test(airgap::AfterAnErrorAStreamIsAtItsEnd),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
