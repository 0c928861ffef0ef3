// Any text as a recipe, and as a plain list of images.
#include "base/fuzz_seeds.h"
#include "intake/recipe.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "name: n\nversion: v\nplatforms: [linux/amd64]\nimages:\n- busybox\n"
      "- {reference: 'quay.io/a/b:v1', platforms: [linux/arm64/v8], sparse: true}\n",
      "talos:\n- version: v1.13.6\n  schematic: "
      "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515\n"
      "  files: [kernel-amd64]\n  factory: https://f.example/\n",
      "assets:\n- {path: boot/x, file: x}\n- {path: y, url: 'https://e/y', sha256: "
      "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515}\n"
      "registries:\n  docker.io: {mirror: 'https://m/x', insecure: false}\n",
      "quay.io/b/c:v1  # comment\r\nbusybox\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  std::vector<std::string> mistakes;
  Result<Recipe> recipe = ParseRecipe(text, "fuzz", &mistakes);
  if (recipe.ok() != mistakes.empty()) __builtin_trap();
  Result<std::string> made = RecipeFromList(text, "fuzz", "n", "v", {{"linux", "amd64", ""}});
  // What is made of a list is a recipe, unless it is longer than one may be.
  if (made.ok()) {
    Result<Recipe> again = ParseRecipe(*made, "made", nullptr);
    if (!again.ok() && again.status().code() != Code::kLimitExceeded) __builtin_trap();
  }
  return 0;
}
