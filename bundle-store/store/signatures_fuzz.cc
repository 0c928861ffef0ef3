// Any text as a bundle's list of signatures: read whole or refused, and what was read is written
// back so that it reads the same.
#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "store/signatures.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      R"({"signatures":[]}    )",
      R"({"signatures":[{"keyId":"sha256:)"
      R"(4e8d49ce566c26211545c9229ddc47e73ef0453e7c4e23609ec24bdf6401de8b","signature":")"
      R"(5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==)"
      R"("}]}  )",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto signatures = ParseSignatures(text, "fuzz");
  if (!signatures.ok()) return 0;
  if (signatures->size() > limits::bundle_signatures_max_count) __builtin_trap();
  auto again = ParseSignatures(FormatSignatures(*signatures), "fuzz");
  if (!again.ok() || again->size() != signatures->size()) __builtin_trap();
  for (size_t i = 0; i < again->size(); ++i) {
    if ((*again)[i].key_id != (*signatures)[i].key_id) __builtin_trap();
    if ((*again)[i].bytes != (*signatures)[i].bytes) __builtin_trap();
  }
  return 0;
}
