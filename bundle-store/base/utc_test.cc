#include "base/utc.h"

#include "base/testing.h"

namespace airgap {
namespace {

constexpr int64_t kSome = 1793491200;  // 2026-11-01

void WhatIsWrittenIsRead(void**) {
  ASSERT_TEXT(FormatUtc(kSome), "2026-11-01T00:00:00Z");
  ASSERT_TEXT(FormatUtc(0), "1970-01-01T00:00:00Z");
  for (int64_t time : {int64_t{0}, kSome, kSome + 86399, int64_t{-1}}) {
    assert_true(ParseUtc(FormatUtc(time)) == time);
  }
  ASSERT_TEXT(FormatUtc(INT64_MAX), "");
}

void OffsetsAndFractionsAreUnderstood(void**) {
  assert_true(ParseUtc("2026-11-01T02:00:00+02:00") == kSome);
  assert_true(ParseUtc("2026-10-31T18:30:00-05:30") == kSome);
  assert_true(ParseUtc("2026-11-01T00:00:00.123456789Z") == kSome);
  assert_true(ParseUtc("2016-12-31T23:59:60Z") == ParseUtc("2017-01-01T00:00:00Z"));
  assert_true(ParseUtc("2024-02-29T00:00:00Z").has_value());
}

void AnythingElseIsNothing(void**) {
  for (const char* text :
       {"", "2026-11-01", "2026-11-01T00:00:00", "2026-11-01 00:00:00Z", "2026-11-01T00:00:00.Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-11-01T24:00:00Z", "2026-11-01T00:60:00Z",
        "2026-11-01T00:00:61Z", "2026-11-01T00:00:00+0200", "2026-11-01T00:00:00+02:00x",
        "x026-11-01T00:00:00Z", "2026-11-01T00:00:00Z "}) {
    assert_false(ParseUtc(text).has_value());
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatIsWrittenIsRead),
      cmocka_unit_test(OffsetsAndFractionsAreUnderstood),
      cmocka_unit_test(AnythingElseIsNothing),
  };
  return cmocka_run_group_tests_name("base/utc", tests, nullptr, nullptr);
}
