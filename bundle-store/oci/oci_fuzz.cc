// Any text as a reference, a digest, a manifest.
#include "base/fuzz_seeds.h"
#include "oci/manifest.h"
#include "oci/reference.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "ghcr.io/org/app:v1",
      "localhost:5000/a__b/c-d@sha256:"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"c\",\"digest\":\"sha256:"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":5},"
      "\"layers\":[],\"annotations\":{\"a\":\"b\"}}",
      "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"m\",\"digest\":\"sha256:"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":5,"
      "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  Result<Reference> reference = Reference::ParseFamiliar(text);
  if (reference.ok()) {
    // What was accepted must be accepted again in its full form, unchanged.
    Result<Reference> again = Reference::ParseFull(reference->ToString());
    if (!again.ok() || again->ToString() != reference->ToString()) __builtin_trap();
  }
  (void)Digest::Parse(text);
  (void)Platform::Parse(text);
  (void)IsRegistryHost(text);
  Result<Manifest> manifest = Manifest::Parse(text, "", "fuzz");
  if (manifest.ok()) (void)manifest->Children();
  return 0;
}
