// An sqlite database for what changes: only database.cc includes sqlite3.h.
//
// WAL with synchronous=FULL: a Status that is ok means that the change survives a power cut, as far
// as the disk's own flush is honest. One process at a time: a second one is told so.
// https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace airgap {

// What stands for a '?' of a statement. Texts are stored as they are, NUL and all.
using DatabaseValue = std::variant<std::string_view, int64_t>;

// The row that a statement stands at; texts are valid during the call they are given to.
class DatabaseRow {
 public:
  explicit DatabaseRow(sqlite3_stmt* statement) : statement_(statement) {}
  std::string Text(int column) const;
  int64_t Int(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// Not for several threads at once: its owner has a mutex.
class Database {
 public:
  // Opens or makes the file, and brings its tables from what `versions` they have to the newest:
  // versions[i] are the statements that lead from version i to i+1. They are never changed, only
  // added to. kUnsupported: a newer program wrote it; kUnavailable: another process has it open;
  // kCorrupt: it is no database.
  static Result<std::unique_ptr<Database>> Open(const std::string& path,
                                                const std::vector<std::string>& versions);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs one statement with `values` in its places and gives each row to `on_row`. kNoSpace: the
  // disk is full, nothing was changed.
  Status Run(const std::string& sql, const std::vector<DatabaseValue>& values,
             const std::function<void(const DatabaseRow&)>& on_row = nullptr);
  // Everything that `change` does, or, when it gives an error, nothing.
  Status Transaction(const std::function<Status()>& change);
  // Rows that the last Run() changed.
  int64_t changed_rows() const;

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  Status Connect();
  Status Migrate(const std::vector<std::string>& versions);
  Status Execute(const std::string& sql);
  Result<sqlite3_stmt*> Prepared(const std::string& sql);
  Status Failure(int code) const;

  std::string path_;
  sqlite3* connection_ = nullptr;
  std::map<std::string, sqlite3_stmt*> statements_;  // kept: our statements are few
};

}  // namespace airgap
