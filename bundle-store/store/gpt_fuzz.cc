// A medium of arbitrary bytes: reading its partition table must end, whatever stands there.
#include <cstdlib>
#include <cstring>

#include "base/env_testing.h"
#include "store/gpt.h"

namespace airgap {
namespace {

void Read(std::string bytes) {
  Result<GptTable> table = ReadGpt(testing::MemoryFile(std::move(bytes)));
  if (!table.ok()) return;
  for (const GptPartition& partition : table->BundlePartitions()) {
    if (partition.size_bytes() == 0 || partition.name.size() > 3 * kGptNameMaxUnits) abort();
  }
}

// The same bytes behind correct checksums: header fields from the front, entries from the rest.
std::string WithChecksums(std::string_view input) {
  GptTable table;
  auto take = [&input](size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes && !input.empty(); ++i, input.remove_prefix(1)) {
      value = value << 8 | static_cast<uint8_t>(input[0]);
    }
    return value;
  };
  uint64_t header_lba = take(1);
  uint64_t entries_lba = take(1);
  table.entries_count = static_cast<uint32_t>(take(2));
  table.entry_bytes = uint32_t{1} << (take(1) % 32);
  table.raw_entries = input;
  uint64_t wanted = uint64_t{table.entries_count} * table.entry_bytes;
  table.raw_entries.resize(wanted < 65536 ? wanted : 65536);
  std::string medium(512, '\0');
  medium += FormatGptHeader(table, header_lba, 99, entries_lba);
  return medium + table.raw_entries;
}

}  // namespace
}  // namespace airgap

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  // A header at block 1 whose 16 entries of 128 bytes stand at block 2, each in use.
  constexpr uint8_t kFront[] = {1, 2, 0, 16, 7};
  constexpr size_t kSize = sizeof kFront + size_t{16} * 128;
  if (number > 0 || max_size < kSize) return 0;
  memset(out, 0, kSize);
  memcpy(out, kFront, sizeof kFront);
  for (size_t i = 0; i < 16; ++i) {
    uint8_t* entry = out + sizeof kFront + i * 128;
    memcpy(entry, airgap::kBundlePartitionType.bytes.data(), 16);
    entry[32] = static_cast<uint8_t>(64 + i);
    entry[40] = static_cast<uint8_t>(64 + i);
    entry[56] = 'a';
  }
  return kSize;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(input), size);
  airgap::Read(std::string(bytes));
  airgap::Read(airgap::WithChecksums(bytes));
  return 0;
}
