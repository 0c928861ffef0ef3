// The one way into cmocka. cmocka leaves a failed test by longjmp: no destructor runs, so a test
// binary runs alone in its process and CMOCKA_TEST_ABORT=1 (set by scripts/run-tests) aborts it.
#pragma once

// cmocka.h needs these four C headers before it, and has a macro fail() that no header of the
// standard library may meet: those come first.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

extern "C" {  // which cmocka.h does not say itself
#include <cmocka.h>
}
// clang-format on

#include "base/status.h"

namespace airgap::testing {

// cmocka's own macros take C strings and integers; these take ours and print them.
inline void AssertOk(const Status& status, const char* file, int line) {
  if (status.ok()) return;
  print_error("not ok: %s\n", status.message().c_str());
  _fail(file, line);
}
template <typename T>
void AssertOk(const Result<T>& result, const char* file, int line) {
  if (!result.ok()) AssertOk(result.status(), file, line);
}
inline void AssertText(std::string_view actual, std::string_view expected, const char* file,
                       int line) {
  if (actual == expected) return;
  print_error("got      '%s'\nexpected '%s'\n", std::string(actual).c_str(),
              std::string(expected).c_str());
  _fail(file, line);
}
inline void AssertContains(std::string_view text, std::string_view part, const char* file,
                           int line) {
  if (text.find(part) != std::string_view::npos) return;
  print_error("'%s' does not contain '%s'\n", std::string(text).c_str(), std::string(part).c_str());
  _fail(file, line);
}

// A folder of its own for one test, removed at the end of a test that passed.
class TempFolder {
 public:
  TempFolder() {
    std::string name = std::filesystem::temp_directory_path() / "airgap-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace airgap::testing

#define ASSERT_OK(expr) ::airgap::testing::AssertOk((expr), __FILE__, __LINE__)
#define ASSERT_CODE(expr, expected) \
  assert_int_equal(static_cast<int>((expr).code()), static_cast<int>(expected))
#define ASSERT_TEXT(actual, expected) \
  ::airgap::testing::AssertText((actual), (expected), __FILE__, __LINE__)
#define ASSERT_CONTAINS(text, part) \
  ::airgap::testing::AssertContains((text), (part), __FILE__, __LINE__)
