#include "base/database.h"

#include <sqlite3.h>

#include <cassert>

namespace airgap {
namespace {

constexpr int kBusyTimeoutMs = 1000;

}  // namespace

std::string DatabaseRow::Text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

int64_t DatabaseRow::Int(int column) const { return sqlite3_column_int64(statement_, column); }

Result<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                 const std::vector<std::string>& versions) {
  std::unique_ptr<Database> database(new Database(path));
  RETURN_IF_ERROR(database->Connect());
  RETURN_IF_ERROR(database->Migrate(versions));
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

Status Database::Connect() {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path_.c_str(), &connection_, kFlags, nullptr);
  if (code != SQLITE_OK) return Failure(code);
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, kBusyTimeoutMs);
  // The lock is taken by the first change and kept, which also makes WAL work without shared
  // memory.
  return Execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA foreign_keys=ON; BEGIN IMMEDIATE; COMMIT;");
}

Status Database::Migrate(const std::vector<std::string>& versions) {
  int64_t version = 0;
  RETURN_IF_ERROR(
      Run("PRAGMA user_version", {}, [&](const DatabaseRow& row) { version = row.Int(0); }));
  auto newest = static_cast<int64_t>(versions.size());
  if (version > newest) {
    return Unsupported(path_ + " is of version " + std::to_string(version) +
                       "; this program knows versions up to " + std::to_string(newest) +
                       ": use the newer program that wrote it");
  }
  for (; version < newest; ++version) {
    RETURN_IF_ERROR(Transaction([&]() -> Status {
      RETURN_IF_ERROR(Execute(versions[static_cast<size_t>(version)]));
      return Execute("PRAGMA user_version=" + std::to_string(version + 1));
    }));
  }
  return OkStatus();
}

Status Database::Failure(int code) const {
  std::string message =
      "database " + path_ + ": " +
      (connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return NoSpace(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Corrupt(message + "; put it aside, a new one is made");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable("database " + path_ + " is in use by another process; stop that one");
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Denied(message);
    default:
      return Status(Code::kIo, message);
  }
}

Status Database::Execute(const std::string& sql) {
  int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? OkStatus() : Failure(code);
}

Result<sqlite3_stmt*> Database::Prepared(const std::string& sql) {
  auto [at, is_new] = statements_.emplace(sql, nullptr);
  if (is_new) {
    int code = sqlite3_prepare_v3(connection_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                  &at->second, nullptr);
    if (code != SQLITE_OK) {
      statements_.erase(at);
      return Failure(code);
    }
  }
  return at->second;
}

Status Database::Run(const std::string& sql, const std::vector<DatabaseValue>& values,
                     const std::function<void(const DatabaseRow&)>& on_row) {
  ASSIGN_OR_RETURN(sqlite3_stmt * statement, Prepared(sql));
  for (size_t i = 0; i < values.size(); ++i) {
    int place = static_cast<int>(i) + 1;
    if (const auto* text = std::get_if<std::string_view>(&values[i])) {
      sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else {
      sqlite3_bind_int64(statement, place, std::get<int64_t>(values[i]));
    }
  }
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (on_row) on_row(DatabaseRow(statement));
  }
  Status status = code == SQLITE_DONE ? OkStatus() : Failure(code);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return status;
}

Status Database::Transaction(const std::function<Status()>& change) {
  RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
  Status status = change();
  if (status.ok()) status = Execute("COMMIT");
  // A full disk may have ended the transaction already.
  if (!status.ok() && sqlite3_get_autocommit(connection_) == 0) (void)Execute("ROLLBACK");
  return status;
}

int64_t Database::changed_rows() const { return sqlite3_changes64(connection_); }

}  // namespace airgap
