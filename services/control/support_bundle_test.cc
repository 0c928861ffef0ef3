#include "control/support_bundle.h"

#include <filesystem>
#include <map>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "store/tar.h"

namespace airgap {
namespace {

using testing::TempFolder;

constexpr char kRoot[] = "cozy-airgap-support/";

void Put(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  ASSERT_OK(WriteWholeFile(RealEnv(), path, content, 0644));
}

// Name without the root, and content.
std::map<std::string, std::string> Untar(const std::string& tar) {
  TempFolder folder;
  Put(folder / "x.tar", tar);
  auto file = RealEnv()->OpenReadable(folder / "x.tar");
  ASSERT_OK(file);
  std::map<std::string, std::string> files;
  for (uint64_t at = 0;;) {
    auto entry = ReadTarEntry(**file, 0, (*file)->size_bytes(), at);
    ASSERT_OK(entry);
    if (entry->is_end) return files;
    assert_true(entry->name.starts_with(kRoot));
    files[entry->name.substr(sizeof kRoot - 1)] =
        tar.substr(entry->payload_offset_bytes, entry->size_bytes);
    at = entry->NextOffset();
  }
}

void WhatHelpsIsThereAndSecretsAreNot(void**) {
  TempFolder folder;
  Put(folder / "log/registryd/current", "it began\n");
  Put(folder / "log/registryd/@4000000065.u", "before\n");
  Put(folder / "log/registryd/config", "s65536\n");
  Put(folder / "site/name", "Rack 7");
  Put(folder / "site/logins", "night:$scrypt$secret\n");
  auto files = Untar(BuildSupportBundle({"{}", folder / "log", folder / "site"}));
  ASSERT_TEXT(files["status.json"], "{}");
  ASSERT_CONTAINS(files["version"], "cozy-airgap ");
  ASSERT_TEXT(files["log/registryd/current"], "it began\n");
  ASSERT_TEXT(files["log/registryd/@4000000065.u"], "before\n");
  ASSERT_TEXT(files["site/name"], "Rack 7");
  ASSERT_CONTAINS(files["adapters"], "lo ");
  ASSERT_CONTAINS(files["kernel/proc/version"], "Linux");
  ASSERT_CONTAINS(files["kernel/proc/meminfo"], "MemTotal");
  assert_false(files.contains("log/registryd/config"));
  for (const auto& [name, content] : files) {
    assert_true(content.find("secret") == std::string::npos);
  }
}

void ItStaysSmall(void**) {
  TempFolder folder;
  std::string old(limits::support_file_max_bytes, 'a');
  for (int i = 0; i < 40; ++i) {
    Put(folder / ("log/s" + std::to_string(i) + "/current"), old + "the last line\n");
  }
  std::string tar = BuildSupportBundle({"{}", folder / "log", ""});
  assert_true(tar.size() <= limits::support_bundle_max_bytes);
  auto files = Untar(tar);
  ASSERT_TEXT(files["status.json"], "{}");
  const std::string& log = files["log/s0/current"];
  assert_int_equal(log.size(), limits::support_file_max_bytes);
  assert_true(log.ends_with("the last line\n"));
}

void WhatIsNotThereIsLeftOut(void**) {
  auto files = Untar(BuildSupportBundle({"{}", "/nowhere/log", "/nowhere/site"}));
  ASSERT_TEXT(files["status.json"], "{}");
  assert_false(files.contains("site/name"));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatHelpsIsThereAndSecretsAreNot),
      cmocka_unit_test(ItStaysSmall),
      cmocka_unit_test(WhatIsNotThereIsLeftOut),
  };
  return cmocka_run_group_tests_name("control/support_bundle", tests, nullptr, nullptr);
}
