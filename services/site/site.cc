#include "site/site.h"

#include <charconv>
#include <set>

#include "base/limits.h"
#include "base/password.h"
#include "site/checker.h"
#include "site/site_handoff.h"
#include "site/site_netboot.h"
#include "site/site_network.h"
#include "store/ed25519.h"

namespace airgap {
namespace {

constexpr std::string_view kPasswordScheme = "$scrypt$ln=14,r=8,p=5$";
constexpr size_t kSaltCharacters = 22;
constexpr size_t kHashCharacters = 43;

// Control characters of ASCII and Latin-1; others count one for each character. libyaml has seen
// to it that the text is UTF-8.
bool IsShowable(std::string_view text, size_t* characters) {
  *characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (c == 0xC2 && next < 0xA0) return false;
    if ((c & 0xC0) != 0x80) ++*characters;
  }
  return true;
}

void TakeName(Checker* checker, YamlView value, const std::string& path, Site* site) {
  if (!checker->TakeText(value, path, &site->name)) return;
  size_t characters = 0;
  bool is_showable = IsShowable(site->name, &characters);
  if (is_showable && characters >= 1 && characters <= limits::site_name_max_characters) return;
  checker->Wrong(value, path,
                 "must have 1 to " + std::to_string(limits::site_name_max_characters) +
                     " characters, none of them a control character");
}

void TakeHostNames(Checker* checker, YamlView value, const std::string& path, Site* site) {
  std::set<std::string> seen;
  checker->TakeList(value, path, limits::site_host_names_max_count,
                    [&](YamlView element, const std::string& here) {
                      std::string name;
                      if (!checker->TakeText(element, here, &name)) return;
                      if (!IsHostName(name)) {
                        checker->Wrong(
                            element, here,
                            "must be a DNS name like seed.example.org; the certificate names the"
                            " machine's addresses by itself");
                      } else if (!seen.insert(name).second) {
                        checker->Wrong(element, here, "stands here twice");
                      } else {
                        site->host_names.push_back(name);
                      }
                    });
}

bool IsUserName(std::string_view name) {
  if (name.empty() || name.size() > limits::user_name_max_bytes) return false;
  if (!IsLetterOrDigit(name.front())) return false;
  for (char c : name) {
    if (!IsLetterOrDigit(c) && std::string_view("._@-").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

void TakeUserName(Checker* checker, YamlView value, const std::string& path, SiteUser* user) {
  if (!checker->TakeText(value, path, &user->name) || IsUserName(user->name)) return;
  checker->Wrong(value, path,
                 "must begin with a letter or digit and have up to " +
                     std::to_string(limits::user_name_max_bytes) +
                     " letters, digits and characters of ._@-");
}

bool IsBase64(std::string_view text, size_t size) {
  if (text.size() != size) return false;
  for (char c : text) {
    if (!IsLetterOrDigit(c) && c != '+' && c != '/') return false;
  }
  return true;
}

bool IsPasswordHash(std::string_view text) {
  if (!text.starts_with(kPasswordScheme)) return false;
  std::string_view rest = text.substr(kPasswordScheme.size());
  size_t dollar = rest.find('$');
  return dollar != std::string_view::npos && IsBase64(rest.substr(0, dollar), kSaltCharacters) &&
         IsBase64(rest.substr(dollar + 1), kHashCharacters) && PasswordHash::Parse(text).ok();
}

void TakePassword(Checker* checker, YamlView value, const std::string& path, std::string* hash) {
  if (!checker->TakeText(value, path, hash) || IsPasswordHash(*hash)) return;
  checker->Wrong(value, path, "must be what 'cozy-airgap login hash' prints, not a password");
}

void TakeUserPassword(Checker* checker, YamlView value, const std::string& path, SiteUser* user) {
  TakePassword(checker, value, path, &user->password);
}

constexpr Key<SiteUser> kUserKeys[] = {
    {"name", TakeUserName},
    {"password", TakeUserPassword},
};

void TakeUsers(Checker* checker, YamlView value, const std::string& path,
               std::vector<SiteUser>* users) {
  std::set<std::string> seen;
  checker->TakeList(value, path, limits::site_users_max_count,
                    [&](YamlView element, const std::string& here) {
                      SiteUser user;
                      checker->TakeMapping<SiteUser>(element, here, kUserKeys, &user);
                      if (!element.IsMapping()) return;
                      for (const Key<SiteUser>& key : kUserKeys) {
                        if (element[key.name].exists()) continue;
                        checker->Wrong(element, here, "has no " + std::string(key.name));
                      }
                      if (!user.name.empty() && !seen.insert(user.name).second) {
                        checker->Wrong(element, here, "user " + user.name + " stands here twice");
                      }
                      users->push_back(std::move(user));
                    });
}

void TakePushUsers(Checker* checker, YamlView value, const std::string& path, Site::Push* push) {
  TakeUsers(checker, value, path, &push->users);
}

void TakeLoginToPull(Checker* checker, YamlView value, const std::string& path, Site::Push* push) {
  auto is_wanted = value.Bool();
  if (!is_wanted) return checker->Wrong(value, path, "must be true or false");
  push->login_to_pull = *is_wanted;
}

constexpr Key<Site::Push> kPushKeys[] = {
    {"users", TakePushUsers},
    {"loginToPull", TakeLoginToPull},
};

void TakePush(Checker* checker, YamlView value, const std::string& path, Site* site) {
  checker->TakeMapping<Site::Push>(value, path, kPushKeys, &site->push);
  if (value["loginToPull"].exists() && !value["users"].exists()) {
    checker->Wrong(value["loginToPull"], path + ".loginToPull", "needs push.users");
  }
}

constexpr Key<std::vector<SiteUser>> kControlKeys[] = {{"users", TakeUsers}};

void TakeControl(Checker* checker, YamlView value, const std::string& path, Site* site) {
  checker->TakeMapping<std::vector<SiteUser>>(value, path, kControlKeys, &site->control_users);
}

constexpr Key<std::string> kConsoleKeys[] = {{"password", TakePassword}};

void TakeConsole(Checker* checker, YamlView value, const std::string& path, Site* site) {
  checker->TakeMapping<std::string>(value, path, kConsoleKeys, &site->console_password);
}

// Exactly one key, and no other text: what stands there is what is meant.
bool IsOneKey(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----\n";
  constexpr std::string_view kEnd = "\n-----END PUBLIC KEY-----";
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text.starts_with(kBegin) && text.ends_with(kEnd) &&
         text.find("-----", kBegin.size()) == text.size() - kEnd.size() + 1 &&
         PublicKey::Parse(text, "").ok();
}

void TakeBundleKeys(Checker* checker, YamlView value, const std::string& path, Site* site) {
  checker->TakeList(value, path, limits::bundle_keys_max_count,
                    [&](YamlView element, const std::string& here) {
                      std::string key;
                      if (!checker->TakeText(element, here, &key)) return;
                      if (!IsOneKey(key)) {
                        checker->Wrong(element, here,
                                       "must be an Ed25519 public key, the text that"
                                       " 'openssl pkey -in KEY -pubout' prints");
                        return;
                      }
                      site->bundle_keys.push_back(std::move(key));
                    });
}

// What is in it only who opens it finds out.
bool IsCms(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN CMS-----\n";
  constexpr std::string_view kEnd = "\n-----END CMS-----";
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) return false;
  if (text.size() < kBegin.size() + kEnd.size()) return false;
  text = text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size());
  for (char c : text) {
    if (!IsLetterOrDigit(c) && std::string_view("+/=\n").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

void TakeMachineConfigs(Checker* checker, YamlView value, const std::string& path, Site* site) {
  if (!checker->TakeText(value, path, &site->machine_configs)) return;
  if (IsCms(site->machine_configs)) return;
  checker->Wrong(value, path, "must be what 'cozy-airgap site seal-configs' prints");
}

// What a new key needs: a line here, one in the schema, and its user.
constexpr Key<Site> kRootKeys[] = {
    {"name", TakeName},
    {"hostNames", TakeHostNames},
    {"network", TakeNetwork},
    {"push", TakePush},
    {"bundleKeys", TakeBundleKeys},
    {"console", TakeConsole},
    {"netboot", TakeNetboot},
    {"control", TakeControl},
    {"machineConfigs", TakeMachineConfigs},
    {"handoff", TakeHandoff},
};

// libyaml's own findings have their line in the message: ": line 3: ...".
SiteMistake NotYaml(std::string_view message) {
  SiteMistake mistake;
  constexpr std::string_view kBegin = "site: line ";
  if (message.starts_with(kBegin)) {
    std::string_view rest = message.substr(kBegin.size());
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), mistake.line);
    size_t digits = static_cast<size_t>(end - rest.data());
    if (error == std::errc() && rest.substr(digits, 2) == ": ") {
      mistake.message = rest.substr(digits + 2);
      return mistake;
    }
    mistake.line = 0;
  }
  mistake.message = message;
  return mistake;
}

}  // namespace

std::string SiteMistake::ToString() const {
  std::string text = line == 0 ? "" : "line " + std::to_string(line) + ": ";
  if (!key.empty()) text += key + ": ";
  return text + message;
}

CheckedSite CheckSite(std::string_view text) {
  CheckedSite checked;
  auto document = YamlDocument::Parse(text, limits::site_file_max_bytes, "site");
  if (!document.ok()) {
    checked.mistakes.push_back(NotYaml(document.status().message()));
    return checked;
  }
  YamlView root = document->root();
  Checker checker(&checked.mistakes);
  // A file of nothing but comments leaves every key out.
  if (!root.IsNull()) checker.TakeMapping<Site>(root, "", kRootKeys, &checked.site);
  if (checked.mistakes.empty()) CheckNetboot(&checker, root["netboot"], checked.site);
  return checked;
}

std::string FormatLogins(const std::vector<SiteUser>& users) {
  std::string text;
  for (const SiteUser& user : users) {
    text.append(user.name).append(":").append(user.password).append("\n");
  }
  return text;
}

std::string FormatBundleKeys(const Site& site) {
  std::string text;
  for (const std::string& key : site.bundle_keys) {
    text.append(key);
    if (!key.ends_with('\n')) text.append("\n");
  }
  return text;
}

}  // namespace airgap
