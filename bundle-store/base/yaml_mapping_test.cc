#include "base/yaml_mapping.h"

#include "base/testing.h"

using namespace airgap;

namespace {

// Reads `text` as {name: text, deep: bool, list: [text]} and gives what is wrong with it.
std::vector<std::string> MistakesIn(std::string_view text) {
  Result<YamlDocument> document = YamlDocument::Parse(text, 4096, "test");
  ASSERT_OK(document);
  YamlMistakes mistakes;
  ReadYamlMapping(document->root(), "top",
                  {{"name", [&](YamlView value) { ReadYamlString(value, "name", &mistakes); }},
                   {"deep", [&](YamlView value) { ReadYamlBool(value, "deep", &mistakes); }},
                   {"list",
                    [&](YamlView value) {
                      ReadYamlSequence(
                          value, "list",
                          [&](YamlView one) { ReadYamlString(one, "list", &mistakes); }, &mistakes);
                    }}},
                  &mistakes);
  return mistakes.lines();
}

void WhatIsRightHasNoMistakes(void**) {
  assert_true(MistakesIn("name: x\ndeep: true\nlist: [a, b]\n").empty());
}

void EveryMistakeIsToldWithItsLine(void**) {
  std::vector<std::string> lines = MistakesIn("nam: x\ndeep: 7\nlist: a\nquite-another: 1\n");
  assert_int_equal(lines.size(), 4);
  assert_string_equal(lines[0].c_str(), "line 1: top: unknown key 'nam'; do you mean 'name'?");
  assert_string_equal(lines[1].c_str(), "line 2: deep: expected true or false");
  assert_string_equal(lines[2].c_str(), "line 3: list: expected a list");
  assert_string_equal(lines[3].c_str(), "line 4: top: unknown key 'quite-another'");
}

void WhatIsNoMappingIsTold(void**) {
  assert_int_equal(MistakesIn("- a\n").size(), 1);
  assert_int_equal(MistakesIn("name: [a]\nlist: [{}]\n").size(), 2);
}

void TheNearestNameIsFewLettersAway(void**) {
  assert_true(NearestName("imagse", {"name", "images"}) == "images");
  assert_true(NearestName("x", {"name", "images"}).empty());
  assert_true(NearestName(std::string(100'000, 'a'), {"name", "images"}).empty());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatIsRightHasNoMistakes),
      cmocka_unit_test(EveryMistakeIsToldWithItsLine),
      cmocka_unit_test(WhatIsNoMappingIsTold),
      cmocka_unit_test(TheNearestNameIsFewLettersAway),
  };
  return cmocka_run_group_tests_name("base/yaml_mapping", tests, nullptr, nullptr);
}
