// What rendered manifests and live nodes name, and whether a bundle has it.
#include "intake/completeness.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/testing.h"
#include "intake/gunzip.h"
#include "intake/reference_text.h"
#include "intake/rendered_images.h"
#include "store/bundle_testing.h"
#include "store/merge.h"

namespace airgap {
namespace {

using testing::OpenBytes;
using testing::TestPlan;

// "certain text @line field", or without "certain", one for each finding, sorted by text.
std::string FindIn(std::string_view text) {
  FoundReferences found;
  RenderedImages images(&found);
  Status status = images.TakeText(text, "x.yaml");
  if (status.ok()) status = images.Finish();
  if (!status.ok()) return status.message();
  std::string lines;
  for (const auto& [name, reference] : found.all()) {
    lines.append(reference.certainty == Certainty::kCertain ? "certain " : "")
        .append(name)
        .append(" @")
        .append(std::to_string(reference.place.line))
        .append(" ")
        .append(reference.place.field)
        .append("\n");
  }
  return lines;
}

void PodSpecsAreCertain(void**) {
  ASSERT_TEXT(FindIn("kind: Pod\n"
                     "spec:\n"
                     "  initContainers: [{image: 'busybox'}]\n"
                     "  containers:\n"
                     "  - image: ghcr.io/org/a:v1\n"
                     "    env: [{name: X, value: 'ghcr.io/org/a:v1'}]\n"
                     "  ephemeralContainers: [{image: quay.io/b/c@sha256:" +
                     std::string(64, 'a') +
                     "}]\n"
                     "  volumes: [{image: {reference: ghcr.io/org/files:v2}}]\n"),
              "certain docker.io/library/busybox:latest @3 spec.initContainers[0].image\n"
              "certain ghcr.io/org/a:v1 @5 spec.containers[0].image\n"
              "certain ghcr.io/org/files:v2 @8 spec.volumes[0].image.reference\n"
              "certain quay.io/b/c@sha256:" +
                  std::string(64, 'a') + " @7 spec.ephemeralContainers[0].image\n");
  ASSERT_TEXT(FindIn("kind: Pod\nspec: {containers: [{image: '${IMAGE}'}]}\n"),
              "certain ${IMAGE} @2 spec.containers[0].image\n");
  ASSERT_TEXT(FindIn("kind: Pod\nspec: {containers: [{image: ''}, {name: x}]}\n"), "");
}

void ListsStreamsAndTemplatesAreRead(void**) {
  ASSERT_TEXT(FindIn("{\"kind\":\"List\",\"items\":[{\"kind\":\"DaemonSet\",\"spec\":{\"template\":"
                     "{\"spec\":{\"containers\":[{\"image\":\"a.io/b:1\"}]}}}}]}\n---\n"
                     "- kind: Pod\n  spec: {containers: [{image: a.io/c:1}]}\n"),
              "certain a.io/b:1 @1 spec.template.spec.containers[0].image\n"
              "certain a.io/c:1 @4 spec.containers[0].image\n");
  ASSERT_CONTAINS(FindIn("a: {{ .Values.x }}\nb: [\n"), "x.yaml: line ");
}

void WhatReadsLikeAReferenceIsLikely(void**) {
  ASSERT_TEXT(FindIn("kind: KubeVirt\nspec:\n"
                     "  sidecarImage: org/sidecar:v1\n"
                     "  image: busybox\n"
                     "  args: ['--r=quay.io/a/r:v1,x', 'docker://quay.io/a/d:v1']\n"
                     "  values: {image: {registry: a.io, repository: org/c, tag: 2}}\n"
                     "  env: [{name: RELATED_IMAGE_X, value: quay.io/org/untagged}]\n"
                     "status: {was: quay.io/old/one:v0}\n"),
              "a.io/org/c:2 @6 spec.values.image\n"
              "docker.io/library/busybox:latest @4 spec.image\n"
              "docker.io/org/sidecar:v1 @3 spec.sidecarImage\n"
              "quay.io/a/d:v1 @5 spec.args[1]\n"
              "quay.io/a/r:v1 @5 spec.args[0]\n"
              "quay.io/org/untagged @7 spec.env[0].value\n");
}

void WhatOnlyLooksLikeAReferenceIsNone(void**) {
  for (const char* text :
       {"node.cilium.io/agent-not-ready:NoSchedule", "https://example.org/a:b", "v1.2/foo:bar",
        "system:serviceaccount:x/y", "a/b:c", "k8s.io/api/core/v1", "ghcr.io/org/app", "12:30/x:1",
        "user@example.org", "1.2.3/x:y"}) {
    FindReferences(text, [&](const Reference& reference) {
      fail_msg("%s is taken for %s", text, reference.ToString().c_str());
    });
  }
  ASSERT_TEXT(FindIn("kind: CustomResourceDefinition\nspec: {description: 'e.g. a.io/b:1', "
                     "image: {type: string}, example: a.io/c:1}\n"),
              "");
  size_t count = 0;
  FindReferences("see \"ghcr.io/org/a:v1\", 10.0.0.1:5000/x:y; localhost/z:1.",
                 [&](const Reference&) { ++count; });
  assert_int_equal(count, 3);
}

void FluxSourcesAreImagesToo(void**) {
  ASSERT_TEXT(
      FindIn("kind: OCIRepository\nspec: {url: 'oci://a.io/m', ref: {tag: v1}}\n---\n"
             "kind: OCIRepository\nspec: {url: 'oci://a.io/n', ref: {semver: '>=1'}}\n---\n"
             "kind: HelmRepository\nmetadata: {name: r, namespace: f}\n"
             "spec: {url: 'oci://a.io/charts/'}\n---\n"
             "kind: HelmRelease\nmetadata: {name: h, namespace: f}\n"
             "spec: {chart: {spec: {chart: c, version: 1.2.3+b, sourceRef: {kind: HelmRepository,"
             " name: r}}}}\n---\n"
             "kind: HelmChart\nmetadata: {namespace: g}\nspec: {chart: d, version: 1.x,"
             " sourceRef: {kind: HelmRepository, name: r, namespace: f}}\n---\n"
             "kind: HelmRepository\nmetadata: {name: unused}\nspec: {url: 'oci://b.io/all'}\n"),
      "certain a.io/charts/c:1.2.3_b @13 chart\n"
      "certain a.io/charts/d @17 chart\n"
      "certain a.io/m:v1 @2 spec.url\n"
      "certain a.io/n @5 spec.url\n"
      "oci://b.io/all @21 spec.url\n");
}

// gzip of "kind: Pod\nspec: {containers: [{image: a.io/packed:1}]}\n".
constexpr char kPacked[] =
    "H4sIAAAAAAACA8vOzEuxUgjIT+EqLkhNtlKoTs7PK0nMzEstKrZSiK7OzE1MT7VSSNTLzNcvSEzOTk2x"
    "MqyNreUCAMLWl6A3AAAA";

void ManifestsInsideOfOthersAreRead(void**) {
  std::string inner = "kind: Pod\n    spec: {containers: [{image: a.io/inner:1}]}\n";
  ASSERT_TEXT(FindIn("kind: ConfigMap\ndata:\n  a.yaml: |\n    " + inner),
              "certain a.io/inner:1 @3 data[a.yaml]: spec.containers[0].image\n");
  ASSERT_TEXT(FindIn("kind: ConfigMap\ndata:\n  run.sh: |\n    {{ docker pull a.io/x:1\n"),
              "a.io/x:1 @3 data[run.sh]\n");
  // One level: a ConfigMap in a ConfigMap is text.
  ASSERT_TEXT(FindIn("kind: ConfigMap\ndata:\n  a.yaml: |\n    kind: ConfigMap\n    data:\n"
                     "      b: 'image: a.io/deep:1'\n"),
              "a.io/deep:1 @3 data[a.yaml]: data.b\n");
  // base64 of "image: a.io/secret:1".
  ASSERT_TEXT(FindIn("kind: Secret\ndata: {v: aW1hZ2U6IGEuaW8vc2VjcmV0OjE=}\n"),
              "a.io/secret:1 @2 data[v]: image\n");
}

void PackedManifestsAreRead(void**) {
  std::optional<std::string> packed = DecodeBase64(kPacked);
  assert_true(packed.has_value());
  Result<std::string> text = Gunzip(*packed, 1000, "x");
  ASSERT_OK(text);
  ASSERT_CONTAINS(*text, "a.io/packed:1");
  Result<std::string> twice = Gunzip(*packed + *packed, 1000, "x");
  ASSERT_OK(twice);
  assert_int_equal(twice->size(), 2 * text->size());
  ASSERT_CODE(Gunzip(*packed, text->size() - 1, "x").status(), Code::kLimitExceeded);
  for (size_t size = 3; size < packed->size(); ++size) {
    ASSERT_CODE(Gunzip(packed->substr(0, size), 1000, "x").status(), Code::kCorrupt);
  }
  std::string damaged = *packed;
  damaged[packed->size() / 2] ^= 1;
  ASSERT_CODE(Gunzip(damaged, 1000, "x").status(), Code::kCorrupt);

  ASSERT_TEXT(FindIn(*packed), "certain a.io/packed:1 @2 spec.containers[0].image\n");
  for (const char* field : {"binaryData", "data"}) {
    ASSERT_TEXT(
        FindIn("kind: ConfigMap\n" + std::string(field) + ": {c: " + kPacked + "}\n"),
        "certain a.io/packed:1 @2 " + std::string(field) + "[c]: spec.containers[0].image\n");
  }
  std::string cut(kPacked, 80);
  ASSERT_CONTAINS(FindIn("kind: ConfigMap\nmetadata: {name: n}\nbinaryData: {c: " + cut + "}\n"),
                  "x.yaml: line 3: ConfigMap n binaryData[c] is no whole gzip file");
}

std::vector<LiveImage> Live(std::string_view text) {
  Result<std::vector<LiveImage>> images = ParseLiveImages(text, "nodes");
  ASSERT_OK(images);
  return *images;
}

std::string LiveError(std::string_view text) {
  Result<std::vector<LiveImage>> images = ParseLiveImages(text, "nodes");
  assert_false(images.ok());
  return images.status().message();
}

const std::string kDigestA = "sha256:" + std::string(64, 'a');

void TalosctlsTableIsRead(void**) {
  auto images = Live(
      "NODE        IMAGE             DIGEST      SIZE     CREATED\n"
      "10.0.0.1    a.io/b:1          " +
      kDigestA +
      "   320 kB   2 days ago\n"
      "10.0.0.1    " +
      kDigestA + "  " + kDigestA +
      "   320 kB   2 days ago\n"
      "NODE        IMAGE             DIGEST      SIZE     CREATED\n"
      "10.0.0.2    a.io/b@" +
      kDigestA + "  " + kDigestA + "   320 kB   2 days ago\n");
  assert_int_equal(images.size(), 2);
  ASSERT_TEXT(images[0].reference.ToString(), "a.io/b:1");
  ASSERT_TEXT(images[0].digests[0].ToString(), kDigestA);
  assert_int_equal(images[0].line, 2);
  ASSERT_TEXT(images[1].reference.ToString(), "a.io/b@" + kDigestA);
  ASSERT_CONTAINS(LiveError("NODE IMAGE DIGEST\nn a.io/b:1 nothing\n"), "nodes: line 2: ");
  ASSERT_CONTAINS(LiveError("NODE IMAGE DIGEST\nn a.io/b:1\n"), "nodes: line 2: ");
}

void CrictlsJsonAndPlainLinesAreRead(void**) {
  auto images = Live("{\"images\":[{\"id\":\"" + kDigestA +
                     "\",\"repoTags\":[\"a.io/b:1\",\"c.io/d:2\"],\"repoDigests\":[\"a.io/b@" +
                     kDigestA + "\",\"e.io/f@" + kDigestA +
                     "\"]},{\"repoTags\":[\"<none>:<none>\"],\"repoDigests\":[]}]}");
  assert_int_equal(images.size(), 3);
  ASSERT_TEXT(images[0].reference.ToString(), "a.io/b:1");
  assert_int_equal(images[0].digests.size(), 1);
  assert_int_equal(images[1].digests.size(), 0);
  ASSERT_TEXT(images[2].reference.ToString(), "e.io/f@" + kDigestA);

  images = Live("# what the rack holds\n\na.io/b:1\ndocker.io/busybox:1\n" + kDigestA + "\n");
  assert_int_equal(images.size(), 2);
  ASSERT_TEXT(images[1].reference.ToString(), "docker.io/library/busybox:1");
}

void WhatIsNoListOfImagesIsRefused(void**) {
  ASSERT_CONTAINS(LiveError("a.io/b:1\nbusybox\n"), "nodes: line 2: 'busybox' is neither");
  ASSERT_CONTAINS(LiveError("a.io/b:1 extra\n"), "nodes: line 1: ");
  ASSERT_CONTAINS(LiveError(""), "lists no images");
  ASSERT_CONTAINS(LiveError("{\"items\":[]}"), "crictl images -o json");
  ASSERT_CONTAINS(LiveError("{\"images\":"), "is not JSON");
  ASSERT_CONTAINS(LiveError("{\"images\":[{\"repoTags\":[\"not a name\"]}]}"), "not a name");
  ASSERT_CONTAINS(LiveError("{\"images\":[]}"), "lists no images");
}

FoundReference Wanted(const std::string& text) {
  FoundReference found;
  found.text = text;
  found.reference = *Reference::ParseFamiliar(text);
  return found;
}

Presence PresenceOf(const CarriedNames& names, const std::string& text) {
  return names.Check(Wanted(text)).presence;
}

// ghcr.io/org/multi:v1 is an index of two, ghcr.io/org/app:v1 a manifest.
struct Carried {
  Descriptor app;
  Descriptor child;
  Descriptor index;
  TestPlan plan{"demo", "1"};
  Carried() {
    app = plan.AddImage("app");
    child = plan.AddImage("child");
    index = plan.AddIndex({child, plan.AddImage("other child")});
    plan.AddRoot(app, "ghcr.io/org/app:v1");
    plan.AddRoot(index, "ghcr.io/org/multi:v1");
  }
};

void ABundleHasWhatItsNamesSay(void**) {
  Carried carried;
  auto names = CarriedNames::Of({OpenBytes(carried.plan.Encode())});
  ASSERT_OK(names);
  assert_true(PresenceOf(*names, "ghcr.io/org/app:v1") == Presence::kPresent);
  assert_true(PresenceOf(*names, "ghcr.io/org/app:v2") == Presence::kLacking);
  assert_true(PresenceOf(*names, "ghcr.io/org/app") == Presence::kLacking);  // :latest
  assert_true(PresenceOf(*names, "quay.io/org/app:v1") == Presence::kLacking);
  std::string app = carried.app.digest.ToString();
  std::string child = carried.child.digest.ToString();
  assert_true(PresenceOf(*names, "ghcr.io/org/app:v1@" + app) == Presence::kPresent);
  assert_true(PresenceOf(*names, "ghcr.io/org/app:v9@" + app) == Presence::kPresent);
  assert_true(PresenceOf(*names, "ghcr.io/org/app@" + app) == Presence::kPresent);
  assert_true(PresenceOf(*names, "ghcr.io/org/app:v1@" + child) == Presence::kOtherDigest);
  assert_true(PresenceOf(*names, "ghcr.io/org/app@" + child) == Presence::kLacking);
  assert_true(PresenceOf(*names, "ghcr.io/org/multi@" + child) == Presence::kPresent);

  FoundReference some = Wanted("ghcr.io/org/app");
  some.reference->tag.clear();
  assert_true(names->Check(some).presence == Presence::kPresent);
  some.reference->repository = "org";
  assert_true(names->Check(some).presence == Presence::kLacking);
  some.is_prefix = true;
  assert_true(names->Check(some).presence == Presence::kPresent);
  some.reference->repository = "or";
  assert_true(names->Check(some).presence == Presence::kLacking);
  FoundReference none;
  none.text = "${IMAGE}";
  assert_true(names->Check(none).presence == Presence::kLacking);
}

void ANodeMayHoldTheIndexOrThePlatformsManifest(void**) {
  Carried carried;
  auto names = CarriedNames::Of({OpenBytes(carried.plan.Encode())});
  ASSERT_OK(names);
  LiveImage image{*Reference::ParseFull("ghcr.io/org/multi:v1"), {}, 1};
  assert_true(names->Check(image, false).presence == Presence::kPresent);
  for (const Descriptor& has : {carried.index, carried.child}) {
    image.digests = {has.digest};
    assert_true(names->Check(image, false).presence == Presence::kPresent);
  }
  image.digests = {carried.app.digest};
  assert_true(names->Check(image, false).presence == Presence::kOtherDigest);
  assert_true(names->Check(image, true).presence == Presence::kPresent);
  image.reference.tag = "v2";
  assert_true(names->Check(image, true).presence == Presence::kLacking);
}

void ADeltaAloneDoesNotHaveWhatItLeavesOut(void**) {
  Carried carried;
  auto base = OpenBytes(carried.plan.Encode());
  ASSERT_OK(LeaveOutHeld({base}, &carried.plan.plan));
  carried.plan.AddRoot(carried.plan.AddImage("new"), "ghcr.io/org/new:v1");
  auto delta = OpenBytes(carried.plan.Encode());
  auto alone = CarriedNames::Of({delta});
  ASSERT_OK(alone);
  ASSERT_CONTAINS(alone->Check(Wanted("ghcr.io/org/app:v1")).why, "absent from the delta");
  ASSERT_CONTAINS(alone->Check(Wanted("ghcr.io/org/multi:v1")).why, "absent from the delta");
  assert_true(PresenceOf(*alone, "ghcr.io/org/new:v1") == Presence::kPresent);
  auto both = CarriedNames::Of({delta, base});
  ASSERT_OK(both);
  assert_true(PresenceOf(*both, "ghcr.io/org/app:v1") == Presence::kPresent);
  assert_true(PresenceOf(*both, "ghcr.io/org/multi@" + carried.child.digest.ToString()) ==
              Presence::kPresent);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(PodSpecsAreCertain),
      cmocka_unit_test(ListsStreamsAndTemplatesAreRead),
      cmocka_unit_test(WhatReadsLikeAReferenceIsLikely),
      cmocka_unit_test(WhatOnlyLooksLikeAReferenceIsNone),
      cmocka_unit_test(FluxSourcesAreImagesToo),
      cmocka_unit_test(ManifestsInsideOfOthersAreRead),
      cmocka_unit_test(PackedManifestsAreRead),
      cmocka_unit_test(TalosctlsTableIsRead),
      cmocka_unit_test(CrictlsJsonAndPlainLinesAreRead),
      cmocka_unit_test(WhatIsNoListOfImagesIsRefused),
      cmocka_unit_test(ABundleHasWhatItsNamesSay),
      cmocka_unit_test(ANodeMayHoldTheIndexOrThePlatformsManifest),
      cmocka_unit_test(ADeltaAloneDoesNotHaveWhatItLeavesOut),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
