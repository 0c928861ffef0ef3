#include "site/site.h"

#include "base/limits.h"
#include "base/password.h"
#include "base/testing.h"
#include "store/keys_testing.h"

namespace airgap {
namespace {

constexpr char kHash[] =
    "$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// All mistakes, a line each.
std::string Mistakes(std::string_view text) {
  std::string lines;
  for (const SiteMistake& mistake : CheckSite(text).mistakes) {
    lines.append(mistake.ToString()).append("\n");
  }
  return lines;
}

void EveryKeyIsRead(void**) {
  std::string text =
      "name: Rack 7, Лефортово\n"
      "hostNames: [seed.example.org, seed]\n"
      "push:\n"
      "  users:\n"
      "    - {name: night, password: \"" +
      std::string(kHash) +
      "\"}\n"
      "  loginToPull: true\n"
      "console: {password: \"" +
      std::string(kHash) + "\"}\n";
  CheckedSite checked = CheckSite(text);
  ASSERT_TEXT(Mistakes(text), "");
  ASSERT_TEXT(checked.site.console_password, std::string(kHash));
  ASSERT_TEXT(checked.site.name, "Rack 7, Лефортово");
  assert_int_equal(checked.site.host_names.size(), 2);
  ASSERT_TEXT(checked.site.host_names[0], "seed.example.org");
  assert_true(checked.site.push.login_to_pull);
  ASSERT_TEXT(FormatLogins(checked.site.push.users), "night:" + std::string(kHash) + "\n");
}

void EveryKeyMayBeLeftOut(void**) {
  for (const char* text : {"", "# nothing\n", "{}", "name: x", "push: {}"}) {
    ASSERT_TEXT(Mistakes(text), "");
  }
  ASSERT_TEXT(FormatLogins(CheckSite("").site.push.users), "");
}

void AnUnknownKeyNamesItsLineAndTheNearest(void**) {
  ASSERT_TEXT(Mistakes("name: x\nhostnames: [a]\n"),
              "line 2: hostnames: unknown key; the nearest known one is hostNames\n");
  ASSERT_TEXT(Mistakes("push:\n  user: []\n"),
              "line 2: push.user: unknown key; the nearest known one is users\n");
  ASSERT_TEXT(Mistakes("something-else: x\n"), "line 1: something-else: unknown key\n");
}

void EveryMistakeIsTold(void**) {
  ASSERT_TEXT(
      Mistakes("name: 7\n"
               "hostNames: [10.0.0.1, ok.example, ok.example, 'a_b']\n"
               "push:\n"
               "  users:\n"
               "    - name: -x\n"
               "      password: secret\n"
               "    - password: " +
               std::string(kHash) +
               "\n"
               "  loginToPull: yes\n"),
      "line 1: name: must be text: put it in quotes\n"
      "line 2: hostNames[0]: must be a DNS name like seed.example.org; the certificate names"
      " the machine's addresses by itself\n"
      "line 2: hostNames[2]: stands here twice\n"
      "line 2: hostNames[3]: must be a DNS name like seed.example.org; the certificate names"
      " the machine's addresses by itself\n"
      "line 5: push.users[0].name: must begin with a letter or digit and have up to 64"
      " letters, digits and characters of ._@-\n"
      "line 6: push.users[0].password: must be what 'cozy-airgap login hash' prints, not a"
      " password\n"
      "line 7: push.users[1]: has no name\n"
      "line 8: push.loginToPull: must be true or false\n");
}

void WrongShapesAreMistakes(void**) {
  ASSERT_CONTAINS(Mistakes("- a\n"), "line 1: must be a mapping of keys to values");
  ASSERT_CONTAINS(Mistakes("name: [a]\n"), "name: must be text");
  ASSERT_CONTAINS(Mistakes("name:\n"), "name: has no value; give it one or leave the key out");
  ASSERT_CONTAINS(Mistakes("name: 1.5e3\n"), "put it in quotes");
  ASSERT_TEXT(Mistakes("name: '7'\n"), "");
  ASSERT_CONTAINS(Mistakes("name: \"a\\eb\"\n"), "none of them a control character");
  ASSERT_CONTAINS(Mistakes("name: \"\"\n"), "must have 1 to 64 characters");
  ASSERT_CONTAINS(Mistakes("hostNames: []\n"), "must be a list of 1 to 64");
  ASSERT_CONTAINS(Mistakes("push: {loginToPull: false}\n"), "needs push.users");
  ASSERT_CONTAINS(Mistakes("a: [\n"), "line 2: ");
  ASSERT_CONTAINS(Mistakes("name: x\nname: y\n"), "line 2: key \"name\" stands here twice");
  std::string two = "{name: a, password: \"" + std::string(kHash) + "\"}";
  ASSERT_CONTAINS(Mistakes("push: {users: [" + two + ", " + two + "]}"),
                  "push.users[1]: user a stands here twice");
}

void LimitsHold(void**) {
  ASSERT_CONTAINS(Mistakes(std::string(limits::site_file_max_bytes + 1, '#')), "longer than");
  assert_int_equal(CheckSite(std::string(limits::site_file_max_bytes, '#')).mistakes.size(), 0);
  std::string many;
  for (int i = 0; i < 1000; ++i) many.append("k").append(std::to_string(i)).append(": 1\n");
  assert_int_equal(CheckSite(many).mistakes.size(), limits::site_mistakes_max_count);
  std::string label(limits::host_label_max_bytes, 'a');
  ASSERT_TEXT(Mistakes("hostNames: [" + label + ".org]"), "");
  assert_false(Mistakes("hostNames: [" + label + "a.org]").empty());
}

void BundleKeysAreKeysAndNothingElse(void**) {
  std::string key = testing::TestPublicKeyPem(1);
  auto in_site = [](std::string pem) {
    std::string text = "bundleKeys:\n  - |\n";
    for (size_t end = 0; (end = pem.find('\n')) != std::string::npos; pem.erase(0, end + 1)) {
      text.append("    ").append(pem, 0, end + 1);
    }
    return text;
  };
  CheckedSite checked = CheckSite(in_site(key) + in_site(testing::TestPublicKeyPem(2)).substr(12));
  assert_int_equal(checked.mistakes.size(), 0);
  auto keys = ParsePublicKeys(FormatBundleKeys(checked.site), "keys");
  ASSERT_OK(keys);
  assert_int_equal(keys->size(), 2);
  assert_true((*keys)[1].id() == testing::TestPublicKey(2).id());
  for (const std::string& wrong :
       {testing::TestPrivateKeyPem(1), "# mine\n" + key, key + key, key.substr(1), "x\n" + key}) {
    ASSERT_CONTAINS(Mistakes(in_site(wrong)),
                    "line 2: bundleKeys[0]: must be an Ed25519 public key");
  }
  ASSERT_TEXT(FormatBundleKeys(CheckSite("").site), "");
}

void APasswordIsKeptAsAHash(void**) {
  auto hash = HashPassword("shift-of-six");
  ASSERT_OK(hash);
  ASSERT_TEXT(Mistakes("push: {users: [{name: a, password: \"" + *hash + "\"}]}"), "");
  auto parsed = PasswordHash::Parse(*hash);
  ASSERT_OK(parsed);
  assert_true(parsed->Fits("shift-of-six"));
  assert_false(parsed->Fits("shift-of-seven"));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryKeyIsRead),
      cmocka_unit_test(EveryKeyMayBeLeftOut),
      cmocka_unit_test(AnUnknownKeyNamesItsLineAndTheNearest),
      cmocka_unit_test(EveryMistakeIsTold),
      cmocka_unit_test(WrongShapesAreMistakes),
      cmocka_unit_test(LimitsHold),
      cmocka_unit_test(BundleKeysAreKeysAndNothingElse),
      cmocka_unit_test(APasswordIsKeptAsAHash),
  };
  return cmocka_run_group_tests_name("site/site", tests, nullptr, nullptr);
}
