// The API over a small bundle in memory, without a network.
#include "registry/registry_api.h"

#include "base/testing.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

class Fixture {
 public:
  Fixture() : catalog_(Catalog::Build({testing::OpenBytes(testing::MakeTestPlan().Encode())})) {}

  HttpResponse Ask(const std::string& path, std::multimap<std::string, std::string> query = {},
                   std::map<std::string, std::string> headers = {},
                   const std::string& method = "GET") {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.headers = std::move(headers);
    request.is_tls = true;
    return RegistryApi([this] { return catalog_; }).Serve(request);
  }
  Digest TagDigest(const std::string& host, const std::string& name, const std::string& tag) {
    auto repository = catalog_->FindRepository(host, name);
    ASSERT_OK(repository);
    return (*repository)->tags.at(tag);
  }
  const Catalog& catalog() { return *catalog_; }

 private:
  std::shared_ptr<const Catalog> catalog_;
};

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

std::string BodyOf(const HttpResponse& response) {
  if (response.text != nullptr) return *response.text;
  std::string body(response.size_bytes, '\0');
  for (size_t done = 0; done < body.size();) {
    auto read = response.reader->Read(
        done, {reinterpret_cast<uint8_t*>(body.data()) + done, body.size() - done});
    ASSERT_OK(read);
    done += *read;
  }
  return body;
}

void ExpectError(const HttpResponse& response, int status, std::string_view code) {
  assert_int_equal(response.status, status);
  ASSERT_CONTAINS(BodyOf(response), "\"code\":\"" + std::string(code) + "\"");
}

void TheBaseSaysThatThisIsARegistry(void**) {
  Fixture fixture;
  HttpResponse response = fixture.Ask("/v2/");
  assert_int_equal(response.status, 200);
  ASSERT_TEXT(HeaderOf(response, "Docker-Distribution-Api-Version"), "registry/2.0");
}

void AManifestComesByTagAndByDigest(void**) {
  Fixture fixture;
  Digest digest = fixture.TagDigest("ghcr.io", "org/app", "v1");
  HttpResponse by_tag = fixture.Ask("/v2/ghcr.io/org/app/manifests/v1");
  assert_int_equal(by_tag.status, 200);
  ASSERT_TEXT(HeaderOf(by_tag, "Docker-Content-Digest"), digest.ToString());
  ASSERT_TEXT(HeaderOf(by_tag, "Content-Type"), media_type::kOciManifest);
  assert_true(Digest::Of(AsBytes(BodyOf(by_tag))) == digest);
  HttpResponse by_digest =
      fixture.Ask("/v2/org/app/manifests/" + digest.ToString(), {{"ns", "ghcr.io"}});
  assert_true(BodyOf(by_digest) == BodyOf(by_tag));
  HttpResponse index = fixture.Ask("/v2/org/multi/manifests/v1");
  ASSERT_TEXT(HeaderOf(index, "Content-Type"), media_type::kOciIndex);
}

void WrongNamesAndReferencesHaveTheirCodes(void**) {
  Fixture fixture;
  ExpectError(fixture.Ask("/v2/nobody/has/this/manifests/v1"), 404, "NAME_UNKNOWN");
  ExpectError(fixture.Ask("/v2/org/app/manifests/v1"), 404, "NAME_UNKNOWN");
  ExpectError(fixture.Ask("/v2/org/app/manifests/v1", {{"ns", "example.com"}}), 404,
              "NAME_UNKNOWN");
  ExpectError(fixture.Ask("/v2/quay.io/org/app/manifests/none"), 404, "MANIFEST_UNKNOWN");
  ExpectError(fixture.Ask("/v2/quay.io/org/app/manifests/sha256:bad"), 400, "DIGEST_INVALID");
  ExpectError(fixture.Ask("/v2/quay.io/org/app/manifests/.bad"), 400, "MANIFEST_INVALID");
  ExpectError(fixture.Ask("/v2/Quay.io/ORG/manifests/v1"), 400, "NAME_INVALID");
  ExpectError(fixture.Ask("/v2/quay.io/org/app/blobs/sha256:" + std::string(64, '0')), 404,
              "BLOB_UNKNOWN");
  ExpectError(fixture.Ask("/v2/quay.io/org/app/blobs/sha256:nope"), 400, "DIGEST_INVALID");
  ExpectError(fixture.Ask("/v2/quay.io/org/app/blobs/md5:00"), 400, "DIGEST_INVALID");
}

void AnAmbiguousNameNamesItsCandidates(void**) {
  Fixture fixture;
  ASSERT_CONTAINS(BodyOf(fixture.Ask("/v2/org/app/manifests/v1")),
                  "ghcr.io/org/app, quay.io/org/app");
}

Digest LayerOf(Fixture& fixture) {
  Descriptor descriptor;
  auto text =
      fixture.catalog().ReadManifest(fixture.TagDigest("ghcr.io", "org/app", "v1"), &descriptor);
  ASSERT_OK(text);
  auto manifest = Manifest::Parse(**text, descriptor.media_type, "test");
  ASSERT_OK(manifest);
  return manifest->layers[0].digest;
}

void ABlobComesWholeAndInRanges(void**) {
  Fixture fixture;
  Digest layer = LayerOf(fixture);
  std::string path = "/v2/ghcr.io/org/app/blobs/" + layer.ToString();
  HttpResponse whole = fixture.Ask(path);
  assert_int_equal(whole.status, 200);
  std::string bytes = BodyOf(whole);
  assert_true(Digest::Of(AsBytes(bytes)) == layer);
  ASSERT_TEXT(HeaderOf(whole, "Accept-Ranges"), "bytes");

  HttpResponse part = fixture.Ask(path, {}, {{"range", "bytes=1-"}});
  assert_int_equal(part.status, 206);
  ASSERT_TEXT(BodyOf(part), bytes.substr(1));
  std::string size = std::to_string(bytes.size());
  ASSERT_TEXT(HeaderOf(part, "Content-Range"),
              "bytes 1-" + std::to_string(bytes.size() - 1) + "/" + size);
  HttpResponse past = fixture.Ask(path, {}, {{"range", "bytes=" + size + "-"}});
  assert_int_equal(past.status, 416);
  ASSERT_TEXT(HeaderOf(past, "Content-Range"), "bytes */" + size);
  HttpResponse several = fixture.Ask(path, {}, {{"range", "bytes=0-0,2-2"}});
  assert_int_equal(several.status, 200);
  ASSERT_TEXT(BodyOf(several), bytes);
}

void ACorruptBlobIsWithdrawnAndTheRestIsServed(void**) {
  Fixture fixture;
  Digest layer = LayerOf(fixture);
  auto blob = fixture.catalog().FindBlob(layer);
  ASSERT_OK(blob);
  blob->bundle->SetState(blob->blob_number, BlobState::kCorrupt);
  HttpResponse response = fixture.Ask("/v2/ghcr.io/org/app/blobs/" + layer.ToString());
  ExpectError(response, 404, "BLOB_UNKNOWN");
  ASSERT_CONTAINS(BodyOf(response), "do not match");
  assert_int_equal(fixture.Ask("/v2/quay.io/org/app/manifests/v1").status, 200);
}

void ListsComeInPages(void**) {
  Fixture fixture;
  ASSERT_CONTAINS(BodyOf(fixture.Ask("/v2/tool/tags/list")), "\"tags\":[\"1\"]");
  HttpResponse first = fixture.Ask("/v2/_catalog", {{"n", "1"}});
  ASSERT_CONTAINS(BodyOf(first), "[\"docker.io/library/tool\"]");
  ASSERT_TEXT(HeaderOf(first, "Link"),
              "</v2/_catalog?n=1&last=docker.io/library/tool>; rel=\"next\"");
  HttpResponse second =
      fixture.Ask("/v2/_catalog", {{"n", "1"}, {"last", "docker.io/library/tool"}});
  ASSERT_CONTAINS(BodyOf(second), "[\"ghcr.io/org/app\"]");
  HttpResponse none = fixture.Ask("/v2/_catalog", {{"n", "0"}});
  ASSERT_CONTAINS(BodyOf(none), "\"repositories\":[]");
  ASSERT_TEXT(HeaderOf(none, "Link"), "");
  HttpResponse huge = fixture.Ask("/v2/_catalog", {{"n", "99999999999999999999"}});
  ASSERT_CONTAINS(BodyOf(huge), "quay.io/org/app");
  assert_int_equal(fixture.Ask("/v2/_catalog", {{"n", "-1"}}).status, 400);
}

void ReferrersAreAlwaysAnIndex(void**) {
  Fixture fixture;
  std::string path = "/v2/ghcr.io/org/app/referrers/";
  HttpResponse unknown = fixture.Ask(path + "sha256:" + std::string(64, '0'));
  assert_int_equal(unknown.status, 200);
  ASSERT_TEXT(HeaderOf(unknown, "Content-Type"), media_type::kOciIndex);
  ASSERT_CONTAINS(BodyOf(unknown), "\"manifests\":[]");
  ExpectError(fixture.Ask(path + "sha256:bad"), 400, "DIGEST_INVALID");
  std::string subject = fixture.TagDigest("ghcr.io", "org/app", "v1").ToString();
  HttpResponse filtered = fixture.Ask(path + subject, {{"artifactType", "no/such"}});
  ASSERT_TEXT(HeaderOf(filtered, "OCI-Filters-Applied"), "artifactType");
  ASSERT_CONTAINS(BodyOf(filtered), "\"manifests\":[]");
}

void WritesAreRefused(void**) {
  Fixture fixture;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    HttpResponse response = fixture.Ask("/v2/org/app/blobs/uploads/", {}, {}, method);
    ExpectError(response, 405, "UNSUPPORTED");
    ASSERT_TEXT(HeaderOf(response, "Allow"), "GET, HEAD");
  }
  ExpectError(fixture.Ask("/v2/org/app/blobs/uploads/some-id"), 404, "BLOB_UPLOAD_UNKNOWN");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(TheBaseSaysThatThisIsARegistry),
      cmocka_unit_test(AManifestComesByTagAndByDigest),
      cmocka_unit_test(WrongNamesAndReferencesHaveTheirCodes),
      cmocka_unit_test(AnAmbiguousNameNamesItsCandidates),
      cmocka_unit_test(ABlobComesWholeAndInRanges),
      cmocka_unit_test(ACorruptBlobIsWithdrawnAndTheRestIsServed),
      cmocka_unit_test(ListsComeInPages),
      cmocka_unit_test(ReferrersAreAlwaysAnIndex),
      cmocka_unit_test(WritesAreRefused),
  };
  return cmocka_run_group_tests_name("registry/registry_api", tests, nullptr, nullptr);
}
