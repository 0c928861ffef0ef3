#include "base/base64.h"

#include "base/testing.h"

using namespace airgap;

namespace {

// RFC 4648, section 10
void TheTestVectorsFit(void**) {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kVectors) {
    assert_string_equal(EncodeBase64(bytes).c_str(), text);
    assert_true(DecodeBase64(text) == std::string(bytes));
    std::string bare = text;
    while (!bare.empty() && bare.back() == '=') bare.pop_back();
    assert_true(DecodeBase64(bare) == std::string(bytes));
  }
}

void LineBreaksAreLeftOut(void**) { assert_true(DecodeBase64("Zm9v\r\n YmFy\n") == "foobar"); }

void AnythingElseIsNone(void**) {
  for (const char* text : {"Z", "Zg=", "Zg===", "Z=g=", "Zm9v!", "Zm9vY", "Zm_v", "=Zg="}) {
    assert_false(DecodeBase64(text).has_value());
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(TheTestVectorsFit),
      cmocka_unit_test(LineBreaksAreLeftOut),
      cmocka_unit_test(AnythingElseIsNone),
  };
  return cmocka_run_group_tests_name("base/base64", tests, nullptr, nullptr);
}
