#include "cli/media_scan.h"

#include "base/env_testing.h"
#include "base/testing.h"
#include "store/gpt.h"

namespace airgap {
namespace {

using testing::TempFolder;

constexpr uint64_t kMediumBlocks = 8192;

// A medium with `bundles` bundle partitions and one of another type.
std::string Medium(uint32_t bundles) {
  GptTable table;
  table.entries_count = 128;
  table.entry_bytes = 128;
  table.raw_entries.resize(size_t{128} * 128);
  for (uint32_t number = 1; number <= bundles + 1; ++number) {
    GptPartition partition;
    partition.number = number;
    partition.type =
        number == 1 ? *Guid::Parse("C12A7328-F81F-11D2-BA4B-00A0C93EC93B") : kBundlePartitionType;
    partition.first_lba = partition.last_lba = 100 + number;
    PutGptPartition(&table, partition);
  }
  std::string medium(kMediumBlocks * kGptBlockBytes, '\0');
  medium.replace(512, 512, FormatGptHeader(table, 1, kMediumBlocks - 1, 2));
  medium.replace(1024, table.raw_entries.size(), table.raw_entries);
  return medium;
}

// A machine's /sys and /dev, as far as they are looked at.
class Machine {
 public:
  Machine() {
    ASSERT_OK(MakeFolders(folder_ / "sys/class/block"));
    ASSERT_OK(MakeFolders(folder_ / "dev"));
    roots_ = {folder_ / "sys", folder_ / "dev"};
  }

  // `where`: below /sys/devices.
  void Plug(const std::string& name, const std::string& where, const std::string& content) {
    AddEntry(name, where, content.size());
    Write("dev/" + name, content);
  }
  void AddEntry(const std::string& name, const std::string& where, uint64_t size) {
    std::string device = "sys/devices/" + where + "/block/" + name;
    ASSERT_OK(MakeFolders(folder_ / device));
    Write(device + "/size", std::to_string(size / 512) + "\n");
    std::filesystem::create_directory_symlink(folder_ / device,
                                              folder_ / ("sys/class/block/" + name));
  }
  void Write(const std::string& name, const std::string& content) {
    ASSERT_OK(WriteWholeFile(RealEnv(), folder_ / name, content, 0644));
  }
  std::string Path(const std::string& name) const { return folder_ / name; }
  MediaScan Scan(int timeout_ms = 4000) {
    return ScanMedia(RealEnv(), roots_, std::chrono::milliseconds(timeout_ms));
  }

 private:
  TempFolder folder_;
  MediaRoots roots_;
};

void MediaWithBundlesAreFoundByKind(void**) {
  Machine machine;
  machine.Plug("sda", "pci0/usb2/2-1", Medium(2));
  machine.Plug("sr0", "pci0/ata1", Medium(1));
  machine.Plug("vda", "pci0/virtio1", Medium(1));
  machine.Plug("vdb", "pci0/virtio2", Medium(0));
  machine.Plug("vdc", "pci0/virtio3", std::string(4 << 20, 'x'));
  MediaScan scan = machine.Scan();
  assert_int_equal(scan.problems.size(), 0);
  assert_int_equal(scan.media.size(), 3);
  ASSERT_TEXT(scan.media[0].path, machine.Path("dev/sda"));
  ASSERT_TEXT(scan.media[0].kind, "usb");
  assert_int_equal(scan.media[0].bundles, 2);
  ASSERT_TEXT(scan.media[1].kind, "cd");
  ASSERT_TEXT(scan.media[2].kind, "disk");
}

void WhatAMediumCarriesIsToldWithItsStamp(void**) {
  Machine machine;
  std::string medium = Medium(3);
  size_t entry = 1024 + 128;  // the second, a bundle's, and those behind it become others
  for (const Guid* type : {&kSitePartitionType, &kIdentityPartitionType, &kStatePartitionType}) {
    medium.replace(entry, 16, reinterpret_cast<const char*>(type->bytes.data()), 16);
    entry += 128;
  }
  GptTable table;
  table.entries_count = 128;
  table.entry_bytes = 128;
  table.raw_entries = medium.substr(1024, size_t{128} * 128);
  medium.replace(512, 512, FormatGptHeader(table, 1, kMediumBlocks - 1, 2));
  medium.replace(32768, 6, "\1CD001");
  medium.replace(32768 + 830, 16, "2025030112305907");
  machine.Plug("sda", "pci0/usb2/2-1", medium);
  MediaScan scan = machine.Scan();
  assert_int_equal(scan.problems.size(), 0);
  assert_int_equal(scan.media.size(), 1);
  assert_int_equal(scan.media[0].bundles, 0);
  assert_true(scan.media[0].has_site);
  assert_true(scan.media[0].has_identity);
  assert_int_equal(scan.media[0].state_partition, 4);
  ASSERT_TEXT(scan.media[0].stamp, "2025-03-01-12-30-59-07");
}

void PartitionsAndEmptyDrivesAreLeftOut(void**) {
  Machine machine;
  machine.Plug("sda1", "pci0/usb2", Medium(1));
  machine.Write("sys/class/block/sda1/partition", "1\n");
  machine.Plug("sr0", "pci0/ata1", "");
  machine.AddEntry("sdb", "pci0/ata2", 8 << 20);  // /dev/sdb does not exist
  machine.Plug("ram0", "virtual", Medium(1));
  MediaScan scan = machine.Scan();
  assert_int_equal(scan.media.size(), 0);
  assert_int_equal(scan.problems.size(), 0);
}

void ADamagedTableIsNamed(void**) {
  Machine machine;
  std::string medium = Medium(1);
  medium[512 + 60] ^= 1;
  machine.Plug("sda", "pci0/usb2", medium);
  MediaScan scan = machine.Scan();
  assert_int_equal(scan.media.size(), 0);
  assert_int_equal(scan.problems.size(), 1);
  ASSERT_CONTAINS(scan.problems[0], "dev/sda");
}

// An Env whose medium never answers.
class HangingEnv : public testing::FaultEnv {
 public:
  Result<std::shared_ptr<ReadableFile>> OpenReadable(const std::string& path) override {
    if (path.ends_with("/sda")) {
      for (;;) pause();
    }
    return RealEnv()->OpenReadable(path);
  }
};

void ADriveThatHangsHoldsUpNobody(void**) {
  Machine machine;
  machine.Plug("sda", "pci0/usb2", Medium(1));
  machine.Plug("sdb", "pci0/usb2/2", Medium(1));
  HangingEnv env;
  auto started = std::chrono::steady_clock::now();
  MediaScan scan =
      ScanMedia(&env, {machine.Path("sys"), machine.Path("dev")}, std::chrono::milliseconds(300));
  assert_true(std::chrono::steady_clock::now() - started < std::chrono::seconds(10));
  assert_int_equal(scan.media.size(), 1);
  assert_int_equal(scan.problems.size(), 1);
  ASSERT_CONTAINS(scan.problems[0], "does not answer");
}

void AMachineWithoutBlockDevicesIsFine(void**) {
  MediaScan scan = ScanMedia(RealEnv(), {"/nonexistent", "/nonexistent"}, kMediaScanTimeout);
  assert_int_equal(scan.media.size(), 0);
  assert_int_equal(scan.problems.size(), 0);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(MediaWithBundlesAreFoundByKind),
      cmocka_unit_test(WhatAMediumCarriesIsToldWithItsStamp),
      cmocka_unit_test(PartitionsAndEmptyDrivesAreLeftOut),
      cmocka_unit_test(ADamagedTableIsNamed),
      cmocka_unit_test(ADriveThatHangsHoldsUpNobody),
      cmocka_unit_test(AMachineWithoutBlockDevicesIsFine),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
