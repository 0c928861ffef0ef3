#include "store/ed25519.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/keys_testing.h"

namespace airgap {
namespace {

using testing::Pem;
using testing::TestPrivateKey;
using testing::TestPrivateKeyPem;
using testing::TestPublicKey;
using testing::TestPublicKeyPem;

constexpr char kEcPrivate[] =
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgp3ED77KQEyfKZ2AB\n"
    "tF67RJMTEnKy/BLjCF3xStJQBCChRANCAARbxP//Qna0+DEDnWNS1QjKegEbh/Tt\n"
    "oDL0nJRs6zINsBv2jNEf/Ygy8/ei/34yGfT8zmG2JnLkr584+MnNcER/";
constexpr char kEcPublic[] =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEW8T//0J2tPgxA51jUtUIynoBG4f0\n"
    "7aAy9JyUbOsyDbAb9ozRH/2IMvP3ov9+Mhn0/M5htiZy5K+fOPjJzXBEfw==";
constexpr char kEncrypted[] =
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhC4j6yydFd0wICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEATcaaKpUjSqWVeGOwMNkCcEQDK7\n"
    "uFd7ypeYsyNNQztt8Kf1YLkc8Ch3pNAKjqU5Qu7Z/rmBPC3GNQbLWK+7omh8IEZ1\n"
    "lgt9iiVR3H8r5pSGq5k=";

void SignaturesAreThoseOfTheRfc(void**) {
  // https://www.rfc-editor.org/rfc/rfc8032#section-7.1
  struct Case {
    int key;
    std::string message;
    const char* signature;
  };
  const Case cases[] = {
      {1, "",
       "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw=="},
      {2, "\x72",
       "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA=="},
  };
  for (const Case& c : cases) {
    auto signature = TestPrivateKey(c.key).Sign(AsBytes(c.message));
    ASSERT_OK(signature);
    std::string_view bytes(reinterpret_cast<const char*>(signature->data()), signature->size());
    ASSERT_TEXT(EncodeBase64(bytes), c.signature);
    assert_true(TestPublicKey(c.key).Verify(AsBytes(c.message), *signature));
    assert_false(TestPublicKey(3 - c.key).Verify(AsBytes(c.message), *signature));
    assert_false(TestPublicKey(c.key).Verify(AsBytes(c.message + "x"), *signature));
    (*signature)[5] ^= 1;
    assert_false(TestPublicKey(c.key).Verify(AsBytes(c.message), *signature));
  }
}

void BothHalvesHaveOneId(void**) {
  ASSERT_TEXT(TestPrivateKey(1).public_key().id().ToString(), TestPublicKey(1).id().ToString());
  assert_true(TestPublicKey(1).id() != TestPublicKey(2).id());
}

void SeveralKeysAreReadFromOneText(void**) {
  std::string both = TestPublicKeyPem(1) + "of the night shift:\n" + TestPublicKeyPem(2);
  auto keys = ParsePublicKeys(both, "x");
  ASSERT_OK(keys);
  assert_int_equal(keys->size(), 2);
  assert_true((*keys)[0].id() == TestPublicKey(1).id());
  assert_true((*keys)[1].id() == TestPublicKey(2).id());
  ASSERT_CONTAINS(ParsePublicKeys("", "x").status().message(), "x, key 1 is no public key");
  ASSERT_CONTAINS(ParsePublicKeys(both + TestPrivateKeyPem(1), "x").status().message(),
                  "x, key 3 is a private key");
  std::string many;
  for (size_t i = 0; i < limits::bundle_keys_max_count; ++i) many += TestPublicKeyPem(1);
  ASSERT_OK(ParsePublicKeys(many, "x"));
  ASSERT_CONTAINS(ParsePublicKeys(many + TestPublicKeyPem(2), "x").status().message(),
                  "x has more than 16 keys");
}

void KeysOfAnotherKindAreRefused(void**) {
  struct Case {
    std::string pem;
    const char* says;
  };
  const Case private_keys[] = {
      {"", "x is no private key in PEM"},
      {"hello", "x is no private key in PEM"},
      {TestPrivateKeyPem(1).substr(0, 60), "x is no private key in PEM"},
      {TestPublicKeyPem(1), "x is no private key in PEM"},
      {Pem("PRIVATE KEY", kEcPrivate), "x is no Ed25519 key"},
      {Pem("ENCRYPTED PRIVATE KEY", kEncrypted), "x is encrypted"},
  };
  for (const Case& c : private_keys) {
    auto key = PrivateKey::Parse(c.pem, "x");
    assert_false(key.ok());
    ASSERT_CODE(key.status(), Code::kInvalidArgument);
    ASSERT_CONTAINS(key.status().message(), c.says);
  }
  const Case public_keys[] = {
      {"", "x is no public key in PEM"},
      {TestPrivateKeyPem(1), "x is a private key"},
      {Pem("PUBLIC KEY", kEcPublic), "x is no Ed25519 key"},
      {Pem("PUBLIC KEY", "MCowBQYDK2VwAyEA"), "x is no public key in PEM"},
  };
  for (const Case& c : public_keys) {
    auto key = PublicKey::Parse(c.pem, "x");
    assert_false(key.ok());
    ASSERT_CODE(key.status(), Code::kInvalidArgument);
    ASSERT_CONTAINS(key.status().message(), c.says);
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(SignaturesAreThoseOfTheRfc),
      cmocka_unit_test(BothHalvesHaveOneId),
      cmocka_unit_test(SeveralKeysAreReadFromOneText),
      cmocka_unit_test(KeysOfAnotherKindAreRefused),
  };
  return cmocka_run_group_tests_name("store/ed25519", tests, nullptr, nullptr);
}
