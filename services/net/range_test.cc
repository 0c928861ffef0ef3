#include "net/http_server.h"

#include "base/testing.h"

namespace airgap {
namespace {

void ExpectPart(const char* header, uint64_t size, uint64_t offset, uint64_t length) {
  ByteRange range;
  assert_true(ParseRange(header, size, &range) == RangeOutcome::kPartial);
  assert_int_equal(range.offset_bytes, offset);
  assert_int_equal(range.length_bytes, length);
}

void Expect(const char* header, uint64_t size, RangeOutcome outcome) {
  ByteRange range;
  assert_true(ParseRange(header, size, &range) == outcome);
}

void ASingleRangeIsTaken(void**) {
  ExpectPart("bytes=0-0", 10, 0, 1);
  ExpectPart("bytes=2-5", 10, 2, 4);
  ExpectPart("bytes=2-", 10, 2, 8);
  ExpectPart("bytes=-3", 10, 7, 3);
  ExpectPart(" Bytes = 2 - 5 ", 10, 2, 4);
}

void ARangeIsClippedToTheBody(void**) {
  ExpectPart("bytes=8-4000", 10, 8, 2);
  ExpectPart("bytes=-4000", 10, 0, 10);
  ExpectPart("bytes=0-99999999999999999999999999", 10, 0, 10);
}

void ARangePastTheEndIsRefused(void**) {
  Expect("bytes=10-", 10, RangeOutcome::kUnsatisfiable);
  Expect("bytes=10-20", 10, RangeOutcome::kUnsatisfiable);
  Expect("bytes=5-4", 10, RangeOutcome::kUnsatisfiable);
  Expect("bytes=-0", 10, RangeOutcome::kUnsatisfiable);
  Expect("bytes=0-", 0, RangeOutcome::kUnsatisfiable);
  Expect("bytes=99999999999999999999999999-", 10, RangeOutcome::kUnsatisfiable);
}

void WhatIsNoSingleRangeIsIgnored(void**) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=0-1,3-4", "bytes=a-b",
                             "lines=1-2", "bytes=1", "bytes=0x1-2", "bytes=1--2", "=1-2"}) {
    Expect(header, 10, RangeOutcome::kWhole);
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ASingleRangeIsTaken),
      cmocka_unit_test(ARangeIsClippedToTheBody),
      cmocka_unit_test(ARangePastTheEndIsRefused),
      cmocka_unit_test(WhatIsNoSingleRangeIsIgnored),
  };
  return cmocka_run_group_tests_name("net/range", tests, nullptr, nullptr);
}
