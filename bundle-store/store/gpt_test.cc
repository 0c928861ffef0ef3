#include "store/gpt.h"

#include "base/env_testing.h"
#include "base/testing.h"

namespace airgap {
namespace {

constexpr uint64_t kBlocks = 4096;
constexpr uint64_t kBackupLba = kBlocks - 1;

GptTable TwoPartitions() {
  GptTable table;
  table.disk = *Guid::Parse("11111111-2222-3333-4444-555555555555");
  table.entries_count = 128;
  table.entry_bytes = 128;
  table.raw_entries.resize(size_t{table.entries_count} * table.entry_bytes);
  table.first_usable_lba = 34;
  table.last_usable_lba = kBackupLba - 33;
  GptPartition bundle;
  bundle.number = 3;
  bundle.type = kBundlePartitionType;
  bundle.unique = *Guid::Parse("AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE");
  bundle.first_lba = 2048;
  bundle.last_lba = 3071;
  bundle.attributes = 4;
  bundle.name = "airgap-bundle-1";
  PutGptPartition(&table, bundle);
  GptPartition esp;
  esp.number = 1;
  esp.type = *Guid::Parse("C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
  esp.first_lba = 64;
  esp.last_lba = 127;
  esp.name = "EFI";
  PutGptPartition(&table, esp);
  return table;
}

std::string MediumWith(const GptTable& table) {
  std::string medium(kBlocks * kGptBlockBytes, '\0');
  auto put = [&](uint64_t lba, const std::string& bytes) {
    medium.replace(lba * kGptBlockBytes, bytes.size(), bytes);
  };
  uint64_t backup_entries = kBackupLba - table.EntriesBlocks();
  put(1, FormatGptHeader(table, 1, kBackupLba, 2));
  put(2, table.raw_entries);
  put(backup_entries, table.raw_entries);
  put(kBackupLba, FormatGptHeader(table, kBackupLba, 1, backup_entries));
  return medium;
}

Result<GptTable> ReadBack(const std::string& medium) {
  return ReadGpt(testing::MemoryFile(medium, "medium"));
}

void GuidsAreMixedEndian(void**) {
  ASSERT_TEXT(kBundlePartitionType.ToString(), "7A1B6C2E-5D0F-4E3A-9B57-C0A1B2D3E4F5");
  auto parsed = Guid::Parse("7a1b6c2e-5d0f-4e3a-9b57-c0a1b2d3e4f5");
  ASSERT_OK(parsed);
  assert_true(*parsed == kBundlePartitionType);
  for (const char* bad : {"", "7a1b6c2e", "7a1b6c2e-5d0f-4e3a-9b57-c0a1b2d3e4fg",
                          "7a1b6c2e05d0f04e3a09b570c0a1b2d3e4f5"}) {
    ASSERT_CODE(Guid::Parse(bad).status(), Code::kInvalidArgument);
  }
}

void ATableReadsBackAsItWasWritten(void**) {
  auto table = ReadBack(MediumWith(TwoPartitions()));
  ASSERT_OK(table);
  assert_false(table->from_backup);
  assert_int_equal(table->alternate_lba, kBackupLba);
  assert_int_equal(table->partitions.size(), 2);
  ASSERT_TEXT(table->partitions[0].name, "EFI");
  auto bundles = table->BundlePartitions();
  assert_int_equal(bundles.size(), 1);
  assert_int_equal(bundles[0].number, 3);
  assert_int_equal(bundles[0].offset_bytes(), 2048 * 512);
  assert_int_equal(bundles[0].size_bytes(), 1024 * 512);
  assert_int_equal(bundles[0].attributes, 4);
  ASSERT_TEXT(bundles[0].name, "airgap-bundle-1");
  ASSERT_TEXT(bundles[0].unique.ToString(), "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE");
}

void ADamagedPrimaryIsReadFromTheBackup(void**) {
  for (size_t damaged_byte : {512 + 40, 512, 1024 + 32}) {
    std::string medium = MediumWith(TwoPartitions());
    medium[damaged_byte] ^= 0x55;
    auto table = ReadBack(medium);
    ASSERT_OK(table);
    assert_true(table->from_backup);
    assert_int_equal(table->BundlePartitions().size(), 1);
  }
}

void TwoDamagedCopiesAreCorrupt(void**) {
  std::string medium = MediumWith(TwoPartitions());
  medium[512 + 40] ^= 0x55;
  medium[kBackupLba * 512 + 40] ^= 0x55;
  auto table = ReadBack(medium);
  ASSERT_CODE(table.status(), Code::kCorrupt);
  ASSERT_CONTAINS(table.status().message(), "does not match its checksum");
}

void NoTableIsNotFound(void**) {
  for (size_t size : {0, 511, 512, 1024, 1536, 100000}) {
    ASSERT_CODE(ReadBack(std::string(size, '\0')).status(), Code::kNotFound);
  }
}

void ImpossibleCountsAreRefused(void**) {
  for (auto [count, bytes] : {std::pair{0U, 128U},
                              {4096U, 128U},
                              {128U, 64U},
                              {128U, 200U},
                              {128U, 8192U},
                              {0xFFFFFFFFU, 0x80000000U}}) {
    GptTable table = TwoPartitions();
    table.entries_count = count;
    table.entry_bytes = bytes;
    std::string medium(kBlocks * kGptBlockBytes, '\0');
    medium.replace(512, 512, FormatGptHeader(table, 1, kBackupLba, 2));
    ASSERT_CODE(ReadBack(medium).status(), Code::kCorrupt);
  }
}

void APartitionThatEndsBeforeItBeginsIsRefused(void**) {
  for (auto [first, last] : {std::pair<uint64_t, uint64_t>{100, 99}, {100, UINT64_MAX}}) {
    GptTable table = TwoPartitions();
    GptPartition bad = table.partitions[0];
    bad.first_lba = first;
    bad.last_lba = last;
    PutGptPartition(&table, bad);
    assert_int_equal(table.partitions.size(), 2);
    ASSERT_CODE(ReadBack(MediumWith(table)).status(), Code::kCorrupt);
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(GuidsAreMixedEndian),
      cmocka_unit_test(ATableReadsBackAsItWasWritten),
      cmocka_unit_test(ADamagedPrimaryIsReadFromTheBackup),
      cmocka_unit_test(TwoDamagedCopiesAreCorrupt),
      cmocka_unit_test(NoTableIsNotFound),
      cmocka_unit_test(ImpossibleCountsAreRefused),
      cmocka_unit_test(APartitionThatEndsBeforeItBeginsIsRefused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
