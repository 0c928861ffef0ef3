// The database: what is told done is there, and what failed changed nothing.
#include "base/database.h"

#include "base/env.h"
#include "base/testing.h"

namespace airgap {
namespace {

using testing::TempFolder;

const std::vector<std::string> kVersions = {"CREATE TABLE item(name TEXT PRIMARY KEY, n INTEGER);"};

std::vector<std::string> Names(Database* database) {
  std::vector<std::string> names;
  ASSERT_OK(database->Run("SELECT name FROM item ORDER BY name", {},
                          [&](const DatabaseRow& row) { names.push_back(row.Text(0)); }));
  return names;
}

void WhatWasWrittenIsThereAgain(void**) {
  TempFolder folder;
  std::string with_nul("b\0c", 3);
  {
    auto database = Database::Open(folder / "test.db", kVersions);
    ASSERT_OK(database);
    ASSERT_OK((*database)->Run("INSERT INTO item VALUES(?, ?)", {with_nul, int64_t{1} << 40}));
    assert_int_equal((*database)->changed_rows(), 1);
  }
  auto database = Database::Open(folder / "test.db", kVersions);
  ASSERT_OK(database);
  assert_true(Names(database->get()) == std::vector<std::string>({with_nul}));
  int64_t number = 0;
  ASSERT_OK((*database)->Run("SELECT n FROM item", {},
                             [&](const DatabaseRow& row) { number = row.Int(0); }));
  assert_true(number == int64_t{1} << 40);
}

void AFailedTransactionChangesNothing(void**) {
  TempFolder folder;
  auto database = Database::Open(folder / "test.db", kVersions);
  ASSERT_OK(database);
  Status status = (*database)->Transaction([&]() -> Status {
    RETURN_IF_ERROR((*database)->Run("INSERT INTO item VALUES('a', 1)", {}));
    return NotFound("the second half");
  });
  ASSERT_CODE(status, Code::kNotFound);
  assert_true(Names(database->get()).empty());
  // A statement that the database itself refuses ends it as well.
  status = (*database)->Transaction([&]() -> Status {
    RETURN_IF_ERROR((*database)->Run("INSERT INTO item VALUES('a', 1)", {}));
    return (*database)->Run("INSERT INTO item VALUES('a', 2)", {});
  });
  ASSERT_CODE(status, Code::kIo);
  assert_true(Names(database->get()).empty());
}

void ASecondProcessIsTold(void**) {
  TempFolder folder;
  auto first = Database::Open(folder / "test.db", kVersions);
  ASSERT_OK(first);
  auto second = Database::Open(folder / "test.db", kVersions);
  ASSERT_CODE(second.status(), Code::kUnavailable);
  ASSERT_CONTAINS(second.status().message(), "another process");
}

void VersionsLeadForwardOnly(void**) {
  TempFolder folder;
  ASSERT_OK(Database::Open(folder / "test.db", kVersions));
  std::vector<std::string> two = kVersions;
  two.emplace_back("ALTER TABLE item ADD COLUMN more TEXT;");
  {
    auto database = Database::Open(folder / "test.db", two);
    ASSERT_OK(database);
    ASSERT_OK((*database)->Run("INSERT INTO item VALUES('a', 1, 'x')", {}));
  }
  auto older = Database::Open(folder / "test.db", kVersions);
  ASSERT_CODE(older.status(), Code::kUnsupported);
  ASSERT_CONTAINS(older.status().message(), "newer program");
}

void AFileThatIsNoDatabaseIsNamed(void**) {
  TempFolder folder;
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "test.db", std::string(8192, 'x'), 0600));
  auto database = Database::Open(folder / "test.db", kVersions);
  ASSERT_CODE(database.status(), Code::kCorrupt);
  ASSERT_CONTAINS(database.status().message(), "test.db");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatWasWrittenIsThereAgain),
      cmocka_unit_test(AFailedTransactionChangesNothing),
      cmocka_unit_test(ASecondProcessIsTold),
      cmocka_unit_test(VersionsLeadForwardOnly),
      cmocka_unit_test(AFileThatIsNoDatabaseIsNamed),
  };
  return cmocka_run_group_tests_name("base/database", tests, nullptr, nullptr);
}
