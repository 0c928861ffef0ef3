#include "netboot/boot_files.h"

#include "base/testing.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

std::shared_ptr<Bundle> With(const std::string& name, const std::vector<std::string>& paths) {
  testing::TestPlan plan(name, "1");
  for (const std::string& path : paths) plan.AddAsset(path, name + path);
  return testing::OpenBytes(plan.Encode());
}

void AKernelGoesWithTheInitramfsOfItsBundle(void**) {
  auto catalog = Catalog::Build({With("a", {"boot/vmlinuz", "boot/initramfs.zst"}),
                                 With("b", {"boot/vmlinuz", "boot/initramfs"}),
                                 With("c", {"boot/kernel-amd64", "image/1/v1/kernel-amd64",
                                            "image/1/v1/initramfs-amd64.xz"})});
  auto files = FindBootFiles(*catalog, "amd64");
  assert_true(files.has_value());
  ASSERT_TEXT(files->kernel, "boot/vmlinuz");
  ASSERT_TEXT(files->initramfs, "boot/initramfs");
  files = FindBootFiles(*catalog, "amd64", "image/1/v1");
  ASSERT_TEXT(files->initramfs, "image/1/v1/initramfs-amd64.xz");
  assert_false(FindBootFiles(*catalog, "amd64", "image/1/v2").has_value());
  assert_false(FindBootFiles(*catalog, "arm64").has_value());
}

void WithoutABootFolderAnyWillDo(void**) {
  auto catalog = Catalog::Build({With(
      "a", {"image/1/v1/kernel-arm64", "image/1/v1/initramfs-arm64.xz", "image/1/v2/kernel-arm64",
            "image/1/v2/initramfs-arm64.xz", "image/1/v2/cmdline-metal-arm64"})});
  auto files = FindBootFiles(*catalog, "arm64");
  assert_true(files.has_value());
  ASSERT_TEXT(files->kernel, "image/1/v2/kernel-arm64");
  ASSERT_TEXT(files->arguments, "image/1/v2/cmdline-metal-arm64");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AKernelGoesWithTheInitramfsOfItsBundle),
      cmocka_unit_test(WithoutABootFolderAnyWillDo),
  };
  return cmocka_run_group_tests_name("netboot/boot_files", tests, nullptr, nullptr);
}
