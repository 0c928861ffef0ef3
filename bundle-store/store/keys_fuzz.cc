// Any text as a key in PEM: a key or a refusal, and nothing is asked on the terminal.
#include "base/fuzz_seeds.h"
#include "store/ed25519.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
      "-----END PRIVATE KEY-----\n",
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
      "-----END PUBLIC KEY-----\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto public_key = PublicKey::Parse(text, "fuzz");
  if (public_key.ok()) (void)public_key->Verify(AsBytes("message"), {});
  auto private_key = PrivateKey::Parse(text, "fuzz");
  if (!private_key.ok()) return 0;
  auto signature = private_key->Sign(AsBytes("message"));
  if (!signature.ok()) __builtin_trap();
  if (!private_key->public_key().Verify(AsBytes("message"), *signature)) __builtin_trap();
  return 0;
}
