#include "net/events.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

void ASnapshotArrivesWhole(void**) {
  testing::TempFolder folder;
  auto receiver = EventReceiver::Open(folder / "events");
  ASSERT_OK(receiver);
  EventSender sender(folder / "events");
  std::string large(limits::event_max_bytes, 'x');
  assert_true(sender.Send("{}"));
  assert_true(sender.Send(large));
  ASSERT_TEXT(receiver->Receive(1000), "{}");
  ASSERT_TEXT(receiver->Receive(1000), large);
  ASSERT_TEXT(receiver->Receive(0), "");
}

void NobodyListeningIsFine(void**) {
  testing::TempFolder folder;
  EventSender sender(folder / "events");
  assert_false(sender.Send("{}"));
  auto receiver = EventReceiver::Open(folder / "events");
  ASSERT_OK(receiver);
  assert_true(sender.Send("{}"));
  // The receiver starts anew on the same path.
  receiver = EventReceiver::Open(folder / "events");
  ASSERT_OK(receiver);
  assert_true(sender.Send("{\"again\":1}"));
  ASSERT_TEXT(receiver->Receive(1000), "{\"again\":1}");
}

void AListenerThatSleepsHoldsNobodyUp(void**) {
  testing::TempFolder folder;
  auto receiver = EventReceiver::Open(folder / "events");
  ASSERT_OK(receiver);
  EventSender sender(folder / "events");
  std::string snapshot(limits::event_max_bytes, 'x');
  int sent = 0;
  while (sent < 10'000 && sender.Send(snapshot)) ++sent;
  assert_true(sent < 10'000);
  ASSERT_TEXT(receiver->Receive(1000), snapshot);
}

void WhatIsTooLargeIsNotSent(void**) {
  testing::TempFolder folder;
  auto receiver = EventReceiver::Open(folder / "events");
  ASSERT_OK(receiver);
  assert_false(EventSender(folder / "events").Send(std::string(limits::event_max_bytes + 1, 'x')));
  assert_false(EventSender("").Send("{}"));
  ASSERT_CODE(EventReceiver::Open(std::string(200, 'p')).status(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ASnapshotArrivesWhole),
      cmocka_unit_test(NobodyListeningIsFine),
      cmocka_unit_test(AListenerThatSleepsHoldsNobodyUp),
      cmocka_unit_test(WhatIsTooLargeIsNotSent),
  };
  return cmocka_run_group_tests_name("net/events", tests, nullptr, nullptr);
}
