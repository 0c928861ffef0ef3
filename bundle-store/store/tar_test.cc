#include "store/tar.h"

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

void AHeaderReadsBack(void**) {
  std::string bytes = FormatTarHeader("blobs/sha256/ab", 5) + std::string(512, 'x');
  testing::MemoryFile file(bytes);
  auto entry = ReadTarEntry(file, 0, bytes.size(), 0);
  ASSERT_OK(entry);
  ASSERT_TEXT(entry->name, "blobs/sha256/ab");
  assert_int_equal(entry->size_bytes, 5);
  assert_int_equal(entry->payload_offset_bytes, 512);
  assert_int_equal(entry->NextOffset(), 1024);
}

// A file that claims to be larger than its bytes.
class LargeFile : public testing::MemoryFile {
 public:
  explicit LargeFile(std::string bytes) : MemoryFile(std::move(bytes)) {}
  uint64_t size_bytes() const override { return 4 * limits::kTiB; }
};

void SizesFromEightGibOnTakeAPaxHeader(void**) {
  for (uint64_t size :
       {kTarOctalSizeEnd - 1, kTarOctalSizeEnd, 100 * limits::kGiB, 2 * limits::kTiB}) {
    std::string header = FormatTarHeader("blobs/sha256/large", size);
    assert_int_equal(header.size(), TarHeaderBytes(size));
    assert_int_equal(header.size(), size < kTarOctalSizeEnd ? 512 : 1536);
    LargeFile file(header);
    auto entry = ReadTarEntry(file, 0, file.size_bytes(), 0);
    ASSERT_OK(entry);
    assert_true(entry->size_bytes == size);
    assert_int_equal(entry->payload_offset_bytes, header.size());
    ASSERT_TEXT(entry->name, "blobs/sha256/large");
  }
}

void ADamagedHeaderIsRefused(void**) {
  std::string bytes = FormatTarHeader("name", 0);
  bytes[3] = 'X';
  testing::MemoryFile file(bytes);
  auto entry = ReadTarEntry(file, 0, bytes.size(), 0);
  ASSERT_CODE(entry.status(), Code::kCorrupt);
  ASSERT_CONTAINS(entry.status().message(), "no tar header at byte 0");
}

void ZeroBlocksEndTheTar(void**) {
  testing::MemoryFile file(std::string(1024, '\0'));
  auto entry = ReadTarEntry(file, 0, 1024, 0);
  ASSERT_OK(entry);
  assert_true(entry->is_end);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AHeaderReadsBack),
      cmocka_unit_test(SizesFromEightGibOnTakeAPaxHeader),
      cmocka_unit_test(ADamagedHeaderIsRefused),
      cmocka_unit_test(ZeroBlocksEndTheTar),
  };
  return cmocka_run_group_tests_name("store/tar", tests, nullptr, nullptr);
}
