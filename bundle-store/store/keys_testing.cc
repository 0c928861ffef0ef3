#include "store/keys_testing.h"

#include <cstdio>
#include <cstdlib>

namespace airgap::testing {
namespace {

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    fprintf(stderr, "test key: %s\n", result.status().message().c_str());
    abort();
  }
  return *std::move(result);
}

}  // namespace

std::string Pem(const std::string& label, const std::string& base64) {
  return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
}

std::string TestPrivateKeyPem(int number) {
  return Pem("PRIVATE KEY",
             number == 1 ? "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
                         : "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7");
}

std::string TestPublicKeyPem(int number) {
  return Pem("PUBLIC KEY", number == 1
                               ? "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
                               : "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=");
}

PrivateKey TestPrivateKey(int number) {
  return Must(PrivateKey::Parse(TestPrivateKeyPem(number), "test key"));
}

PublicKey TestPublicKey(int number) {
  return Must(PublicKey::Parse(TestPublicKeyPem(number), "test key"));
}

}  // namespace airgap::testing
