#include "netboot/asset_routes.h"

#include "base/env_testing.h"
#include "base/testing.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

constexpr char kPath[] = "/boot/kernel";

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

// The body as far as it goes; `*status` says why it went no further.
std::string BodyOf(const HttpResponse& response, Status* status) {
  if (response.text != nullptr) return *response.text;
  std::string body(response.size_bytes, '\0');
  for (size_t done = 0; done < body.size();) {
    auto read = response.reader->Read(
        done, {reinterpret_cast<uint8_t*>(body.data()) + done, body.size() - done});
    if (!read.ok()) {
      *status = read.status();
      return body.substr(0, done);
    }
    done += *read;
  }
  return body;
}

std::shared_ptr<const Catalog> CatalogOf(std::string bytes) {
  return Catalog::Build({testing::OpenBytes(std::move(bytes))});
}

HttpResponse Ask(AssetRoutes& routes, std::map<std::string, std::string> headers = {},
                 const std::string& path = kPath, const std::string& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return routes.Serve(request);
}

void AnAssetComesWholeAndInRanges(void**) {
  auto catalog = CatalogOf(testing::MakeTestPlan().Encode());
  AssetRoutes routes([&] { return catalog; });
  std::string content = testing::TestAssetContent();
  Status status;
  HttpResponse whole = Ask(routes);
  assert_int_equal(whole.status, 200);
  assert_true(BodyOf(whole, &status) == content);
  ASSERT_TEXT(HeaderOf(whole, "Accept-Ranges"), "bytes");
  ASSERT_TEXT(HeaderOf(whole, "ETag"), "\"" + Digest::Of(AsBytes(content)).ToString() + "\"");
  HttpResponse part = Ask(routes, {{"range", "bytes=1048570-1048580"}});
  assert_int_equal(part.status, 206);
  assert_true(BodyOf(part, &status) == content.substr(1048570, 11));
  HttpResponse past = Ask(routes, {{"range", "bytes=999999999-"}});
  assert_int_equal(past.status, 416);
  ASSERT_TEXT(HeaderOf(past, "Content-Range"), "bytes */" + std::to_string(content.size()));
  ASSERT_OK(status);
}

void IfRangeWithAnotherFileGivesTheWholeOne(void**) {
  auto catalog = CatalogOf(testing::MakeTestPlan().Encode());
  AssetRoutes routes([&] { return catalog; });
  std::string etag = HeaderOf(Ask(routes), "ETag");
  assert_int_equal(Ask(routes, {{"range", "bytes=5-"}, {"if-range", etag}}).status, 206);
  assert_int_equal(Ask(routes, {{"range", "bytes=5-"}, {"if-range", "\"other\""}}).status, 200);
  assert_int_equal(Ask(routes, {{"range", "bytes=5-"}, {"if-range", "Mon, 1 Jan"}}).status, 200);
}

void ADamagedChunkIsNeverSentAndTheAssetWithdrawn(void**) {
  std::string bytes = testing::MakeTestPlan().Encode();
  std::string content = testing::TestAssetContent();
  size_t at = bytes.find(content.substr(0, 4096));
  assert_true(at != std::string::npos);
  constexpr size_t kMiB = size_t{1024} * 1024;
  bytes[at + kMiB + 7] ^= 1;  // in the second chunk
  auto catalog = CatalogOf(bytes);
  AssetRoutes routes([&] { return catalog; });
  Status status;
  std::string sent = BodyOf(Ask(routes), &status);
  ASSERT_CODE(status, Code::kCorrupt);
  assert_true(sent == content.substr(0, sent.size()) && sent.size() <= kMiB);
  HttpResponse after = Ask(routes);
  assert_int_equal(after.status, 404);
  ASSERT_CONTAINS(BodyOf(after, &status), "do not match");
}

void WhatIsNotThereIs404(void**) {
  auto catalog = CatalogOf(testing::MakeTestPlan().Encode());
  AssetRoutes routes([&] { return catalog; });
  HttpResponse response = Ask(routes, {}, "/boot/none");
  assert_int_equal(response.status, 404);
  Status status;
  ASSERT_CONTAINS(BodyOf(response, &status), "/boot/none");
  assert_int_equal(Ask(routes, {}, "/").status, 404);
  assert_int_equal(Ask(routes, {}, kPath, "PUT").status, 405);
}

void TheImageFactorysPathsAreTakenAsItTakesThem(void**) {
  testing::TestPlan plan("b", "1");
  plan.AddAsset("image/37/v1.13.6/kernel-amd64", "kernel");
  plan.AddAsset("image/38/v1.13.6/kernel-amd64", "other");
  auto catalog = Catalog::Build({testing::OpenBytes(plan.Encode())});
  AssetRoutes routes([&] { return catalog; });
  Status status;
  for (const char* path : {"/image/37/v1.13.6/kernel-amd64", "/image/37/1.13.6/kernel-amd64"}) {
    ASSERT_TEXT(BodyOf(Ask(routes, {}, path), &status), "kernel");
  }
  HttpResponse missing = Ask(routes, {}, "/image/37/v1.13.7/kernel-amd64");
  assert_int_equal(missing.status, 404);
  ASSERT_CONTAINS(*missing.text, "carried are:\n/image/37/v1.13.6/kernel-amd64\n");
  assert_true(missing.text->find("image/38") == std::string::npos);
  ASSERT_CONTAINS(*Ask(routes, {}, "/image/39/v1/x").text, "/image/38/v1.13.6/kernel-amd64");
  for (const char* path : {"/image/", "/image/37", "/image/37/", "/image/37/v1"}) {
    assert_int_equal(Ask(routes, {}, path).status, 404);
  }
  ASSERT_OK(status);
}

void BootLoadersComeWithoutAnyBundle(void**) {
  testing::TempFolder folder;
  ASSERT_CODE(ReadBootLoaders(RealEnv(), folder / "").status(), Code::kNotFound);
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "undionly.kpxe", "0123456789", 0644));
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "other", "x", 0644));
  auto loaders = ReadBootLoaders(RealEnv(), folder / "");
  ASSERT_OK(loaders.status());
  auto catalog = Catalog::Build({});
  AssetRoutes routes([&] { return catalog; });
  routes.SetBootLoaders(*loaders);
  Status status;
  ASSERT_TEXT(BodyOf(Ask(routes, {}, "/ipxe/undionly.kpxe"), &status), "0123456789");
  HttpResponse part = Ask(routes, {{"range", "bytes=8-"}}, "/ipxe/undionly.kpxe");
  assert_int_equal(part.status, 206);
  ASSERT_TEXT(BodyOf(part, &status), "89");
  assert_int_equal(Ask(routes, {}, "/ipxe/other").status, 404);
  ASSERT_OK(status);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AnAssetComesWholeAndInRanges),
      cmocka_unit_test(IfRangeWithAnotherFileGivesTheWholeOne),
      cmocka_unit_test(ADamagedChunkIsNeverSentAndTheAssetWithdrawn),
      cmocka_unit_test(WhatIsNotThereIs404),
      cmocka_unit_test(TheImageFactorysPathsAreTakenAsItTakesThem),
      cmocka_unit_test(BootLoadersComeWithoutAnyBundle),
  };
  return cmocka_run_group_tests_name("netboot/asset_routes", tests, nullptr, nullptr);
}
