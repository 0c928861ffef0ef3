// Any text as the manifest of a split bundle: refused, or names that stay in its folder and sizes
// that add up.
#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "store/split_file.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      R"({"bundlePartsVersion":1,"identity":"sha256:)"
      R"(4e8d49ce566c26211545c9229ddc47e73ef0453e7c4e23609ec24bdf6401de8b")"
      R"(,"sizeBytes":10,"parts":[)"
      R"({"name":"a","sizeBytes":4,"digest":"sha256:)"
      R"(4e8d49ce566c26211545c9229ddc47e73ef0453e7c4e23609ec24bdf6401de8b"},)"
      R"({"name":"b","sizeBytes":6,"digest":"sha256:)"
      R"(4e8d49ce566c26211545c9229ddc47e73ef0453e7c4e23609ec24bdf6401de8b"}]})",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  (void)ParsePartSize(text.substr(0, 64));
  auto manifest = SplitManifest::Parse(text, "fuzz");
  if (!manifest.ok()) return 0;
  uint64_t total = 0;
  for (const SplitPart& part : manifest->parts) {
    if (part.name.find('/') != std::string::npos || part.size_bytes == 0) __builtin_trap();
    total += part.size_bytes;
  }
  if (total != manifest->size_bytes || total > limits::bundle_size_max_bytes) __builtin_trap();
  auto again = SplitManifest::Parse(manifest->Format(), "fuzz");
  if (!again.ok() && again.status().code() != Code::kLimitExceeded) __builtin_trap();
  return 0;
}
