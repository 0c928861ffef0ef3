// The identity of a medium, arbitrary bytes: what is read fits together and is written the same.
#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "net/authority.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static const std::string kOne = FormatIdentity(*MakeImageAuthority({{"a.org"}, {"10.0.0.0/8"}}));
  static const std::string kTwo =
      FormatIdentity(*IssueImageAuthority(*MakeSiteAuthority("Rack 7", {{}, {"fd00::/8"}})));
  static const std::string_view kSeeds[] = {kOne, kTwo};
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string text(reinterpret_cast<const char*>(input), size);
  Result<Authority> authority = ParseIdentity(text, "fuzz");
  if (!authority.ok()) return 0;
  (void)NamesOutside(*authority, {{"a.org"}, {"10.0.0.1", "fd00::1"}});
  if (!ParseIdentity(FormatIdentity(*authority), "again").ok()) __builtin_trap();
  return 0;
}
