// Any text as the file of logins: read whole or refused with its line.
#include "base/fuzz_seeds.h"
#include "registry/logins.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "# who may push\nnight:$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
      "a:$scrypt$ln=1,r=1,p=1$$\n\r\n:::\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto logins = Logins::Parse(text, "fuzz");
  if (!logins.ok()) {
    if (logins.status().message().find("fuzz") == std::string::npos) __builtin_trap();
    return 0;
  }
  // Nothing that is malformed gets as far as a password's hash.
  for (const char* header : {"", "Basic", "Bearer x", "Basic !", "Basic bm9jb2xvbg=="}) {
    if ((*logins)->Check(header).ok()) __builtin_trap();
  }
  return 0;
}
