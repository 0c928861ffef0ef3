#include "store/text_partition.h"

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

constexpr uint64_t kFirstLba = 64;
constexpr uint64_t kBlocks = kFirstLba + kTextPartitionBytes / kGptBlockBytes + 64;

// A medium with `count` site partitions, all of them over `content`.
std::string MediumWith(const std::string& content, uint32_t count = 1) {
  GptTable table;
  table.entries_count = 16;
  table.entry_bytes = 128;
  table.raw_entries.resize(size_t{16} * 128);
  for (uint32_t number = 1; number <= count; ++number) {
    GptPartition partition;
    partition.number = number;
    partition.type = kSiteText.type;
    partition.first_lba = kFirstLba;
    partition.last_lba = kFirstLba + kTextPartitionBytes / kGptBlockBytes - 1;
    PutGptPartition(&table, partition);
  }
  std::string medium(kBlocks * kGptBlockBytes, '\0');
  medium.replace(512, 512, FormatGptHeader(table, 1, kBlocks - 1, 2));
  medium.replace(1024, table.raw_entries.size(), table.raw_entries);
  medium.replace(kFirstLba * kGptBlockBytes, content.size(), content);
  return medium;
}

Result<std::string> Read(std::string medium) {
  return ReadTextPartition(kSiteText, testing::MemoryFile(std::move(medium)));
}

void WhatWasWrittenIsRead(void**) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{700}, limits::site_file_max_bytes}) {
    std::string text(size, 'y');
    std::string content = EncodeTextPartition(kSiteText, text);
    assert_int_equal(content.size(), kTextPartitionBytes);
    auto read = Read(MediumWith(content));
    ASSERT_OK(read);
    assert_true(*read == text);
  }
}

void EveryFlippedByteIsSeen(void**) {
  std::string text = "name: rack 7\n";
  std::string medium = MediumWith(EncodeTextPartition(kSiteText, text));
  for (size_t at = 0; at < 512 + text.size(); ++at) {
    if (at >= 20 && at < 24) continue;  // zero, and ignored
    if (at >= 64 && at < 512) continue;
    std::string damaged = medium;
    damaged[kFirstLba * kGptBlockBytes + at] ^= 0x10;
    auto read = Read(damaged);
    assert_false(read.ok());
    bool is_version = at >= 16 && at < 20;
    ASSERT_CODE(read.status(), is_version ? Code::kUnsupported : Code::kCorrupt);
  }
}

void OnePartitionIsWanted(void**) {
  std::string content = EncodeTextPartition(kSiteText, "name: x\n");
  ASSERT_CODE(Read(MediumWith(content, 0)).status(), Code::kNotFound);
  ASSERT_CODE(Read(MediumWith(content, 2)).status(), Code::kCorrupt);
  ASSERT_CODE(Read(std::string(1 << 20, '\0')).status(), Code::kNotFound);
  ASSERT_CODE(Read(MediumWith("")).status(), Code::kCorrupt);
  std::string medium = MediumWith(content);
  medium.resize((kFirstLba + 1) * kGptBlockBytes);
  ASSERT_CODE(Read(medium).status(), Code::kCorrupt);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatWasWrittenIsRead),
      cmocka_unit_test(EveryFlippedByteIsSeen),
      cmocka_unit_test(OnePartitionIsWanted),
  };
  return cmocka_run_group_tests_name("store/text_partition", tests, nullptr, nullptr);
}
