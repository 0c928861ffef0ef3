// Any text as rendered manifests: refused, or every finding is a reference that parses again.
#include "base/fuzz_seeds.h"
#include "intake/rendered_images.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "kind: Pod\nspec:\n  containers: [{image: a.io/b:1, args: ['--x=quay.io/c/d:v1']}]\n",
      "kind: ConfigMap\nbinaryData: {a: H4sIAAAAAAAA/w==}\ndata:\n  b: |\n    image: a.io/b:1\n",
      R"(kind: HelmRepository
metadata: {name: r}
spec: {url: 'oci://a.io/b'}
---
kind: HelmRelease
spec: {chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: r}}}}
)",
      R"({"kind":"List","items":[{"kind":"OCIRepository",
"spec":{"url":"oci://a.io/b","ref":{"digest":"sha256:x"}}}]})",
      R"(kind: Secret
data: {v: aW1hZ2U6IGEuaW8vc2VjcmV0OjE=}
image: &i {repository: a/b, tag: 1}
copy: *i
)",
      // No chart is called this, so there is no reference to it.
      R"(kind: HelmRepository
metadata: {name: r}
spec: {url: 'oci://a.io/b'}
---
kind: HelmRelease
spec: {chart: {spec: {chart: c>>, version: 1.2.3, sourceRef: {kind: HelmRepository, name: r}}}}
)",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  FoundReferences found;
  RenderedImages images(&found);
  std::string_view text(reinterpret_cast<const char*>(input), size);
  if (!images.TakeText(text, "fuzz").ok() || !images.Finish().ok()) return 0;
  for (const auto& [name, reference] : found.all()) {
    if (reference.count == 0 || name != reference.text) __builtin_trap();
    if (!reference.reference) continue;
    const Reference& parsed = *reference.reference;
    bool is_full = !parsed.tag.empty() || parsed.digest.has_value();
    if (is_full && !Reference::ParseFull(parsed.ToString()).ok()) __builtin_trap();
  }
  return 0;
}
