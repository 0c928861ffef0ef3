#include "netboot/sealed_configs.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

MachineConfigTexts Some() {
  return {{"52-54-00-00-00-01", "version: v1alpha1\n"}, {"workers", "machine: {type: worker}\n"}};
}

void WhatWasSealedIsOpenedByItsPassword(void**) {
  auto sealed = SealConfigs(Some(), "correct horse");
  ASSERT_OK(sealed);
  assert_true(sealed->starts_with("-----BEGIN CMS-----\n"));
  assert_true(*NeedsPassword(*sealed));
  auto opened = OpenConfigs(*sealed, "correct horse");
  ASSERT_OK(opened);
  assert_true(*opened == Some());
  for (const char* wrong : {"", "correct", "correct horse "}) {
    ASSERT_CODE(OpenConfigs(*sealed, wrong).status(), Code::kDenied);
  }
}

void WithoutAPasswordAnybodyOpensIt(void**) {
  auto sealed = SealConfigs(Some(), "");
  ASSERT_OK(sealed);
  assert_false(*NeedsPassword(*sealed));
  auto opened = OpenConfigs(*sealed, "");
  ASSERT_OK(opened);
  assert_true(*opened == Some());
}

void WhatCannotBeServedIsNotSealed(void**) {
  ASSERT_CODE(SealConfigs({}, "x").status(), Code::kInvalidArgument);
  for (const char* name : {"", ".x", "a/b", "..", "a b"}) {
    ASSERT_CODE(SealConfigs({{name, "x"}}, "x").status(), Code::kInvalidArgument);
  }
  std::string large(limits::netboot_file_max_bytes + 1, 'x');
  ASSERT_CODE(SealConfigs({{"a", large}}, "x").status(), Code::kLimitExceeded);
}

void WhatIsDamagedOrNoneIsRefused(void**) {
  for (const char* text : {"", "x", "-----BEGIN CMS-----\n-----END CMS-----\n",
                           "-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n"}) {
    ASSERT_CODE(OpenConfigs(text, "x").status(), Code::kCorrupt);
    ASSERT_CODE(NeedsPassword(text).status(), Code::kCorrupt);
  }
  std::string sealed = *SealConfigs(Some(), "");
  for (size_t at = 30; at + 30 < sealed.size(); at += 7) {
    std::string damaged = sealed;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    (void)OpenConfigs(damaged, "");
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatWasSealedIsOpenedByItsPassword),
      cmocka_unit_test(WithoutAPasswordAnybodyOpensIt),
      cmocka_unit_test(WhatCannotBeServedIsNotSealed),
      cmocka_unit_test(WhatIsDamagedOrNoneIsRefused),
  };
  return cmocka_run_group_tests_name("netboot/sealed_configs", tests, nullptr, nullptr);
}
