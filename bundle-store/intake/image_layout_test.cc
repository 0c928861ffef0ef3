#include "intake/image_layout.h"

#include <filesystem>

#include "base/limits.h"
#include "base/testing.h"
#include "intake/from_source.h"
#include "intake/intake_testing.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

Result<SourceContent> ContentOf(const LayoutMaker& maker, const std::string& given_text = "") {
  Result<std::unique_ptr<ImageLayout>> layout = ImageLayout::Open(maker.Files(), "oci:layout");
  if (!layout.ok()) return layout.status();
  GivenName given;
  if (!given_text.empty()) {
    Result<GivenName> parsed = GivenName::Parse(given_text);
    if (!parsed.ok()) return parsed.status();
    given = *parsed;
  }
  return (*layout)->Content(given);
}

std::string NameOf(const std::map<std::string, std::string>& annotations,
                   const std::string& given = "") {
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  for (const auto& [key, value] : annotations) image.annotations[key] = value;
  maker.List(image);
  Result<SourceContent> content = ContentOf(maker, given);
  if (!content.ok()) return content.status().message();
  return content->images[0].reference.ToString();
}

void ImagesKeepTheirFullReference(void**) {
  ASSERT_TEXT(NameOf({{annotation::kRefName, "ghcr.io/org/app:v1"}}), "ghcr.io/org/app:v1");
  ASSERT_TEXT(NameOf({{annotation::kRefName, "docker.io/busybox:1"}}),
              "docker.io/library/busybox:1");
  ASSERT_TEXT(
      NameOf({{annotation::kRefName, "v1"}, {annotation::kContainerdName, "ghcr.io/org/app:v1"}}),
      "ghcr.io/org/app:v1");
  // A given repository names only what has no name.
  ASSERT_TEXT(NameOf({{annotation::kRefName, "ghcr.io/org/app:v1"}}, "quay.io/a/b"),
              "ghcr.io/org/app:v1");
}

void ImagesWithoutAFullReferenceSayHowToGetOne(void**) {
  ASSERT_CONTAINS(NameOf({{annotation::kRefName, "v1"}}), "--from oci:layout=HOST/REPOSITORY");
  ASSERT_CONTAINS(NameOf({}), "--from oci:layout=HOST/REPOSITORY:TAG");
  ASSERT_TEXT(NameOf({{annotation::kRefName, "v1"}}, "ghcr.io/org/app"), "ghcr.io/org/app:v1");
  ASSERT_TEXT(NameOf({}, "ghcr.io/org/app:v2"), "ghcr.io/org/app:v2");
  ASSERT_CONTAINS(NameOf({}, "ghcr.io/org/app"), "ghcr.io/org/app@sha256:");
  ASSERT_CONTAINS(NameOf({}, "not a name"), "no full reference");
}

void OneNameCannotNameTwoImages(void**) {
  LayoutMaker maker;
  maker.List(maker.AddImage("one"), "v1");
  maker.List(maker.AddImage("two"), "v2");
  Result<SourceContent> content = ContentOf(maker, "ghcr.io/org/app:v1");
  ASSERT_CODE(content.status(), Code::kInvalidArgument);
  ASSERT_CONTAINS(content.status().message(), "2 images");
}

void ChildrenBesideTheirIndexNeedNoName(void**) {
  LayoutMaker maker;
  Descriptor child = maker.AddImage("child");
  maker.List(maker.AddIndex({child}), "ghcr.io/org/multi:v1");
  maker.List(child);
  Result<SourceContent> content = ContentOf(maker);
  ASSERT_OK(content);
  assert_int_equal(content->images.size(), 1);
}

void FilesThatAreNoLayoutAreRefused(void**) {
  struct Case {
    const char* file;
    const char* content;
    Code code;
    const char* says;
  };
  const Case cases[] = {
      {"index.json", "{not json", Code::kCorrupt, "index.json is not JSON"},
      {"index.json", "[]", Code::kCorrupt, "index.json"},
      {"index.json", "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:12\"}]}",
       Code::kCorrupt, "index.json"},
      {"index.json", "{\"schemaVersion\":2,\"manifests\":[]}", Code::kNotFound, "no images"},
      {"oci-layout", "{}", Code::kUnsupported, "oci-layout"},
      {"oci-layout", "nonsense", Code::kCorrupt, "oci-layout is not JSON"},
  };
  for (const Case& test : cases) {
    LayoutMaker maker;
    maker.files()[test.file] = test.content;
    Result<SourceContent> content = ContentOf(maker);
    ASSERT_CODE(content.status(), test.code);
    ASSERT_CONTAINS(content.status().message(), test.says);
  }
  auto empty = std::make_unique<MemoryFiles>();
  ASSERT_CODE(ImageLayout::Open(std::move(empty), "oci:x").status(), Code::kCorrupt);
}

void HugeIndexIsRefusedUnread(void**) {
  TempFolder folder;
  LayoutMaker().WriteTo(folder.path());
  std::filesystem::resize_file(folder / "index.json", limits::kGiB);
  Result<FromSpec> spec = FromSpec::Parse("oci:" + folder.path());
  ASSERT_OK(spec);
  auto opened = OpenFrom(RealEnv(), *spec, folder.path());
  ASSERT_CODE(opened.status(), Code::kLimitExceeded);
  ASSERT_CONTAINS(opened.status().message(), "1073741824");
}

void LinkOutOfTheFolderIsRefused(void**) {
  TempFolder folder;
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  maker.List(image, "ghcr.io/org/app:v1");
  std::string layout = folder / "layout";
  maker.WriteTo(layout);
  std::string blob = "blobs/sha256/" + image.digest.Hex();
  std::filesystem::rename(layout + "/" + blob, folder / "outside");
  std::filesystem::create_symlink("../../../outside", layout + "/" + blob);
  Result<std::unique_ptr<LayoutFiles>> files = OpenLayoutFolder(RealEnv(), layout);
  ASSERT_OK(files);
  Result<FileExtent> extent = (*files)->Find(blob);
  ASSERT_CODE(extent.status(), Code::kInvalidArgument);
  ASSERT_CONTAINS(extent.status().message(), "leaves the folder");
  ASSERT_OK((*files)->Find("index.json"));
  ASSERT_CODE((*files)->Find("blobs/sha256/00").status(), Code::kNotFound);
}

void WhatStandsAfterFromIsUnderstood(void**) {
  Result<FromSpec> spec = FromSpec::Parse("oci-archive:a=b.tar=ghcr.io/org/app:v1");
  ASSERT_OK(spec);
  ASSERT_TEXT(spec->path, "a=b.tar");
  ASSERT_TEXT(spec->text, "oci-archive:a=b.tar");
  ASSERT_TEXT(spec->given.reference->ToString(), "ghcr.io/org/app:v1");
  for (const char* bad :
       {"", "oci:", "dir:/x", "/x", "oci:x=Not/A/Name", "bundle:x=ghcr.io/org/app:v1"}) {
    ASSERT_CODE(FromSpec::Parse(bad).status(), Code::kInvalidArgument);
  }
}

void AssetPathsBecomeRepositories(void**) {
  ASSERT_TEXT(AssetRepository("boot/vmlinuz"), "assets/boot/vmlinuz");
  ASSERT_TEXT(AssetRepository("image/A+B@c~1/v1.8.0/metal-amd64.raw.xz"),
              "assets/image/a-b-c-1/v1.8.0/metal-amd64.raw.xz");
  for (const char* path : {"___", "-a-", "a..b", "a._b", "a__b", "@/+/~"}) {
    assert_true(IsRepositoryName(AssetRepository(path)));
  }
  assert_true(IsRepositoryName(AssetRepository(std::string(500, 'a'))));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(ImagesKeepTheirFullReference),
      cmocka_unit_test(ImagesWithoutAFullReferenceSayHowToGetOne),
      cmocka_unit_test(OneNameCannotNameTwoImages),
      cmocka_unit_test(ChildrenBesideTheirIndexNeedNoName),
      cmocka_unit_test(FilesThatAreNoLayoutAreRefused),
      cmocka_unit_test(HugeIndexIsRefusedUnread),
      cmocka_unit_test(LinkOutOfTheFolderIsRefused),
      cmocka_unit_test(WhatStandsAfterFromIsUnderstood),
      cmocka_unit_test(AssetPathsBecomeRepositories),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
