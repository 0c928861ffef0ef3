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
  view.ForEachMember([&](YamlView, YamlView value) {
    values += 1 + Walk(value);
    return true;
  });
  return values;
}

// By hand, no key stands twice: what a key names is what stands there.
void CheckKeys(YamlView view) {
  view.ForEach([](YamlView element) {
    CheckKeys(element);
    return true;
  });
  view.ForEachMember([&](YamlView key, YamlView value) {
    if (view[key.String().value_or("")].line() != value.line() && key.String()) __builtin_trap();
    CheckKeys(value);
    return true;
  });
}

void ReadStream(std::string_view text) {
  YamlStream stream(text, "fuzz");
  for (;;) {
    Result<std::optional<YamlDocument>> next = stream.Next();
    if (!next.ok() || !*next) break;
    if (Walk((*next)->root()) > limits::yaml_stream_values_max_count) __builtin_trap();
  }
  Result<std::optional<YamlDocument>> end = stream.Next();
  if (!end.ok() || *end) __builtin_trap();
}

}  // namespace

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "name: rack 7\npush:\n  users:\n    - name: night\n      scrypt: \"$scrypt$x\"\n",
      "a: [1, {b: 'c'}, \"d\\n\"]\ne: |\n  text\n  more\nf: >-\n  folded\n",
      "? key\n: value\n--- \n...\n%YAML 1.1\n",
      "a: &a [x, x]\nb: &b [*a, *a]\n---\nc: !!map {<<: &d {e: 1}, f: *d}\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  ReadStream(text);
  Result<YamlDocument> document = YamlDocument::Parse(text, size_t{64} * 1024, "fuzz");
  if (!document.ok()) return 0;
  CheckKeys(document->root());
  if (Walk(document->root()) > limits::yaml_values_max_count) __builtin_trap();
  return 0;
}
