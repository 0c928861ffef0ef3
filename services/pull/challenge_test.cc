#include "pull/challenge.h"

#include "pull/credentials.h"
#include "pull/registry_client.h"
#include "pull/reply.h"
#include "pull/retry.h"

// After the standard headers: cmocka has a macro named fail.
#include "base/testing.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

void BearerChallengesAreRead(void**) {
  auto challenges = ParseAuthChallenges(
      "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
      "scope=\"repository:library/busybox:pull\",error=insufficient_scope");
  assert_int_equal(challenges.size(), 1);
  ASSERT_TEXT(challenges[0].scheme, "bearer");
  ASSERT_TEXT(challenges[0].Param("realm"), "https://auth.docker.io/token");
  ASSERT_TEXT(challenges[0].Param("service"), "registry.docker.io");
  ASSERT_TEXT(challenges[0].Param("scope"), "repository:library/busybox:pull");
  ASSERT_TEXT(challenges[0].Param("error"), "insufficient_scope");
  ASSERT_TEXT(challenges[0].Param("nothing"), "");
}

void SeveralChallengesAreTold(void**) {
  auto challenges = ParseAuthChallenges(
      "Negotiate, NTLM TlRMTVNT==, Basic Realm = \"a \\\"b\\\", c\", Bearer x=1");
  assert_int_equal(challenges.size(), 4);
  ASSERT_TEXT(challenges[0].scheme, "negotiate");
  ASSERT_TEXT(challenges[1].scheme, "ntlm");
  ASSERT_TEXT(challenges[2].scheme, "basic");
  ASSERT_TEXT(challenges[2].Param("realm"), "a \"b\", c");
  ASSERT_TEXT(challenges[3].Param("x"), "1");
}

void BrokenChallengesEndTheList(void**) {
  assert_true(ParseAuthChallenges("").empty());
  assert_true(ParseAuthChallenges("\"\"").empty());
  assert_int_equal(ParseAuthChallenges("Bearer realm=\"no end").size(), 1);
  ASSERT_TEXT(ParseAuthChallenges("Bearer realm=\"no end")[0].Param("realm"), "");
}

std::string HeaderFor(const Credentials& credentials, const std::string& host) {
  Result<std::optional<std::string>> header = credentials.HeaderFor(host);
  ASSERT_OK(header);
  return header->value_or("");
}

void CredentialsComeFromDockersFile(void**) {
  Result<Credentials> credentials = Credentials::Parse(
      "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"dXNlcjpwYXNz\"},"
      "\"ghcr.io\":{\"username\":\"a\",\"password\":\"b\"},\"quay.io\":{},"
      "\"r.example\":{\"registrytoken\":\"abc\"}}}",
      "config.json");
  ASSERT_OK(credentials);
  ASSERT_TEXT(HeaderFor(*credentials, "docker.io"), "Basic dXNlcjpwYXNz");
  ASSERT_TEXT(HeaderFor(*credentials, "ghcr.io"), "Basic YTpi");
  ASSERT_TEXT(HeaderFor(*credentials, "quay.io"), "");
  ASSERT_TEXT(HeaderFor(*credentials, "gcr.io"), "");
  ASSERT_TEXT(HeaderFor(*credentials, "r.example"), "Bearer abc");
  for (const char* helper : {"", "../x", "a b", "a;b"}) {
    std::string text = std::string("{\"credHelpers\":{\"ghcr.io\":\"") + helper + "\"}}";
    ASSERT_CODE(Credentials::Parse(text, "config.json").status(), Code::kInvalidArgument);
  }
  ASSERT_CODE(Credentials::Parse("nonsense", "config.json").status(), Code::kCorrupt);
  Result<Credentials> bad =
      Credentials::Parse("{\"auths\":{\"ghcr.io\":{\"auth\":\"a\\r\\nb: c\"}}}", "config.json");
  ASSERT_CODE(bad.status(), Code::kInvalidArgument);
}

RegistryEndpoint Endpoint(const std::string& host, const RegistryClientOptions& options) {
  Result<RegistryEndpoint> endpoint = EndpointFor(host, options);
  ASSERT_OK(endpoint);
  return *endpoint;
}

void MirrorsReplaceWhereContentIsRead(void**) {
  RegistryClientOptions options;
  options.mirrors["docker.io"] = "http://127.0.0.1:5001";
  options.mirrors["ghcr.io"] = "https://mirror.example/proxy/ghcr/";
  options.insecure_hosts.insert("registry.lan:5000");
  ASSERT_TEXT(Endpoint("docker.io", options).base_url, "http://127.0.0.1:5001");
  ASSERT_TEXT(Endpoint("docker.io", options).name_prefix, "");
  ASSERT_TEXT(Endpoint("ghcr.io", options).base_url, "https://mirror.example");
  ASSERT_TEXT(Endpoint("ghcr.io", options).name_prefix, "proxy/ghcr/");
  ASSERT_TEXT(Endpoint("quay.io", options).base_url, "https://quay.io");
  ASSERT_TEXT(Endpoint("registry.lan:5000", options).base_url, "http://registry.lan:5000");
  ASSERT_TEXT(Endpoint("127.0.0.1:5000", options).base_url, "http://127.0.0.1:5000");
  ASSERT_TEXT(Endpoint("localhost", options).base_url, "http://localhost");
  ASSERT_TEXT(Endpoint("127.evil.example", options).base_url, "https://127.evil.example");
  ASSERT_TEXT(Endpoint("docker.io", {}).base_url, "https://registry-1.docker.io");
  for (const char* bad :
       {"", "ftp://x", "mirror.example", "https://u:p@x", "https://x/A B", "https://x/?q=1"}) {
    options.mirrors["ghcr.io"] = bad;
    ASSERT_CODE(EndpointFor("ghcr.io", options).status(), Code::kInvalidArgument);
  }
}

void AnswersAreUnderstood(void**) {
  HttpReply reply;
  reply.headers["content-range"] = "bytes 100-199/200";
  reply.headers["content-type"] = "application/json; charset=utf-8";
  reply.headers["content-length"] = "12";
  assert_int_equal(RangeStart(reply).value_or(0), 100);
  ASSERT_TEXT(MediaTypeIn(reply), "application/json");
  assert_int_equal(ContentLength(reply).value_or(0), 12);
  for (const char* bad : {"", "bytes */200", "bytes x-", "items 1-2/3", "bytes 12"}) {
    reply.headers["content-range"] = bad;
    assert_false(RangeStart(reply).has_value());
  }
  struct Case {
    int status;
    Code code;
  };
  for (Case test :
       {Case{200, Code::kOk}, Case{206, Code::kOk}, Case{404, Code::kNotFound},
        Case{401, Code::kDenied}, Case{403, Code::kDenied}, Case{429, Code::kUnavailable},
        Case{503, Code::kUnavailable}, Case{418, Code::kUnsupported}}) {
    reply.status = test.status;
    ASSERT_CODE(StatusOfReply(reply), test.code);
  }
  reply.status = 404;
  reply.error_body =
      "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"no such\\u001b name\"}]}";
  ASSERT_CONTAINS(StatusOfReply(reply).message(), "no such  name");
}

void LinksAndWaitsAreRead(void**) {
  ASSERT_TEXT(NextLink("</v2/a/referrers/x?n=2>; rel=\"next\""), "/v2/a/referrers/x?n=2");
  ASSERT_TEXT(NextLink("</a>; rel=\"prev\", </b>; rel=\"next\""), "/b");
  ASSERT_TEXT(NextLink("</a>; rel=\"prev\""), "");
  ASSERT_TEXT(NextLink("<"), "");
  assert_int_equal(RetryAfterSeconds("7"), 7);
  assert_int_equal(RetryAfterSeconds("Wed, 21 Oct 2026 07:28:00 GMT"), 0);
  assert_int_equal(RetryAfterSeconds("-1"), 0);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(BearerChallengesAreRead),
      cmocka_unit_test(SeveralChallengesAreTold),
      cmocka_unit_test(BrokenChallengesEndTheList),
      cmocka_unit_test(CredentialsComeFromDockersFile),
      cmocka_unit_test(MirrorsReplaceWhereContentIsRead),
      cmocka_unit_test(AnswersAreUnderstood),
      cmocka_unit_test(LinksAndWaitsAreRead),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
