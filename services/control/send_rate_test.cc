#include "control/send_rate.h"

#include <filesystem>
#include <fstream>

#include "base/testing.h"

namespace airgap {
namespace {

using std::chrono::seconds;

void OnlyWhatAdaptersSendIsCounted(void**) {
  testing::TempFolder folder;
  auto sent = [&](const std::string& name, uint64_t bytes) {
    std::filesystem::create_directories(folder / (name + "/statistics"));
    std::ofstream(folder / (name + "/statistics/tx_bytes")) << bytes << "\n";
  };
  for (const char* name : {"eth0", "eth1"}) {
    std::filesystem::create_directories(folder / (std::string(name) + "/device"));
  }
  sent("eth0", 1000);
  sent("eth1", 1000);
  sent("bond0", 2000);
  SendRate rate(folder.path());
  auto start = SendRate::Clock::now();
  assert_int_equal(rate.BytesPerSecond(start), 0);
  sent("eth0", 9000);
  sent("bond0", 90000);
  assert_int_equal(rate.BytesPerSecond(start), 0);  // too soon to say
  assert_int_equal(rate.BytesPerSecond(start + seconds(2)), 4000);
  assert_int_equal(rate.BytesPerSecond(start + seconds(3)), 0);
  std::filesystem::remove_all(folder / "eth0");
  assert_int_equal(rate.BytesPerSecond(start + seconds(4)), 0);
  assert_int_equal(SendRate("").BytesPerSecond(), 0);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(OnlyWhatAdaptersSendIsCounted),
  };
  return cmocka_run_group_tests_name("control/send_rate", tests, nullptr, nullptr);
}
