// Any text as what a registry sends in headers, and as docker's config.json.
#include "base/fuzz_seeds.h"
#include "pull/challenge.h"
#include "pull/credentials.h"
#include "pull/reply.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      "Bearer realm=\"https://auth.example/token\",service=\"r\",scope=\"pull\"",
      "Negotiate, NTLM TlRMTVNT==, Basic realm=\"a \\\"b\\\"\"",
      "</v2/a/referrers/x?n=2>; rel=\"next\"",
      "bytes 100-199/200",
      "{\"auths\":{\"ghcr.io\":{\"auth\":\"dXNlcjpwYXNz\"}}}",
      "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"no such name\"}]}",
      "222",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string text(reinterpret_cast<const char*>(input), size);
  for (const AuthChallenge& challenge : ParseAuthChallenges(text)) {
    if (challenge.scheme.empty()) __builtin_trap();
    (void)challenge.Param("realm");
  }
  (void)NextLink(text);
  (void)Credentials::Parse(text, "fuzz");
  HttpReply reply;
  reply.status = 404;
  reply.error_body = text;
  reply.headers["content-range"] = text;
  reply.headers["content-type"] = text;
  reply.headers["content-length"] = text;
  (void)StatusOfReply(reply);
  (void)RangeStart(reply);
  (void)MediaTypeIn(reply);
  (void)ContentLength(reply);
  return 0;
}
