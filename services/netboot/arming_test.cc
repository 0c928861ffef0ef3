#include "netboot/arming.h"

#include "base/testing.h"

namespace airgap {
namespace {

constexpr uint64_t kHour = 3600;

void TheConsoleKnowsBetterThanTheSettings(void**) {
  testing::TempFolder folder;
  std::string path = folder / "netboot";
  DhcpSettings settings;
  assert_int_equal(ArmedUntil(settings, RealEnv(), path, 100), 0);
  settings.is_armed = true;
  assert_int_equal(ArmedUntil(settings, RealEnv(), path, 100), 12 * kHour);
  ASSERT_OK(WriteWholeFile(RealEnv(), path, "armed-until 7300\n", 0644));
  assert_int_equal(ArmedUntil(settings, RealEnv(), path, 100), 7300);
  ASSERT_OK(WriteWholeFile(RealEnv(), path, "armed-until 0\n", 0644));
  assert_int_equal(ArmedUntil(settings, RealEnv(), path, 100), 0);
  for (const char* wrong : {"", "armed-until \n", "armed-until 7", "armed-until x\n", "7\n",
                            "armed-until 99999999999999999999999\n", "armed-until -1\n"}) {
    ASSERT_OK(WriteWholeFile(RealEnv(), path, wrong, 0644));
    assert_int_equal(ArmedUntil(settings, RealEnv(), path, 100), 12 * kHour);
  }
  settings.mode = DhcpMode::kOff;
  assert_int_equal(ArmedUntil(settings, RealEnv(), path, 100), 0);
}

void ItAlwaysEnds(void**) {
  testing::TempFolder folder;
  std::string path = folder / "netboot";
  ASSERT_OK(WriteWholeFile(RealEnv(), path, "armed-until 18446744073709551615\n", 0644));
  assert_int_equal(ArmedUntil({}, RealEnv(), path, 100), 100 + limits::netboot_armed_max_h * kHour);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(TheConsoleKnowsBetterThanTheSettings),
      cmocka_unit_test(ItAlwaysEnds),
  };
  return cmocka_run_group_tests_name("netboot/arming", tests, nullptr, nullptr);
}
