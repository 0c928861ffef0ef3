#include "intake/docker_archive.h"

#include "base/testing.h"
#include "intake/collector.h"
#include "intake/intake_testing.h"
#include "store/bundle_writer.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

std::string ConfigFor(const std::vector<std::string>& layers) {
  JsonBuilder config;
  config.root().Put("os", "linux");
  JsonNode rootfs = config.root().PutObject("rootfs");
  rootfs.Put("type", "layers");
  JsonNode diff_ids = rootfs.PutArray("diff_ids");
  for (const std::string& layer : layers) diff_ids.Add(Digest::Of(AsBytes(layer)).ToString());
  return config.ToText();
}

std::unique_ptr<MemoryFiles> SavedImage() {
  auto files = std::make_unique<MemoryFiles>();
  files->files["c.json"] = ConfigFor({"layer one", "layer two"});
  files->files["1/layer.tar"] = "layer one";
  files->files["2/layer.tar"] = "layer two";
  files->files["manifest.json"] =
      "[{\"Config\":\"c.json\",\"RepoTags\":[\"busybox:1.36\",\"ghcr.io/org/app:v1\"],"
      "\"Layers\":[\"1/layer.tar\",\"2/layer.tar\"]}]";
  return files;
}

Result<Digest> WriteImages(std::unique_ptr<MemoryFiles> files, const std::string& path,
                           Collector* collector, BundlePlan* plan) {
  ASSIGN_OR_RETURN(auto archive, DockerArchive::Open(std::move(files), "docker-archive:x"));
  ASSIGN_OR_RETURN(SourceContent content, archive->Content(GivenName()));
  for (const NamedImage& image : content.images) {
    RETURN_IF_ERROR(collector->TakeImage(archive.get(), image, std::nullopt));
  }
  return WriteBundle(RealEnv(), path, *plan, nullptr);
}

void SavedImageBecomesSchema2WithItsNames(void**) {
  Result<std::unique_ptr<DockerArchive>> archive =
      DockerArchive::Open(SavedImage(), "docker-archive:x");
  ASSERT_OK(archive);
  Result<SourceContent> content = (*archive)->Content(GivenName());
  ASSERT_OK(content);
  assert_int_equal(content->images.size(), 2);
  ASSERT_TEXT(content->images[0].reference.ToString(), "docker.io/library/busybox:1.36");
  ASSERT_TEXT(content->images[1].reference.ToString(), "ghcr.io/org/app:v1");
  Result<std::string> text = (*archive)->ReadManifest(content->images[0].descriptor);
  ASSERT_OK(text);
  Result<Manifest> manifest = Manifest::Parse(*text, "", "made");
  ASSERT_OK(manifest);
  assert_true(manifest->kind == ManifestKind::kDockerManifest);
  assert_int_equal(manifest->layers.size(), 2);
  assert_true(manifest->layers[1].digest == Digest::Of(AsBytes("layer two")));
  ASSERT_TEXT(manifest->layers[1].media_type, "application/vnd.docker.image.rootfs.diff.tar");
}

void SameArchiveGivesTheSameBundle(void**) {
  TempFolder folder;
  std::string identities[2];
  for (std::string& identity : identities) {
    BundlePlan plan;
    Collector collector(&plan);
    Result<Digest> written = WriteImages(SavedImage(), folder / "b.tar", &collector, &plan);
    ASSERT_OK(written);
    identity = written->ToString();
  }
  ASSERT_TEXT(identities[0], identities[1]);
}

void LayerThatIsNotItsDiffIdIsCorrupt(void**) {
  TempFolder folder;
  std::unique_ptr<MemoryFiles> files = SavedImage();
  files->files["1/layer.tar"] = "layer 1!!";
  BundlePlan plan;
  Collector collector(&plan);
  Result<Digest> written = WriteImages(std::move(files), folder / "b.tar", &collector, &plan);
  ASSERT_CODE(written.status(), Code::kCorrupt);
}

void BadArchivesAreRefused(void**) {
  const char* const bad[] = {
      "not json",
      "{}",
      "[{}]",
      "[{\"Config\":\"c.json\",\"Layers\":[1]}]",
      "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\"]}]",  // one of two
  };
  for (const char* text : bad) {
    std::unique_ptr<MemoryFiles> files = SavedImage();
    files->files["manifest.json"] = text;
    ASSERT_CODE(DockerArchive::Open(std::move(files), "docker-archive:x").status(), Code::kCorrupt);
  }
  std::unique_ptr<MemoryFiles> files = SavedImage();
  files->files.erase("2/layer.tar");
  ASSERT_CODE(DockerArchive::Open(std::move(files), "docker-archive:x").status(), Code::kNotFound);
  files = SavedImage();
  files->files.erase("manifest.json");
  ASSERT_CODE(DockerArchive::Open(std::move(files), "docker-archive:x").status(), Code::kCorrupt);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(SavedImageBecomesSchema2WithItsNames),
      cmocka_unit_test(SameArchiveGivesTheSameBundle),
      cmocka_unit_test(LayerThatIsNotItsDiffIdIsCorrupt),
      cmocka_unit_test(BadArchivesAreRefused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
