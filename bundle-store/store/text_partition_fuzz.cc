// A text partition of arbitrary bytes: the text is read only if it is what its writer would write.
#include "base/env_testing.h"
#include "base/fuzz_seeds.h"
#include "base/limits.h"
#include "store/text_partition.h"

using namespace airgap;

namespace {

constexpr uint64_t kFirstLba = 8;

// The input as the site partition of a small medium.
std::string MediumWith(std::string_view content) {
  GptTable table;
  table.entries_count = 4;
  table.entry_bytes = 128;
  table.raw_entries.resize(size_t{4} * 128);
  GptPartition partition;
  partition.number = 1;
  partition.type = kSiteText.type;
  partition.first_lba = kFirstLba;
  partition.last_lba = kFirstLba + content.size() / kGptBlockBytes;
  PutGptPartition(&table, partition);
  std::string medium(512, '\0');
  medium += FormatGptHeader(table, 1, 99, 2);
  medium += table.raw_entries;
  medium.resize(kFirstLba * kGptBlockBytes);
  medium += content;
  medium.resize((partition.last_lba + 1) * kGptBlockBytes);
  return medium;
}

}  // namespace

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static const std::string kEncoded =
      EncodeTextPartition(kSiteText, "name: rack 7\n").substr(0, 600);
  static const std::string_view kSeeds[] = {kEncoded};
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view content(reinterpret_cast<const char*>(input), size);
  Result<std::string> text = ReadTextPartition(kSiteText, testing::MemoryFile(MediumWith(content)));
  if (!text.ok()) return 0;
  if (text->size() > limits::site_file_max_bytes) __builtin_trap();
  std::string again = EncodeTextPartition(kSiteText, *text);
  if (again.compare(0, 20, content.substr(0, 20)) != 0) __builtin_trap();
  if (again.compare(24, 40, content.substr(24, 40)) != 0) __builtin_trap();
  return 0;
}
