#include "netboot/machine_configs.h"

#include <zstd.h>

#include "base/base64.h"
#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

constexpr char kMac[] = "52:54:00:00:00:01";

void Write(const std::string& path, const std::string& text) {
  ASSERT_OK(WriteWholeFile(RealEnv(), path, text, 0644));
}

std::string Fetched(MachineConfigs* configs, const MachineLabels& labels,
                    const std::string& group = "") {
  auto token = configs->Grant(labels, group);
  ASSERT_OK(token.status());
  auto fetched = configs->Fetch(*token);
  ASSERT_OK(fetched.status());
  return fetched->text;
}

void TheMostParticularConfigIsTheMachines(void**) {
  testing::TempFolder folder;
  MachineConfigs configs(RealEnv(), {folder / "", ""});
  MachineLabels labels = {{"mac", kMac}, {"uuid", "u-1"}, {"serial", "s1"}, {"hostname", "node1"}};
  ASSERT_CODE(configs.Grant(labels, "rack").status(), Code::kNotFound);
  for (const char* name : {"rack", "node1", "s1", "u-1", "52-54-00-00-00-01"}) {
    Write(folder / (std::string(name) + ".yaml"), name);
    assert_true(configs.HasFor(labels, "rack"));
    ASSERT_TEXT(Fetched(&configs, labels, "rack"), name);
  }
  assert_false(configs.HasFor({{"mac", "52:54:00:00:00:02"}}, ""));
}

void WhatAMachineSaysLeadsNowhere(void**) {
  testing::TempFolder folder;
  ASSERT_OK(MakeFolders(folder / "configs"));
  Write(folder / "secret.yaml", "secret");
  MachineConfigs configs(RealEnv(), {folder / "configs", ""});
  for (const char* name : {"../secret", "..", ".", "/etc/passwd", "a/b", "secret\n"}) {
    assert_false(configs.HasFor({{"mac", kMac}, {"serial", name}}, name));
  }
}

void OnlyATokenOfNowGetsAConfig(void**) {
  testing::TempFolder folder;
  Write(folder / "52-54-00-00-00-01.yaml", "config");
  MachineConfigs configs(RealEnv(), {folder / "", ""});
  MachineLabels labels = {{"mac", kMac}};
  std::string first = *configs.Grant(labels, "");
  assert_int_equal(first.size(), 32);
  assert_true(first != *configs.Grant(labels, ""));
  ASSERT_TEXT(configs.Fetch(first)->text, "config");
  ASSERT_TEXT(configs.Fetch(first)->mac, kMac);
  for (const std::string& wrong : {std::string(), first.substr(1), first + "0"}) {
    ASSERT_CODE(configs.Fetch(wrong).status(), Code::kDenied);
  }
  // Many machines at once have the oldest one start over, and no more memory is taken.
  for (size_t i = 0; i < limits::nodes_max_count; ++i)
    ASSERT_OK(configs.Grant(labels, "").status());
  ASSERT_CODE(configs.Fetch(first).status(), Code::kDenied);
  Write(folder / "s1.yaml", "config");
  ASSERT_CODE(configs.Grant({{"serial", "s1"}}, "").status(), Code::kInvalidArgument);
}

void WhoFetchedItIsRememberedAndCanBeReset(void**) {
  testing::TempFolder folder;
  ASSERT_OK(MakeFolders(folder / "done"));
  for (const std::string& done : {std::string(), folder / "done"}) {
    MachineConfigs configs(RealEnv(), {folder / "", done});
    assert_false(configs.IsDone(kMac));
    ASSERT_OK(configs.MarkDone(kMac));
    assert_true(configs.IsDone(kMac));
    assert_false(configs.IsDone("52:54:00:00:00:02"));
  }
  MachineConfigs again(RealEnv(), {folder / "", folder / "done"});
  assert_true(again.IsDone(kMac));
  ASSERT_OK(RealEnv()->RemoveFile(folder / "done/52-54-00-00-00-01"));
  assert_false(again.IsDone(kMac));
}

void TheCaIsOnTheCommandLine(void**) {
  auto argument = EarlyConfigArgument("-----BEGIN CERTIFICATE-----\nAA==\n-----END-----\n");
  ASSERT_OK(argument.status());
  constexpr std::string_view kName = "talos.config.early=";
  assert_true(argument->starts_with(kName));
  auto packed = DecodeBase64(argument->substr(kName.size()));
  assert_true(packed.has_value());
  std::string text(1000, '\0');
  size_t size = ZSTD_decompress(text.data(), text.size(), packed->data(), packed->size());
  assert_int_equal(ZSTD_isError(size), 0);
  ASSERT_TEXT(text.substr(0, size),
              "apiVersion: v1alpha1\nkind: TrustedRootsConfig\nname: cozy-airgap\n"
              "certificates: |-\n  -----BEGIN CERTIFICATE-----\n  AA==\n  -----END-----\n");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(TheMostParticularConfigIsTheMachines),
      cmocka_unit_test(WhatAMachineSaysLeadsNowhere),
      cmocka_unit_test(OnlyATokenOfNowGetsAConfig),
      cmocka_unit_test(WhoFetchedItIsRememberedAndCanBeReset),
      cmocka_unit_test(TheCaIsOnTheCommandLine),
  };
  return cmocka_run_group_tests_name("netboot/machine_configs", tests, nullptr, nullptr);
}
