#include "registry/errors.h"

#include <set>

#include "base/json.h"
#include "base/testing.h"

namespace airgap {
namespace {

// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
void TheCodesAreThoseOfTheSpecification(void**) {
  const std::set<std::string> specified = {
      "BLOB_UNKNOWN",     "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN",   "DIGEST_INVALID",
      "MANIFEST_INVALID", "MANIFEST_UNKNOWN",    "MANIFEST_BLOB_UNKNOWN", "NAME_INVALID",
      "NAME_UNKNOWN",     "SIZE_INVALID",        "UNAUTHORIZED",          "DENIED",
      "UNSUPPORTED",      "TOOMANYREQUESTS"};
  std::set<std::string> ours;
  for (int i = 0; i < kOciErrorCount; ++i) {
    ours.insert(std::string(OciErrorName(static_cast<OciError>(i))));
  }
  assert_true(ours == specified);
}

void EveryStatusHasAnAnswerThatIsNever500(void**) {
  for (int code = 1; code <= static_cast<int>(Code::kAmbiguous); ++code) {
    for (Subject subject :
         {Subject::kName, Subject::kManifest, Subject::kBlob, Subject::kDigest, Subject::kUpload}) {
      RegistryError error = MapToOci(Status(static_cast<Code>(code), "x"), subject);
      assert_true((error.http_status >= 400 && error.http_status < 500) ||
                  error.http_status == 503 || error.http_status == 507);
    }
  }
}

void Expect(const Status& status, Subject subject, int http_status, std::string_view name) {
  RegistryError error = MapToOci(status, subject);
  assert_int_equal(error.http_status, http_status);
  ASSERT_TEXT(OciErrorName(error.code), name);
}

void TheSubjectChoosesTheCode(void**) {
  Expect(NotFound("x"), Subject::kName, 404, "NAME_UNKNOWN");
  Expect(NotFound("x"), Subject::kManifest, 404, "MANIFEST_UNKNOWN");
  Expect(NotFound("x"), Subject::kBlob, 404, "BLOB_UNKNOWN");
  Expect(Ambiguous("x"), Subject::kName, 404, "NAME_UNKNOWN");
  Expect(Corrupt("x"), Subject::kBlob, 404, "BLOB_UNKNOWN");
  Expect(InvalidArgument("x"), Subject::kDigest, 400, "DIGEST_INVALID");
  Expect(InvalidArgument("x"), Subject::kName, 400, "NAME_INVALID");
  Expect(NotFound("x"), Subject::kUpload, 404, "BLOB_UPLOAD_UNKNOWN");
  Expect(NoSpace("x"), Subject::kUpload, 507, "DENIED");
  Expect(Unsupported("x"), Subject::kDigest, 400, "DIGEST_INVALID");
}

void AnErrorIsJsonAsSpecified(void**) {
  HttpResponse response = ErrorResponse(NotFound("no \"such\" blob"), Subject::kBlob);
  assert_int_equal(response.status, 404);
  auto document = JsonDocument::Parse(*response.text, 4096, "error");
  ASSERT_OK(document);
  JsonView errors = document->root()["errors"];
  assert_int_equal(errors.size(), 1);
  errors.ForEach([](JsonView error) {
    ASSERT_TEXT(error["code"].StringOr(""), "BLOB_UNKNOWN");
    ASSERT_TEXT(error["message"].StringOr(""), "no \"such\" blob");
    return true;
  });
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(TheCodesAreThoseOfTheSpecification),
      cmocka_unit_test(EveryStatusHasAnAnswerThatIsNever500),
      cmocka_unit_test(TheSubjectChoosesTheCode),
      cmocka_unit_test(AnErrorIsJsonAsSpecified),
  };
  return cmocka_run_group_tests_name("registry/errors", tests, nullptr, nullptr);
}
