// Paths below /v2/, taken apart.
#include <cstdint>
#include <cstdlib>

#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "registry/route.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace airgap;
  std::string path = "/v2/" + std::string(reinterpret_cast<const char*>(input), size);
  auto route = ParseRoute(path);
  if (!route.ok()) return 0;
  bool has_name = route->endpoint != Endpoint::kBase && route->endpoint != Endpoint::kCatalog;
  if (has_name == route->name.empty()) abort();
  if (route->name.size() > limits::reference_max_bytes) abort();
  return 0;
}

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "_catalog",
      "ghcr.io/org/app/manifests/v1",
      "localhost:5000/x/blobs/sha256:00",
      "org/app/blobs/uploads/",
      "org/app/tags/list",
      "a/blobs/b/manifests/c/referrers/sha256:11",
  };
  return airgap::testing::CopySeed(kSeeds, number, out, max_size);
}
