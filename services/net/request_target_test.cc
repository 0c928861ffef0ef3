#include "net/request_target.h"

#include "base/testing.h"
#include "net/http_server.h"

namespace airgap {
namespace {

void APathIsDecodedOnce(void**) {
  auto path = DecodeRequestPath("/v2/a%2Fb/c%20d/%2525");
  ASSERT_OK(path);
  ASSERT_TEXT(*path, "/v2/a/b/c d/%25");
  ASSERT_TEXT(*DecodeRequestPath("/"), "/");
  ASSERT_TEXT(*DecodeRequestPath("/v2/"), "/v2/");
  ASSERT_TEXT(*DecodeRequestPath("/a+b"), "/a+b");
}

void AnAbsoluteTargetIsItsPath(void**) {
  ASSERT_TEXT(*DecodeRequestPath("http://host:80/boot/x"), "/boot/x");
  ASSERT_TEXT(*DecodeRequestPath("https://host"), "/");
}

void PathTricksAreRefused(void**) {
  for (const char* raw : {"",      "x",       "*",      "//",   "/a//b",     "/..",       "/../a",
                          "/a/..", "/a/../b", "/a/./b", "/.",   "/%2e%2e/a", "/a/%2E./b", "/a%00b",
                          "/a%0",  "/a%",     "/a%zz",  "/a%2", "/a%0ab",    "/a%7f",     "/%2F"}) {
    auto path = DecodeRequestPath(raw);
    if (path.ok()) print_error("taken: %s\n", raw);
    ASSERT_CODE(path.status(), Code::kInvalidArgument);
  }
}

void DotsInNamesAreFine(void**) {
  ASSERT_TEXT(*DecodeRequestPath("/a/..b/c..d/e.."), "/a/..b/c..d/e..");
}

void AQueryKeepsValuesOfOneKeyInOrder(void**) {
  auto query = DecodeQuery("n=2&last=a%2Fb&n=3&empty=&flag&x=a+b&&");
  ASSERT_OK(query);
  assert_int_equal(query->size(), 6);
  HttpRequest request;
  request.query = *query;
  ASSERT_TEXT(request.Query("n"), "2");
  assert_true(request.QueryAll("n") == std::vector<std::string>({"2", "3"}));
  assert_true(request.QueryAll("none").empty());
  ASSERT_TEXT(request.Query("last"), "a/b");
  ASSERT_TEXT(request.Query("empty"), "");
  ASSERT_TEXT(request.Query("flag"), "");
  ASSERT_TEXT(request.Query("lasz"), "");
  ASSERT_TEXT(request.Query("x"), "a b");
  ASSERT_CODE(DecodeQuery("a=%0").status(), Code::kInvalidArgument);
  ASSERT_CODE(DecodeQuery("a=%00").status(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(APathIsDecodedOnce),
      cmocka_unit_test(AnAbsoluteTargetIsItsPath),
      cmocka_unit_test(PathTricksAreRefused),
      cmocka_unit_test(DotsInNamesAreFine),
      cmocka_unit_test(AQueryKeepsValuesOfOneKeyInOrder),
  };
  return cmocka_run_group_tests_name("net/request_target", tests, nullptr, nullptr);
}
