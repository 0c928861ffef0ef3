// Any text as YAML: parsed or refused, and every value of what was parsed can be asked.
#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "base/yaml.h"

using namespace airgap;

namespace {

size_t Walk(YamlView view) {
  size_t values = 1;
  (void)view.String();
  (void)view.Uint();
  (void)view.Bool();
  if (view.exists() && view.line() == 0) __builtin_trap();
  view.ForEach([&values](YamlView element) {
    values += Walk(element);
    return true;
  });
  view.ForEachMember([&](YamlView key, YamlView value) {
    // What a key names is what stands there.
    if (view[key.String().value_or("")].line() != value.line() && key.String()) __builtin_trap();
    values += Walk(value);
    return true;
  });
  return values;
}

}  // namespace

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "name: rack 7\npush:\n  users:\n    - name: night\n      scrypt: \"$scrypt$x\"\n",
      "a: [1, {b: 'c'}, \"d\\n\"]\ne: |\n  text\n  more\nf: >-\n  folded\n",
      "? key\n: value\n--- \n...\n%YAML 1.1\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  Result<YamlDocument> document = YamlDocument::Parse(text, size_t{64} * 1024, "fuzz");
  if (!document.ok()) return 0;
  if (Walk(document->root()) > limits::yaml_values_max_count) __builtin_trap();
  return 0;
}
