// The list of a medium, arbitrary bytes: what is read is written the same, and no area leaves the
// image.
#include "base/fuzz_seeds.h"
#include "compose/image_list.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static const std::string kList =
      FormatImageList({1 << 20,
                       {{0, 4096, Digest::Of(AsBytes("a")), ""},
                        {8192, 512, Digest::Of(AsBytes("b")), "airgap-site"}},
                       {{"airgap-bundle-1", "demo", "1", Digest::Of(AsBytes("c"))}}});
  static const std::string_view kSeeds[] = {kList};
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string text(reinterpret_cast<const char*>(input), size);
  Result<ImageList> list = ParseImageList(text, "fuzz");
  if (!list.ok()) return 0;
  for (const ListedArea& area : list->areas) {
    if (area.offset_bytes + area.size_bytes > list->size_bytes) __builtin_trap();
  }
  std::string again = FormatImageList(*list);
  Result<ImageList> reread = ParseImageList(again, "again");
  if (!reread.ok() || FormatImageList(*reread) != again) __builtin_trap();
  return 0;
}
