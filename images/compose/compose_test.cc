#include "compose/compose.h"

#include <sys/stat.h>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "compose/volume_stamp.h"
#include "store/bundle_testing.h"
#include "store/gpt.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

using testing::TempFolder;
using testing::TestPlan;

constexpr uint64_t kBaseBlocks = 4920;  // of 512 bytes; not a multiple of 1 MiB
constexpr uint64_t kMbrEntry = 446;
constexpr uint64_t kPrimaryDescriptor = uint64_t{16} * 2048;
constexpr uint64_t kJolietDescriptor = uint64_t{17} * 2048;

uint64_t Little(const std::string& text, size_t offset, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(text[offset + i]);
  return value;
}

void Put(std::string* text, uint64_t offset, const std::string& bytes) {
  text->replace(offset, bytes.size(), bytes);
}

std::string VolumeDescriptor(char type) {
  std::string sector(2048, '\0');
  sector[0] = type;
  Put(&sector, 1, "CD001");
  Put(&sector, 80, std::string("\xCE\x04\0\0\0\0\x04\xCE", 8));  // 1230 sectors
  Put(&sector, 128, std::string("\0\x08\x08\0", 4));
  Put(&sector, 830, std::string("2025010100000000\0", 17));
  return sector;
}

// A medium with everything that is looked at, laid out as xorriso does: 248 entries from block 2,
// a filler partition behind the EFI partition, a protective MBR with boot code in front.
std::string MakeBase() {
  std::string base(kBaseBlocks * kGptBlockBytes, 'b');
  Put(&base, 0, std::string(512, '\0'));
  Put(&base, 0, "boot code");
  Put(&base, kMbrEntry, std::string("\0\0\x02\0\xEE\x19\x18\x02\x01\0\0\0\x37\x13\0\0", 16));
  Put(&base, 510, "\x55\xAA");
  Put(&base, kPrimaryDescriptor, VolumeDescriptor(1));
  Put(&base, kJolietDescriptor, VolumeDescriptor(2));
  std::string end(2048, '\0');
  Put(&end, 0,
      "\xFF"
      "CD001");
  Put(&base, kJolietDescriptor + 2048, end);

  GptTable table;
  table.disk = *Guid::Parse("9D9E3581-3502-4E7E-9FB5-08AFAE577998");
  table.entries_count = 248;
  table.entry_bytes = 128;
  table.raw_entries.resize(size_t{248} * 128);
  table.first_usable_lba = 80;
  table.last_usable_lba = 4856;
  uint32_t number = 0;
  auto add = [&](const char* name, uint64_t first, uint64_t last) {
    GptPartition partition;
    partition.number = ++number;
    partition.type = *Guid::Parse("EBD0A0A2-B9E5-4433-87C0-68B6B72699C7");
    partition.first_lba = first;
    partition.last_lba = last;
    partition.name = name;
    PutGptPartition(&table, partition);
  };
  add("Gap0", 80, 159);
  add("Appended2", 160, 4255);
  add("Gap1", 4256, 4855);
  uint64_t backup = kBaseBlocks - 1;
  Put(&base, 512, FormatGptHeader(table, 1, backup, 2));
  Put(&base, 1024, table.raw_entries);
  Put(&base, (backup - 62) * 512, table.raw_entries);
  Put(&base, backup * 512, FormatGptHeader(table, backup, 1, backup - 62));
  return base;
}

std::string SmallBundle(const std::string& name) {
  TestPlan test(name, "v1");
  test.AddAsset("boot/" + name, "content of " + name);
  return test.Encode();
}

// Files of one test.
struct Bench {
  TempFolder folder;
  ComposeRequest request;

  Bench() {
    request.base_path = folder / "base.iso";
    request.out_path = folder / "out.iso";
    request.state_bytes = 0;
    Write("base.iso", MakeBase());
  }
  void Write(const std::string& name, const std::string& content) {
    ASSERT_OK(WriteWholeFile(RealEnv(), folder / name, content, 0644));
  }
  void AddBundle(const std::string& name, const std::string& content) {
    Write(name, content);
    request.bundle_paths.push_back(folder / name);
  }
  void SetSite(const std::string& text) {
    request.site_path = folder / "site.yaml";
    request.site_text = text;
    Write("site.yaml", text);
  }
  Result<ComposedImage> Compose() { return ComposeImage(RealEnv(), request, nullptr); }
  std::string Output() {
    auto content = ReadWholeFile(RealEnv(), request.out_path, limits::kGiB);
    ASSERT_OK(content);
    return *content;
  }
  // No output, and nothing half-made beside it.
  bool IsClean() {
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.path().string().find("out.iso") != std::string::npos) return false;
    }
    return true;
  }
};

void BundlesReadBackFromTheImage(void**) {
  Bench bench;
  std::string first = testing::MakeTestPlan().Encode();
  std::string second = SmallBundle("second");
  bench.AddBundle("first.tar", first);
  bench.AddBundle("second.tar", second);
  auto image = bench.Compose();
  ASSERT_OK(image);
  std::string output = bench.Output();
  assert_int_equal(output.size(), image->size_bytes);
  assert_int_equal(output.size() % limits::kMiB, 0);
  assert_int_equal(image->bundles.size(), 2);
  assert_int_equal(image->bundles[0].partition_number, 4);
  ASSERT_TEXT(image->bundles[1].partition_name, "airgap-bundle-2");
  assert_true(output.substr(image->bundles[0].offset_bytes, first.size()) == first);
  assert_true(output.substr(image->bundles[1].offset_bytes, second.size()) == second);

  auto opened = OpenBundles(RealEnv(), bench.request.out_path, nullptr);
  ASSERT_OK(opened);
  assert_int_equal(opened->size(), 2);
  assert_true((*opened)[0]->identity() == image->bundles[0].identity);
  ASSERT_TEXT((*opened)[1]->name(), "second");
}

void BothTablesDescribeTheImage(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  auto image = bench.Compose();
  ASSERT_OK(image);
  std::string output = bench.Output();
  for (bool damage_primary : {false, true}) {
    if (damage_primary) output[512 + 60] ^= 1;
    auto table = ReadGpt(testing::MemoryFile(output));
    ASSERT_OK(table);
    assert_true(table->from_backup == damage_primary);
    assert_int_equal(table->partitions.size(), 5);
    assert_int_equal(table->entries_count, 248);
    assert_int_equal(table->last_usable_lba, output.size() / 512 - 1 - 62 - 1);
    auto bundles = table->BundlePartitions();
    assert_int_equal(bundles.size(), 1);
    assert_int_equal(bundles[0].offset_bytes() % limits::kMiB, 0);
    assert_int_equal(bundles[0].offset_bytes(), image->bundles[0].offset_bytes);
    assert_true(bundles[0].last_lba <= table->last_usable_lba);
    assert_int_equal(bundles[0].unique.bytes[7] >> 4, 8);
  }
}

void SizesAreRaisedAndNothingElseOfTheBaseChanges(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  ASSERT_OK(bench.Compose());
  std::string base = MakeBase();
  std::string output = bench.Output();
  assert_int_equal(Little(output, kMbrEntry + 12, 4), output.size() / 512 - 1);
  for (uint64_t descriptor : {kPrimaryDescriptor, kJolietDescriptor}) {
    assert_int_equal(Little(output, descriptor + 80, 4), output.size() / 2048);
    for (int i = 0; i < 4; ++i)
      assert_int_equal(output[descriptor + 84 + i], output[descriptor + 83 - i]);
  }
  auto is_table = [](uint64_t at) { return at >= 512 && at < 1024 + 248 * 128; };
  auto is_size = [](uint64_t at) {
    return (at >= kMbrEntry + 5 && at < kMbrEntry + 16) ||
           (at >= kPrimaryDescriptor + 80 && at < kPrimaryDescriptor + 88) ||
           (at >= kJolietDescriptor + 80 && at < kJolietDescriptor + 88);
  };
  for (uint64_t at = 0; at < (kBaseBlocks - 63) * 512; ++at) {
    if (!is_table(at) && !is_size(at) && base[at] != output[at]) {
      fail_msg("byte %llu changed", static_cast<unsigned long long>(at));
    }
  }
  // The base's own backup table is gone.
  for (uint64_t at = (kBaseBlocks - 63) * 512; at < kBaseBlocks * 512; ++at) {
    assert_int_equal(output[at], 0);
  }
}

void TheSameInputsGiveTheSameImage(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  ASSERT_OK(bench.Compose());
  std::string first = bench.Output();
  ASSERT_OK(bench.Compose());
  assert_true(first == bench.Output());
}

void AnImageTakesMoreBundles(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  ASSERT_OK(bench.Compose());
  bench.request.base_path = bench.request.out_path;
  bench.request.out_path = bench.folder / "both.iso";
  ASSERT_CODE(bench.Compose().status(), Code::kInvalidArgument);  // "a" is there already
  bench.request.bundle_paths.clear();
  bench.AddBundle("b.tar", SmallBundle("b"));
  auto image = bench.Compose();
  ASSERT_OK(image);
  ASSERT_TEXT(image->bundles[0].partition_name, "airgap-bundle-2");
  auto opened = OpenBundles(RealEnv(), bench.request.out_path, nullptr);
  ASSERT_OK(opened);
  assert_int_equal(opened->size(), 2);
}

void ABundleIsTakenFromAnImage(void**) {
  Bench bench;
  std::string tar = SmallBundle("a");
  bench.AddBundle("a.tar", tar);
  ASSERT_OK(bench.Compose());
  bench.request.bundle_paths = {bench.request.out_path};
  bench.request.out_path = bench.folder / "again.iso";
  auto image = bench.Compose();
  ASSERT_OK(image);
  assert_int_equal(image->bundles[0].size_bytes, tar.size());
}

std::string SiteOf(const std::string& output) {
  auto text = ReadTextPartition(kSiteText, testing::MemoryFile(output));
  ASSERT_OK(text);
  return *text;
}

std::string StampOf(const std::string& output) {
  return ReadVolumeStamp(testing::MemoryFile(output));
}

void TheSiteFileStandsBeforeTheBundles(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  bench.SetSite("name: x\n");
  auto image = bench.Compose();
  ASSERT_OK(image);
  assert_int_equal(image->site_partition_number, 4);
  assert_int_equal(image->bundles[0].partition_number, 5);
  ASSERT_TEXT(image->bundles[0].partition_name, "airgap-bundle-1");
  std::string output = bench.Output();
  ASSERT_TEXT(SiteOf(output), "name: x\n");
  auto table = ReadGpt(testing::MemoryFile(output));
  ASSERT_OK(table);
  auto sites = table->PartitionsOf(kSiteText.type);
  assert_int_equal(sites.size(), 1);
  ASSERT_TEXT(sites[0].name, "airgap-site");
  assert_int_equal(sites[0].size_bytes(), kTextPartitionBytes);
  assert_int_equal(sites[0].offset_bytes() % limits::kMiB, 0);
  assert_true(sites[0].offset_bytes() < image->bundles[0].offset_bytes);
  auto opened = OpenBundles(RealEnv(), bench.request.out_path, nullptr);
  ASSERT_OK(opened);
  assert_int_equal(opened->size(), 1);
}

void TheStampFollowsFromTheSiteFile(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  ASSERT_OK(bench.Compose());
  ASSERT_TEXT(StampOf(bench.Output()), "2025-01-01-00-00-00-00");
  bench.SetSite("name: x\n");
  ASSERT_OK(bench.Compose());
  // FORMAT.md, "Which medium this is".
  ASSERT_TEXT(StampOf(bench.Output()), "2025-11-12-09-22-51-03");
  std::string first = StampOf(bench.Output());
  bench.SetSite("name: y\n");
  ASSERT_OK(bench.Compose());
  assert_true(StampOf(bench.Output()) != first);
}

void AnImageKeepsItsSiteFileOrGetsAnother(void**) {
  Bench bench;
  bench.SetSite("name: x\n");
  ASSERT_OK(bench.Compose());  // without any bundle
  std::string with_x = bench.Output();
  bench.Write("base.iso", with_x);
  bench.request.site_path = "";
  bench.AddBundle("a.tar", SmallBundle("a"));
  auto kept = bench.Compose();
  ASSERT_OK(kept);
  assert_int_equal(kept->site_partition_number, 0);
  ASSERT_TEXT(SiteOf(bench.Output()), "name: x\n");
  ASSERT_TEXT(StampOf(bench.Output()), StampOf(with_x));
  bench.SetSite("name: y\n");
  auto replaced = bench.Compose();
  ASSERT_OK(replaced);
  assert_int_equal(replaced->site_partition_number, 4);
  assert_int_equal(replaced->bundles[0].partition_number, 6);
  ASSERT_TEXT(SiteOf(bench.Output()), "name: y\n");
  assert_true(StampOf(bench.Output()) != StampOf(with_x));
}

unsigned ModeOf(const std::string& path) {
  struct stat found = {};
  assert_int_equal(stat(path.c_str(), &found), 0);
  return found.st_mode & 0777;
}

void AnIdentityIsForTheOwnerAndStays(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  ASSERT_OK(bench.Compose());
  assert_int_equal(ModeOf(bench.request.out_path), 0644);
  bench.request.identity_text = "secret";
  auto image = bench.Compose();
  ASSERT_OK(image);
  assert_int_equal(image->identity_partition_number, 4);
  assert_int_equal(ModeOf(bench.request.out_path), 0600);
  ASSERT_TEXT(StampOf(bench.Output()), "2025-11-16-13-46-38-00");

  bench.Write("base.iso", bench.Output());
  auto has = HasIdentity(RealEnv(), bench.request.base_path);
  ASSERT_OK(has);
  assert_true(*has);
  bench.request.identity_text = "";
  bench.request.bundle_paths.clear();
  bench.SetSite("name: x\n");
  auto kept = bench.Compose();
  ASSERT_OK(kept);
  assert_int_equal(kept->identity_partition_number, 0);
  assert_int_equal(ModeOf(bench.request.out_path), 0600);
  auto text = ReadTextPartition(kIdentityText, testing::MemoryFile(bench.Output()));
  ASSERT_OK(text);
  ASSERT_TEXT(*text, "secret");
  assert_true(StampOf(bench.Output()).substr(20) != "00");

  std::string damaged = bench.Output();
  damaged[damaged.find("secret")] ^= 1;
  bench.Write("base.iso", damaged);
  bench.SetSite("name: y\n");
  ASSERT_CODE(bench.Compose().status(), Code::kCorrupt);
}

void RoomForStateStandsLastAndIsAHole(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  bench.request.state_bytes.reset();
  auto image = bench.Compose();
  ASSERT_OK(image);
  assert_int_equal(image->state_partition_number, 6);
  assert_int_equal(image->state_bytes, limits::state_default_bytes);
  struct stat found = {};
  assert_int_equal(stat(bench.request.out_path.c_str(), &found), 0);
  assert_int_equal(found.st_size, image->size_bytes);
  assert_true(found.st_blocks * 512 < 32 * static_cast<int64_t>(limits::kMiB));
  auto file = RealEnv()->OpenReadable(bench.request.out_path);
  ASSERT_OK(file);
  auto table = ReadGpt(**file);
  ASSERT_OK(table);
  auto states = table->PartitionsOf(kStatePartitionType);
  assert_int_equal(states.size(), 1);
  ASSERT_TEXT(states[0].name, "airgap-state");
  assert_true(states[0].offset_bytes() > image->bundles[0].offset_bytes);

  // On top of it: what is there stays, and no second one comes.
  ASSERT_OK(WriteWholeFile(RealEnv(), bench.folder / "b.tar", SmallBundle("b"), 0644));
  bench.request.base_path = bench.request.out_path;
  bench.request.out_path = bench.folder / "again.iso";
  bench.request.bundle_paths = {bench.folder / "b.tar"};
  auto again = bench.Compose();
  ASSERT_OK(again);
  assert_int_equal(again->state_partition_number, 0);
  bench.request.state_bytes = limits::state_min_bytes;
  auto refused = bench.Compose();
  ASSERT_CODE(refused.status(), Code::kInvalidArgument);
  ASSERT_CONTAINS(refused.status().message(), "has a state partition already");
}

void DamagedBundlesAreRefused(void**) {
  std::string whole = testing::MakeTestPlan().Encode();
  std::string flipped = whole;
  flipped[whole.size() - 4096] ^= 1;  // in the asset, which stands last
  struct {
    std::string bytes;
    const char* says;
  } cases[] = {
      {flipped, "does not match its digest"},
      {whole.substr(0, whole.size() - 512), "truncated"},
      {whole.substr(0, whole.size() - 4096), "copy it again"},
      {std::string(10240, 'x'), "bad.tar"},
      {"", "bad.tar"},
  };
  for (const auto& damaged : cases) {
    Bench bench;
    bench.AddBundle("bad.tar", damaged.bytes);
    auto image = bench.Compose();
    ASSERT_CODE(image.status(), Code::kCorrupt);
    ASSERT_CONTAINS(image.status().message(), damaged.says);
    assert_true(bench.IsClean());
  }
}

void OtherFilesAreNoBase(void**) {
  auto expect = [](const std::string& base, const char* says) {
    Bench bench;
    bench.AddBundle("a.tar", SmallBundle("a"));
    bench.Write("base.iso", base);
    auto image = bench.Compose();
    ASSERT_CODE(image.status(), Code::kCorrupt);
    ASSERT_CONTAINS(image.status().message(), says);
    assert_true(bench.IsClean());
  };
  std::string base = MakeBase();
  expect("", "only 0 bytes");
  expect(std::string(base.size(), '\0'), "no protective MBR");
  std::string no_table = base;
  no_table.replace(512, 8, 8, 'x');
  no_table.replace((kBaseBlocks - 1) * 512, 8, 8, 'x');
  expect(no_table, "no GUID partition table");
  std::string damaged = base;
  damaged[1024 + 5] ^= 1;
  expect(damaged, "damaged partition table");
  expect(base.substr(0, base.size() - 2048), "truncated");
  std::string no_volume = base;
  no_volume[kPrimaryDescriptor + 1] = 'x';
  expect(no_volume, "no ISO 9660 volume");
}

void InputsAreNeverOverwritten(void**) {
  for (const char* out : {"base.iso", "a.tar"}) {
    Bench bench;
    bench.AddBundle("a.tar", SmallBundle("a"));
    bench.request.out_path = bench.folder / out;
    auto image = bench.Compose();
    ASSERT_CODE(image.status(), Code::kInvalidArgument);
    ASSERT_CONTAINS(image.status().message(), "is also an input");
  }
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  bench.request.out_path = bench.folder.path();
  ASSERT_CODE(bench.Compose().status(), Code::kInvalidArgument);
  Bench empty;
  ASSERT_CODE(empty.Compose().status(), Code::kInvalidArgument);
}

void OneBundleTwiceIsRefused(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  bench.AddBundle("b.tar", SmallBundle("a"));
  auto image = bench.Compose();
  ASSERT_CODE(image.status(), Code::kInvalidArgument);
  ASSERT_CONTAINS(image.status().message(), "are the same bundle");
}

void AFullDiskIsSeenBeforehand(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  testing::FaultEnv env;
  env.free_bytes = 1000;
  ASSERT_CODE(ComposeImage(&env, bench.request, nullptr).status(), Code::kNoSpace);
  assert_int_equal(env.changes(), 0);
}

void EveryFailedWriteLeavesNothingBehind(void**) {
  Bench bench;
  bench.AddBundle("a.tar", SmallBundle("a"));
  testing::FaultEnv counting;
  ASSERT_OK(ComposeImage(&counting, bench.request, nullptr));
  std::filesystem::remove(bench.request.out_path);
  for (uint64_t i = 1; i <= counting.changes(); ++i) {
    testing::FaultEnv env(i, ENOSPC);
    ASSERT_CODE(ComposeImage(&env, bench.request, nullptr).status(), Code::kNoSpace);
    assert_true(bench.IsClean());
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(BundlesReadBackFromTheImage),
      cmocka_unit_test(BothTablesDescribeTheImage),
      cmocka_unit_test(SizesAreRaisedAndNothingElseOfTheBaseChanges),
      cmocka_unit_test(TheSameInputsGiveTheSameImage),
      cmocka_unit_test(AnImageTakesMoreBundles),
      cmocka_unit_test(ABundleIsTakenFromAnImage),
      cmocka_unit_test(TheSiteFileStandsBeforeTheBundles),
      cmocka_unit_test(TheStampFollowsFromTheSiteFile),
      cmocka_unit_test(AnImageKeepsItsSiteFileOrGetsAnother),
      cmocka_unit_test(AnIdentityIsForTheOwnerAndStays),
      cmocka_unit_test(RoomForStateStandsLastAndIsAHole),
      cmocka_unit_test(DamagedBundlesAreRefused),
      cmocka_unit_test(OtherFilesAreNoBase),
      cmocka_unit_test(InputsAreNeverOverwritten),
      cmocka_unit_test(OneBundleTwiceIsRefused),
      cmocka_unit_test(AFullDiskIsSeenBeforehand),
      cmocka_unit_test(EveryFailedWriteLeavesNothingBehind),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
