// Any bytes as index.json of a layout, as manifest.json of a docker archive, as a foreign tar.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "intake/archive_files.h"
#include "intake/collector.h"
#include "intake/docker_archive.h"
#include "intake/image_layout.h"
#include "intake/intake_testing.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

LayoutMaker SmallLayout(const char* ref_name) {
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  maker.List(maker.AddIndex({image}), ref_name);
  maker.List(maker.AddImage("sbom", &image));
  return maker;
}

std::string IndexJson(const LayoutMaker& maker) {
  Result<FileExtent> extent = maker.Files()->Find("index.json");
  Result<std::string> text = ReadExtent(*extent, 1 << 20, "index.json");
  return *text;
}

void TryLayout(std::string_view index) {
  LayoutMaker maker = SmallLayout("ghcr.io/org/app:v1");
  maker.files()["index.json"] = std::string(index);
  Result<std::unique_ptr<ImageLayout>> layout = ImageLayout::Open(maker.Files(), "oci:fuzz");
  if (!layout.ok()) return;
  Result<SourceContent> content = (*layout)->Content(GivenName());
  if (!content.ok()) return;
  BundlePlan plan;
  Collector collector(&plan);
  for (const NamedImage& image : content->images) {
    (void)collector.TakeImage(layout->get(), image, std::nullopt);
  }
  for (const Descriptor& asset : content->assets) (void)collector.TakeAsset(layout->get(), asset);
}

void TryDockerArchive(std::string_view manifest_json) {
  auto files = std::make_unique<MemoryFiles>();
  files->files["manifest.json"] = std::string(manifest_json);
  files->files["c.json"] = "{\"rootfs\":{\"diff_ids\":[]}}";
  Result<std::unique_ptr<DockerArchive>> archive =
      DockerArchive::Open(std::move(files), "docker-archive:fuzz");
  if (archive.ok()) (void)(*archive)->Content(GivenName());
}

// libarchive reads a file descriptor.
void TryArchive(std::string_view bytes) {
  UniqueFd fd(memfd_create("fuzz", MFD_CLOEXEC));
  if (!fd.valid() ||
      write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return;
  }
  std::string path = "/proc/self/fd/" + std::to_string(fd.get());
  for (LinkRule links : {LinkRule::kRefuse, LinkRule::kFollowInside}) {
    auto files = OpenLayoutArchive(RealEnv(), path, links, "/tmp");
    if (!files.ok()) continue;
    Result<FileExtent> extent = (*files)->Find("a");
    if (!extent.ok()) continue;
    // What is listed can be read whole.
    Status status = StreamExtent(*extent, [](ByteSpan) { return OkStatus(); });
    if (!status.ok()) __builtin_trap();
  }
}

}  // namespace

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  std::string seed;
  if (number == 0) seed = IndexJson(SmallLayout("ghcr.io/org/app:v1"));
  if (number == 1) seed = IndexJson(SmallLayout("v1"));
  if (number == 2) seed = "[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\"],\"Layers\":[]}]";
  if (number == 3) seed = TarBytes({TarEntryBytes("a", "content"), TarEntryBytes("b", "more")});
  if (number == 4) seed = TarBytes({TarEntryBytes("c/a", "", '2', "../b"), TarEntryBytes("b", "")});
  if (seed.size() > max_size) return 0;
  std::copy(seed.begin(), seed.end(), out);
  return seed.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(input), size);
  TryLayout(text);
  TryDockerArchive(text);
  TryArchive(text);
  Result<GivenName> given = GivenName::Parse(text);
  if (given.ok() && !given->given()) __builtin_trap();
  return 0;
}
