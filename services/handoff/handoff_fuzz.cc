// What the site file leaves for the handoff, what an appliance says of the cutover, and what a
// probe's image says.
#include <cstdlib>

#include "base/fuzz_seeds.h"
#include "handoff/cutover.h"
#include "handoff/probe.h"
#include "handoff/settings.h"

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      R"({"registry":"https://r","address":"10.0.0.1","talos":false,"nodes":[{"name":"a"}],)"
      R"("replaced":{"dns":"x"}})",
      R"({"registry":"https://r","ca":"c","upstreams":["ghcr.io"],"nodes":[{"name":"a"}],)"
      R"("timeServers":["10.0.0.1"]})",
      R"({"run":"r","host":"ghcr.io","kind":"talos","key":"k","urls":["https://10.0.0.1"]})",
  };
  return airgap::testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace airgap;
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto settings = HandoffSettings::Parse(text);
  if (settings.ok() && settings->registry.empty()) abort();
  auto cutover = Cutover::Parse(text);
  if (cutover.ok()) {
    auto same = Cutover::Parse(cutover->Format());
    if (!same.ok() || same->upstreams != cutover->upstreams || same->ca != cutover->ca) abort();
  }
  auto probe = ProbeSettings::Parse(text);
  if (!probe.ok()) return 0;
  // What was read can be written and read again.
  auto again = ProbeSettings::Parse(probe->ToText());
  if (!again.ok() || again->key != probe->key || again->urls != probe->urls) abort();
  return 0;
}
