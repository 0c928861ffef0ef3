// Any text as a list of what nodes hold: refused, or every name is a full reference.
#include "base/fuzz_seeds.h"
#include "intake/live_images.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "NODE IMAGE DIGEST SIZE CREATED\n10.0.0.1 a.io/b:1 "
      "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 320 kB 2 days ago\n",
      "{\"images\":[{\"repoTags\":[\"a.io/b:1\"],\"repoDigests\":[\"a.io/b@sha256:"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]}]}",
      "# a comment\na.io/b:1\ndocker.io/busybox:1.36\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  Result<std::vector<LiveImage>> images = ParseLiveImages(text, "fuzz");
  if (!images.ok()) return 0;
  if (images->empty()) __builtin_trap();
  for (const LiveImage& image : *images) {
    if (!Reference::ParseFull(image.reference.ToString()).ok()) __builtin_trap();
  }
  return 0;
}
