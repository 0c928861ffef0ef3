#include "base/env.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/testing.h"

namespace airgap {
namespace {

std::string Pattern(size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

// Whether it goes past the page cache depends on the file system; either way the bytes are right.
void WhatIsWrittenThroughIsThere(void**) {
  testing::TempFolder folder;
  std::string source = Pattern(3'000'000);
  std::vector<uint8_t> buffer(2'000'000 + 2 * PendingFile::kDirectAlignBytes);
  void* start = buffer.data();
  size_t space = buffer.size();
  auto* aligned =
      static_cast<uint8_t*>(std::align(PendingFile::kDirectAlignBytes, 2'000'000, start, space));
  assert_non_null(aligned);
  std::copy_n(source.begin(), 2'000'000, aligned);
  auto to = RealEnv()->CreatePending(folder / "to", 0600);
  ASSERT_OK(to);
  ASSERT_OK((*to)->WriteThrough(8 * PendingFile::kDirectAlignBytes, {aligned, 2'000'000}));
  assert_int_equal((*to)->size_bytes(), 8 * PendingFile::kDirectAlignBytes + 2'000'000);
  // Neither the place, nor where the bytes lie, nor their number suits a disk.
  ASSERT_OK((*to)->WriteThrough(5, {aligned, 9000}));
  ASSERT_OK((*to)->WriteThrough(4 * PendingFile::kDirectAlignBytes, {aligned + 1, 7}));
  ASSERT_OK((*to)->WriteThrough(0, {aligned, 3}));
  ASSERT_OK((*to)->Commit());
  auto read = ReadWholeFile(RealEnv(), folder / "to", 4'000'000);
  ASSERT_OK(read);
  std::string want(8 * PendingFile::kDirectAlignBytes, '\0');
  want.replace(5, 9000, source, 0, 9000);
  want.replace(4 * PendingFile::kDirectAlignBytes, 7, source, 1, 7);
  want.replace(0, 3, source, 0, 3);
  assert_true(*read == want + source.substr(0, 2'000'000));
}

// Whether it shares them depends on the file system; either way the bytes are right.
void BlocksAreSharedAsAWholeOrNotAtAll(void**) {
  testing::TempFolder folder;
  std::string source = Pattern(4 * PendingFile::kCloneAlignBytes);
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "from", source, 0600));
  auto from = RealEnv()->OpenReadable(folder / "from");
  ASSERT_OK(from);
  auto to = RealEnv()->CreatePending(folder / "to", 0600);
  ASSERT_OK(to);
  for (auto [offset, from_offset, bytes] :
       {std::array<uint64_t, 3>{1, 0, PendingFile::kCloneAlignBytes},
        {0, 512, PendingFile::kCloneAlignBytes},
        {0, 0, PendingFile::kCloneAlignBytes - 1},
        {0, 0, 0}}) {
    auto is_shared = (*to)->CloneAt(offset, **from, from_offset, bytes);
    ASSERT_OK(is_shared);
    assert_false(*is_shared);
  }
  assert_int_equal((*to)->size_bytes(), 0);
  auto is_shared =
      (*to)->CloneAt(0, **from, PendingFile::kCloneAlignBytes, 2 * PendingFile::kCloneAlignBytes);
  ASSERT_OK(is_shared);
  if (!*is_shared) return assert_int_equal((*to)->size_bytes(), 0);
  ASSERT_OK((*to)->Commit());
  auto copied = ReadWholeFile(RealEnv(), folder / "to", 4'000'000);
  ASSERT_OK(copied);
  assert_true(*copied ==
              source.substr(PendingFile::kCloneAlignBytes, 2 * PendingFile::kCloneAlignBytes));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatIsWrittenThroughIsThere),
      cmocka_unit_test(BlocksAreSharedAsAWholeOrNotAtAll),
  };
  return cmocka_run_group_tests_name("base/env", tests, nullptr, nullptr);
}
