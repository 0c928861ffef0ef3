#include "intake/asset_file.h"

#include <fstream>

#include "base/limits.h"
#include "base/testing.h"
#include "intake/collector.h"
#include "store/asset.h"
#include "store/bundle.h"
#include "store/bundle_writer.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

void WriteText(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

void OnlyPlainPathsAreServed(void**) {
  for (const char* path : {"boot/vmlinuz", "a", "image/3765/v1.8.0/metal-amd64.raw.xz",
                           "A-b_c.d+e~f@g", "v2x/a", "...", "boot/api"}) {
    ASSERT_OK(CheckAssetPath(path));
  }
  for (const char* path :
       {"", "/a", "a/", "a//b", "..", "a/../b", ".", "./a", "a b", "a%2fb", "a\\b", "a?b", "a\nb",
        "v2/a", "api/v1", "healthz", "metrics", "ca.pem", "\xc3\xa4"}) {
    ASSERT_CODE(CheckAssetPath(path), Code::kInvalidArgument);
  }
  ASSERT_OK(CheckAssetPath(std::string(limits::asset_path_max_bytes, 'a')));
  ASSERT_CODE(CheckAssetPath(std::string(limits::asset_path_max_bytes + 1, 'a')),
              Code::kInvalidArgument);
}

// Sizes around the edges of a chunk.
void AssetsAreReadBackAsTheyWere(void**) {
  for (uint64_t size : {uint64_t{0}, uint64_t{1}, limits::asset_chunk_bytes - 1,
                        limits::asset_chunk_bytes, limits::asset_chunk_bytes + 1}) {
    TempFolder folder;
    std::string content(size, 'a');
    for (size_t i = 0; i < content.size(); i += 997) content[i] = static_cast<char>(i);
    WriteText(folder / "kernel", content);
    auto asset = AssetFile::Open(RealEnv(), "boot/kernel", folder / "kernel");
    ASSERT_OK(asset);
    BundlePlan plan;
    Collector collector(&plan);
    Result<Descriptor> manifest = (*asset)->AddTo(&plan);
    ASSERT_OK(manifest);
    ASSERT_OK(collector.AddAssetRoot("boot/kernel", *manifest));
    ASSERT_OK(WriteBundle(RealEnv(), folder / "b.tar", plan, nullptr));
    auto bundles = OpenBundles(RealEnv(), folder / "b.tar", nullptr);
    ASSERT_OK(bundles);
    std::shared_ptr<const Catalog> catalog = Catalog::Build(*bundles);
    auto location = catalog->FindAsset("boot/kernel");
    ASSERT_OK(location);
    auto reader = AssetReader::Open(catalog, *location);
    ASSERT_OK(reader);
    std::string read((*reader)->size_bytes(), '\0');
    ASSERT_OK((*reader)->Read(0, {reinterpret_cast<uint8_t*>(read.data()), read.size()}));
    assert_true(read == content);
    ASSERT_TEXT((*reader)->file_name(), "kernel");
  }
}

void FileThatChangesIsAnError(void**) {
  TempFolder folder;
  WriteText(folder / "kernel", "first");
  auto asset = AssetFile::Open(RealEnv(), "boot/kernel", folder / "kernel");
  ASSERT_OK(asset);
  BundlePlan plan;
  ASSERT_OK((*asset)->AddTo(&plan));
  WriteText(folder / "kernel", "changed");
  Result<Digest> written = WriteBundle(RealEnv(), folder / "b.tar", plan, nullptr);
  ASSERT_CODE(written.status(), Code::kUnavailable);
  ASSERT_CONTAINS(written.status().message(), "was written to while it was read");
}

void OnePathForTwoFilesIsRefused(void**) {
  TempFolder folder;
  BundlePlan plan;
  Collector collector(&plan);
  std::vector<std::unique_ptr<AssetFile>> assets;
  for (const char* name : {"one", "two", "one"}) {
    WriteText(folder / name, name);
    auto asset = AssetFile::Open(RealEnv(), "boot/kernel", folder / name);
    ASSERT_OK(asset);
    Result<Descriptor> manifest = (*asset)->AddTo(&plan);
    ASSERT_OK(manifest);
    Status status = collector.AddAssetRoot("boot/kernel", *manifest);
    ASSERT_CODE(status, assets.size() == 1 ? Code::kInvalidArgument : Code::kOk);
    assets.push_back(*std::move(asset));
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(OnlyPlainPathsAreServed),
      cmocka_unit_test(AssetsAreReadBackAsTheyWere),
      cmocka_unit_test(FileThatChangesIsAnError),
      cmocka_unit_test(OnePathForTwoFilesIsRefused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
