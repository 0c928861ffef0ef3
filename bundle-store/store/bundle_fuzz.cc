// Any bytes as a bundle: open it, walk it, read every manifest, serve its names.
#include <algorithm>

#include "base/env_testing.h"
#include "store/asset.h"
#include "store/bundle_testing.h"
#include "store/verify.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  if (number > 2) return 0;
  testing::TestPlan test("fuzz", "1");
  Descriptor image = test.AddImage("layer");
  if (number == 1) image = test.AddIndex({image});
  test.AddRoot(image, "ghcr.io/org/app:v1");
  test.AddAsset("boot/small", "a small asset");
  if (number == 2) test.plan.LeaveOut(image.digest);
  std::string bytes = test.Encode();
  if (bytes.size() > max_size) return 0;
  std::copy(bytes.begin(), bytes.end(), out);
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  auto file = std::make_shared<testing::MemoryFile>(
      std::string(reinterpret_cast<const char*>(input), size));
  Result<std::shared_ptr<Bundle>> bundle = Bundle::Open(file, 0, size);
  if (!bundle.ok()) return 0;
  (void)VerifyBundle(**bundle, nullptr, nullptr);
  auto catalog = Catalog::Build({*bundle});
  catalog->LoadManifests();
  for (const std::string& name : catalog->RepositoryNames()) {
    auto repository = catalog->FindRepository("", name);
    if (!repository.ok()) continue;
    for (const auto& [tag, digest] : (*repository)->tags) {
      Descriptor found;
      (void)catalog->ReadManifest(digest, &found);
      (void)catalog->Referrers(**repository, digest);
    }
  }
  for (const std::string& path : catalog->AssetPaths()) {
    auto reader = AssetReader::Open(catalog, *catalog->FindAsset(path));
    if (reader.ok()) (void)(*reader)->VerifyRange(0, (*reader)->size_bytes());
  }
  return 0;
}
