#include "base/env.h"

#include <array>

#include "base/testing.h"

namespace airgap {
namespace {

std::string Pattern(size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

void BytesAreCopiedFromOneFileToAnother(void**) {
  testing::TempFolder folder;
  std::string source = Pattern(3'000'000);
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "from", source, 0600));
  auto from = RealEnv()->OpenReadable(folder / "from");
  ASSERT_OK(from);
  auto to = RealEnv()->CreatePending(folder / "to", 0600);
  ASSERT_OK(to);
  ASSERT_OK((*to)->WriteAt(0, AsBytes("head")));
  ASSERT_OK((*to)->CopyAt(4, **from, 1001, 2'500'000));
  assert_int_equal((*to)->size_bytes(), 2'500'004);
  // More than there is: what is wrong is said of the file that ends.
  Status status = (*to)->CopyAt(4, **from, 1001, 3'000'000);
  ASSERT_CODE(status, Code::kCorrupt);
  ASSERT_CONTAINS(status.message(), "from");
  ASSERT_OK((*to)->Commit());
  auto copied = ReadWholeFile(RealEnv(), folder / "to", 4'000'000);
  ASSERT_OK(copied);
  assert_true(copied->substr(0, 2'500'004) == "head" + source.substr(1001, 2'500'000));
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
      cmocka_unit_test(BytesAreCopiedFromOneFileToAnother),
      cmocka_unit_test(BlocksAreSharedAsAWholeOrNotAtAll),
  };
  return cmocka_run_group_tests_name("base/env", tests, nullptr, nullptr);
}
