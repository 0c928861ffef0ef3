#include "intake/collector.h"

#include <filesystem>

#include "base/limits.h"
#include "base/testing.h"
#include "intake/bundle_source.h"
#include "intake/completeness.h"
#include "intake/image_layout.h"
#include "intake/intake_testing.h"
#include "store/bundle.h"
#include "store/bundle_writer.h"
#include "store/verify.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

// Takes everything that a layout names.
struct Taken {
  std::unique_ptr<ImageLayout> layout;
  BundlePlan plan;
  Collector collector{&plan};
  Status status;

  explicit Taken(const LayoutMaker& maker, const std::optional<Platform>& only = std::nullopt) {
    Result<std::unique_ptr<ImageLayout>> opened = ImageLayout::Open(maker.Files(), "oci:layout");
    ASSERT_OK(opened);
    layout = *std::move(opened);
    Result<SourceContent> content = layout->Content(GivenName());
    ASSERT_OK(content);
    for (const NamedImage& image : content->images) {
      if (status.ok()) status = collector.TakeImage(layout.get(), image, only);
    }
  }

  std::shared_ptr<Bundle> Write(const TempFolder& folder) {
    std::string path = folder / "bundle.tar";
    ASSERT_OK(WriteBundle(RealEnv(), path, plan, nullptr));
    auto bundles = OpenBundles(RealEnv(), path, nullptr);
    ASSERT_OK(bundles);
    VerifyReport report = VerifyBundle(*bundles->front(), nullptr, nullptr);
    for (const std::string& problem : report.problems) print_error("%s\n", problem.c_str());
    assert_true(report.ok());
    return bundles->front();
  }
};

std::vector<std::string> NamesIn(const Bundle& bundle) {
  std::vector<std::string> names;
  for (const Descriptor& root : bundle.index().manifests) {
    names.push_back(root.Annotation(annotation::kRefName));
  }
  return names;
}

Descriptor OnPlatform(Descriptor descriptor, const char* architecture) {
  descriptor.platform = Platform{"linux", architecture, ""};
  return descriptor;
}

void ImagesComeWithTheirReferrersAndTheirs(void**) {
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  Descriptor sbom = maker.AddImage("sbom", &image);
  Descriptor signature = maker.AddImage("signature of the sbom", &sbom);
  maker.List(image, "ghcr.io/org/app:v1");
  maker.List(sbom);
  maker.List(signature);
  Taken taken(maker);
  ASSERT_OK(taken.status);
  assert_int_equal(taken.collector.image_count(), 1);
  assert_int_equal(taken.collector.referrer_count(), 2);
  TempFolder folder;
  std::shared_ptr<Bundle> bundle = taken.Write(folder);
  assert_int_equal(bundle->index().manifests.size(), 3);
  for (const Descriptor& root : bundle->index().manifests) {
    std::string name = root.Annotation(annotation::kRefName);
    if (root.digest == image.digest) {
      ASSERT_TEXT(name, "ghcr.io/org/app:v1");
      ASSERT_TEXT(root.Annotation(annotation::kSubject), "");
    } else {
      ASSERT_TEXT(name, "ghcr.io/org/app@" + root.digest.ToString());
      ASSERT_TEXT(root.Annotation(annotation::kSubject),
                  (root.digest == sbom.digest ? image : sbom).digest.ToString());
    }
  }
}

void EveryMissingPartIsListed(void**) {
  LayoutMaker maker;
  Descriptor one = maker.AddImage("first layer");
  Descriptor two = maker.AddImage("second layer");
  maker.List(one, "ghcr.io/org/one:v1");
  maker.List(two, "ghcr.io/org/two:v1");
  for (const char* layer : {"first layer", "second layer"}) {
    maker.files().erase("blobs/sha256/" + Digest::Of(AsBytes(layer)).Hex());
  }
  Taken taken(maker);
  ASSERT_OK(taken.status);
  assert_int_equal(taken.collector.missing().size(), 2);
  ASSERT_TEXT(taken.collector.missing()[0].wanted_by, "ghcr.io/org/one:v1");
  ASSERT_CONTAINS(taken.collector.missing()[1].what,
                  Digest::Of(AsBytes("second layer")).ToString());
}

void ASparseIndexLeavesOtherPlatformsOut(void**) {
  LayoutMaker maker;
  Descriptor amd64 = OnPlatform(maker.AddImage("amd64"), "amd64");
  Descriptor arm64 = OnPlatform(maker.AddImage("arm64"), "arm64");
  Descriptor index = maker.AddIndex({amd64, arm64});
  maker.List(index, "ghcr.io/org/multi:v1");
  auto layout = ImageLayout::Open(maker.Files(), "oci:layout");
  ASSERT_OK(layout);
  auto content = (*layout)->Content(GivenName());
  ASSERT_OK(content);
  BundlePlan plan;
  Collector collector(&plan);
  ASSERT_OK(collector.TakeImage(layout->get(), content->images[0], std::nullopt,
                                {Platform{"linux", "arm64", ""}}));
  assert_true(collector.missing().empty());
  assert_true(plan.Has(index.digest));
  assert_true(plan.Has(arm64.digest));
  assert_false(plan.Has(amd64.digest));
  ASSERT_TEXT(plan.roots()[0].Annotation(annotation::kSparse), "linux/arm64");
}

void WrongBytesAreCorrupt(void**) {
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  maker.List(image, "ghcr.io/org/app:v1");
  std::string path = "blobs/sha256/" + image.digest.Hex();
  maker.files()[path][20] ^= 1;
  Taken manifest(maker);
  ASSERT_CODE(manifest.status, Code::kCorrupt);

  maker.files()[path][20] ^= 1;
  std::string layer = "blobs/sha256/" + Digest::Of(AsBytes("layer")).Hex();
  maker.files()[layer] = "lay";
  Taken shorter(maker);
  ASSERT_CODE(shorter.status, Code::kCorrupt);
  ASSERT_CONTAINS(shorter.status.message(), "3 bytes instead of 5");

  maker.files()[layer] = "LAYER";
  Taken flipped(maker);
  ASSERT_OK(flipped.status);  // payloads are hashed while they are written
  TempFolder folder;
  Result<Digest> written = WriteBundle(RealEnv(), folder / "b.tar", flipped.plan, nullptr);
  ASSERT_CODE(written.status(), Code::kCorrupt);
  assert_true(std::filesystem::is_empty(folder.path()));
}

void IndexIsKeptWholeOrReducedToOnePlatform(void**) {
  LayoutMaker maker;
  Descriptor amd64 = OnPlatform(maker.AddImage("amd64"), "amd64");
  Descriptor arm64 = OnPlatform(maker.AddImage("arm64"), "arm64");
  Descriptor index = maker.AddIndex({amd64, arm64});
  maker.List(index, "ghcr.io/org/multi:v1");
  Taken whole(maker);
  ASSERT_OK(whole.status);
  assert_true(whole.plan.Has(index.digest) && whole.plan.Has(arm64.digest));
  Taken reduced(maker, Platform{"linux", "arm64", ""});
  ASSERT_OK(reduced.status);
  assert_false(reduced.plan.Has(index.digest));
  assert_false(reduced.plan.Has(amd64.digest));
  assert_true(reduced.plan.Has(arm64.digest));
  // Which index it was is kept, also from one bundle to the next, and known to who compares nodes.
  TempFolder folder;
  std::shared_ptr<Bundle> bundle = reduced.Write(folder);
  ASSERT_TEXT(bundle->index().manifests[0].Annotation(annotation::kReducedFrom),
              index.digest.ToString());
  auto names = CarriedNames::Of({bundle});
  ASSERT_OK(names);
  LiveImage image{*Reference::ParseFull("ghcr.io/org/multi:v1"), {index.digest}, 1};
  assert_true(names->Check(image, false).presence == Presence::kPresent);
  image.digests = {amd64.digest};
  assert_true(names->Check(image, false).presence == Presence::kOtherDigest);
  Taken absent(maker, Platform{"linux", "riscv64", ""});
  ASSERT_OK(absent.status);
  assert_int_equal(absent.collector.missing().size(), 1);
  ASSERT_CONTAINS(absent.collector.missing()[0].cause, "linux/arm64");
}

void IndexPinnedByDigestIsKeptWhole(void**) {
  LayoutMaker maker;
  Descriptor amd64 = OnPlatform(maker.AddImage("amd64"), "amd64");
  Descriptor index = maker.AddIndex({amd64});
  maker.List(index, "ghcr.io/org/multi:v1@" + index.digest.ToString());
  Taken taken(maker, Platform{"linux", "amd64", ""});
  ASSERT_OK(taken.status);
  TempFolder folder;
  std::shared_ptr<Bundle> bundle = taken.Write(folder);
  ASSERT_TEXT(NamesIn(*bundle)[0], "ghcr.io/org/multi:v1");
  assert_true(bundle->index().manifests[0].digest == index.digest);
}

void DigestBesideATagMustBeTheImages(void**) {
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  maker.List(image, "ghcr.io/org/app:v1@" + Digest::Of(AsBytes("other")).ToString());
  Taken taken(maker);
  ASSERT_CODE(taken.status, Code::kCorrupt);
}

void DeepIndexesAreRefused(void**) {
  for (int depth : {limits::image_index_depth_max, limits::image_index_depth_max + 1}) {
    LayoutMaker maker;
    Descriptor top = maker.AddImage("layer");
    for (int i = 0; i < depth; ++i) top = maker.AddIndex({top});
    maker.List(top, "ghcr.io/org/deep:v1");
    Taken taken(maker);
    bool is_fine = depth <= limits::image_index_depth_max;
    ASSERT_CODE(taken.status, is_fine ? Code::kOk : Code::kLimitExceeded);
  }
}

void OneNameForTwoImagesIsRefused(void**) {
  LayoutMaker maker;
  maker.List(maker.AddImage("one"), "ghcr.io/org/app:v1");
  maker.List(maker.AddImage("two"), "ghcr.io/org/app:v1");
  Taken taken(maker);
  ASSERT_CODE(taken.status, Code::kAmbiguous);
  ASSERT_CONTAINS(taken.status.message(), "ghcr.io/org/app:v1");
}

void BundleMadeFromABundleIsTheSame(void**) {
  LayoutMaker maker;
  Descriptor image = maker.AddImage("layer");
  maker.List(image, "ghcr.io/org/app:v1");
  maker.List(maker.AddImage("sbom", &image));
  Descriptor child = OnPlatform(maker.AddImage("amd64"), "amd64");
  maker.List(maker.AddIndex({child}), "ghcr.io/org/multi:v1");
  Taken taken(maker, Platform{"linux", "amd64", ""});
  TempFolder folder;
  std::shared_ptr<Bundle> bundle = taken.Write(folder);
  BundleSource source(bundle, "bundle:first");
  Result<SourceContent> content = source.Content();
  ASSERT_OK(content);
  BundlePlan plan;
  Collector collector(&plan);
  for (const NamedImage& named : content->images) {
    ASSERT_OK(collector.TakeImage(&source, named, std::nullopt));
  }
  Result<Digest> again = WriteBundle(RealEnv(), folder / "again.tar", plan, nullptr);
  ASSERT_OK(again);
  assert_true(*again == bundle->identity());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(ImagesComeWithTheirReferrersAndTheirs),
      cmocka_unit_test(EveryMissingPartIsListed),
      cmocka_unit_test(ASparseIndexLeavesOtherPlatformsOut),
      cmocka_unit_test(WrongBytesAreCorrupt),
      cmocka_unit_test(IndexIsKeptWholeOrReducedToOnePlatform),
      cmocka_unit_test(IndexPinnedByDigestIsKeptWhole),
      cmocka_unit_test(DigestBesideATagMustBeTheImages),
      cmocka_unit_test(DeepIndexesAreRefused),
      cmocka_unit_test(OneNameForTwoImagesIsRefused),
      cmocka_unit_test(BundleMadeFromABundleIsTheSame),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
