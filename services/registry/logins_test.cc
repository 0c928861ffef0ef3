#include "registry/logins.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

// "Basic " and the base64 of USER:PASSWORD, made by another program.
constexpr char kAlice[] = "Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==";   // alice:correct horse
constexpr char kAliceWrong[] = "Basic YWxpY2U6d3JvbmcgaG9yc2U=";  // alice:wrong horse
constexpr char kNobody[] = "Basic bm9ib2R5OmNvcnJlY3QgaG9yc2U=";  // nobody:correct horse

std::unique_ptr<Logins> Alice() {
  auto line = FormatLogin("alice", "correct horse");
  ASSERT_OK(line);
  auto logins = Logins::Parse("# who may push\n\n" + *line + "\r\n", "logins");
  ASSERT_OK(logins);
  return *std::move(logins);
}

void TheRightPasswordIsTaken(void**) {
  auto logins = Alice();
  ASSERT_OK(logins->Check(kAlice));
  ASSERT_OK(logins->Check(kAlice));  // remembered
  ASSERT_OK(logins->Check("basic" + std::string(kAlice).substr(5)));
}

void EverythingElseIsDenied(void**) {
  auto logins = Alice();
  for (const char* header :
       {"", "Basic", "Basic ", "Basic !!!", "Basic YWxpY2U=", "Bearer abc", kAliceWrong, kNobody}) {
    ASSERT_CODE(logins->Check(header), Code::kDenied);
  }
  ASSERT_CODE(logins->Check("Basic " + std::string(100'000, 'A')), Code::kDenied);
}

void TheSamePasswordIsNeverTheSameLine(void**) {
  assert_true(*FormatLogin("a", "correct horse") != *FormatLogin("a", "correct horse"));
}

// RFC 7914's algorithm, computed by Python's hashlib.scrypt(n=16384, r=8, p=5).
void AnotherProgramsHashIsUnderstood(void**) {
  auto logins = Logins::Parse(
      "alice:$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$lL+etD+5NhUN9HUeWkxbqhCbDq9ZmXspDX/"
      "GZjrObTs",
      "logins");
  ASSERT_OK(logins);
  ASSERT_OK((*logins)->Check(kAlice));
  ASSERT_CODE((*logins)->Check(kAliceWrong), Code::kDenied);
}

void BadNamesAndPasswordsAreRefused(void**) {
  for (const char* user : {"", "a:b", "a b", "#a", "a\n"}) {
    ASSERT_CODE(FormatLogin(user, "correct horse").status(), Code::kInvalidArgument);
  }
  ASSERT_CODE(FormatLogin("a", "short").status(), Code::kInvalidArgument);
  ASSERT_CODE(FormatLogin("a", std::string(limits::password_max_bytes + 1, 'x')).status(),
              Code::kInvalidArgument);
}

void ABadLineIsNamed(void**) {
  for (const char* text : {"x\n\n", "alice\n", "alice:plain\n", "alice:$scrypt$ln=14,r=8,p=5$$\n",
                           "alice:$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0$AAAA\n"}) {
    auto logins = Logins::Parse(text, "logins");
    ASSERT_CODE(logins.status(), Code::kInvalidArgument);
    ASSERT_CONTAINS(logins.status().message(), "logins line 1");
  }
  ASSERT_CONTAINS(Logins::Parse("# nobody\n", "logins").status().message(), "names no user");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(TheRightPasswordIsTaken),
      cmocka_unit_test(EverythingElseIsDenied),
      cmocka_unit_test(TheSamePasswordIsNeverTheSameLine),
      cmocka_unit_test(AnotherProgramsHashIsUnderstood),
      cmocka_unit_test(BadNamesAndPasswordsAreRefused),
      cmocka_unit_test(ABadLineIsNamed),
  };
  return cmocka_run_group_tests_name("registry/logins", tests, nullptr, nullptr);
}
