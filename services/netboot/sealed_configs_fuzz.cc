// Any text as sealed machine configs: it is opened within its limits or refused.
#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "netboot/machine_configs.h"
#include "netboot/sealed_configs.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static const std::string kPlain = *SealConfigs({{"a", "version: v1alpha1\n"}}, "");
  static const std::string kSealed = *SealConfigs({{"a", "version: v1alpha1\n"}}, "password");
  static const std::string_view kSeeds[] = {kPlain, kSealed};
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto needs_password = NeedsPassword(text);
  // What takes a password takes a second.
  if (!needs_password.ok() || *needs_password) return 0;
  auto opened = OpenConfigs(text, "");
  if (!opened.ok()) return 0;
  for (const auto& [name, config] : *opened) {
    if (!IsMachineConfigName(name) || config.size() > limits::netboot_file_max_bytes) abort();
  }
  return 0;
}
