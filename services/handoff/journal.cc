#include "handoff/journal.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kVersion1[] =
    "CREATE TABLE record (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);"
    "CREATE TABLE proofs (run TEXT NOT NULL, node TEXT NOT NULL, host TEXT NOT NULL,"
    " kind TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (run, node, host, kind));"
    "CREATE TABLE events (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " line TEXT NOT NULL);";
constexpr char kVersion2[] =
    "CREATE TABLE pulls (run TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (run, address));";

struct PhaseName {
  HandoffPhase phase;
  const char* name;
};
constexpr std::array<PhaseName, 6> kPhases = {{
    {HandoffPhase::kSeeding, "seeding"},
    {HandoffPhase::kPushing, "pushing"},
    {HandoffPhase::kVerified, "verified"},
    {HandoffPhase::kCutover, "cutover"},
    {HandoffPhase::kRetired, "retired"},
    {HandoffPhase::kRecovery, "recovery"},
}};

// Its texts and numbers, each in one place for both ways.
template <typename T>
struct Member {
  const char* name;
  T member;
};
constexpr Member<decltype(&HandoffRecord::run)> kTexts[] = {
    {"run", &HandoffRecord::run},
    {"secret", &HandoffRecord::secret},
    {"registry", &HandoffRecord::registry},
    {"failure", &HandoffRecord::failure},
};
constexpr Member<decltype(&HandoffRecord::bundles)> kLists[] = {
    {"bundles", &HandoffRecord::bundles},
    {"hosts", &HandoffRecord::hosts},
    {"probes", &HandoffRecord::probes},
    {"talosProbes", &HandoffRecord::talos_probes},
};
constexpr Member<decltype(&HandoffRecord::tags_count)> kCounts[] = {
    {"tags", &HandoffRecord::tags_count},
    {"manifests", &HandoffRecord::manifests_count},
    {"blobs", &HandoffRecord::blobs_count},
    {"uploadedBytes", &HandoffRecord::uploaded_bytes},
    {"hashedBytes", &HandoffRecord::hashed_bytes},
};
constexpr Member<decltype(&HandoffRecord::started_s)> kTimes[] = {
    {"startedAt", &HandoffRecord::started_s},
    {"pushedAt", &HandoffRecord::pushed_s},
    {"verifiedAt", &HandoffRecord::verified_s},
    {"retiredAt", &HandoffRecord::retired_s},
};

std::string ToText(const HandoffRecord& record) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("phase", NameOf(record.phase));
  for (const auto& text : kTexts) root.Put(text.name, record.*text.member);
  for (const auto& list : kLists) root.PutStrings(list.name, record.*list.member);
  for (const auto& count : kCounts) root.Put(count.name, record.*count.member);
  for (const auto& at : kTimes) {
    root.Put(at.name, static_cast<uint64_t>(std::max<int64_t>(record.*at.member, 0)));
  }
  return document.ToText();
}

Result<HandoffRecord> FromText(std::string_view text) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::json_default_max_bytes, "the journal"));
  JsonView root = document.root();
  auto phase = HandoffPhaseOf(root["phase"].StringOr(""));
  if (!phase) return Corrupt("the journal of the handoff names no phase");
  HandoffRecord record;
  record.phase = *phase;
  for (const auto& text : kTexts) record.*text.member = root[text.name].StringOr("");
  for (const auto& list : kLists) record.*list.member = root[list.name].Strings();
  for (const auto& count : kCounts) {
    record.*count.member = root[count.name].Uint().value_or(0);
  }
  for (const auto& at : kTimes) {
    record.*at.member = static_cast<int64_t>(root[at.name].Uint().value_or(0));
  }
  return record;
}

}  // namespace

const char* NameOf(HandoffPhase phase) {
  for (const PhaseName& one : kPhases) {
    if (one.phase == phase) return one.name;
  }
  return "";
}

std::optional<HandoffPhase> HandoffPhaseOf(std::string_view name) {
  for (const PhaseName& one : kPhases) {
    if (one.name == name) return one.phase;
  }
  return std::nullopt;
}

Result<std::unique_ptr<HandoffJournal>> HandoffJournal::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, {kVersion1, kVersion2}));
  std::unique_ptr<HandoffJournal> journal(new HandoffJournal(std::move(database)));
  RETURN_IF_ERROR(journal->Read());
  return journal;
}

Status HandoffJournal::Read() {
  std::string text;
  RETURN_IF_ERROR(database_->Run("SELECT json FROM record", {},
                                 [&](const DatabaseRow& row) { text = row.Text(0); }));
  if (text.empty()) return OkStatus();
  ASSIGN_OR_RETURN(record_, FromText(text));
  return OkStatus();
}

HandoffRecord HandoffJournal::record() const {
  std::lock_guard lock(mutex_);
  return record_;
}

Status HandoffJournal::Save(const HandoffRecord& record, const std::string& event) {
  std::string text = ToText(record);
  std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(database_->Transaction([&]() -> Status {
    RETURN_IF_ERROR(
        database_->Run("INSERT OR REPLACE INTO record (id, json) VALUES (1, ?)", {text}));
    return database_->Run("INSERT INTO events (at, line) VALUES (?, ?)",
                          {int64_t{time(nullptr)}, event});
  }));
  record_ = record;
  return OkStatus();
}

Status HandoffJournal::AddProof(const std::string& run, const NodeProof& proof) {
  std::lock_guard lock(mutex_);
  return database_->Run(
      "INSERT OR REPLACE INTO proofs (run, node, host, kind, address, at)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      {run, proof.node, proof.host, proof.kind, proof.address, proof.at_s});
}

Result<std::vector<NodeProof>> HandoffJournal::Proofs(const std::string& run) const {
  std::lock_guard lock(mutex_);
  std::vector<NodeProof> proofs;
  RETURN_IF_ERROR(database_->Run(
      "SELECT node, host, kind, address, at FROM proofs WHERE run = ? ORDER BY node, host, kind",
      {run}, [&](const DatabaseRow& row) {
        proofs.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int(4)});
      }));
  return proofs;
}

Status HandoffJournal::AddPull(const std::string& run, const std::string& address, int64_t at_s) {
  std::lock_guard lock(mutex_);
  return database_->Run(
      "INSERT INTO pulls (run, address, at) VALUES (?, ?, ?)"
      " ON CONFLICT (run, address) DO UPDATE SET at = max(at, excluded.at)",
      {run, address, at_s});
}

Result<std::map<std::string, int64_t>> HandoffJournal::Pulls(const std::string& run) const {
  std::lock_guard lock(mutex_);
  std::map<std::string, int64_t> pulls;
  RETURN_IF_ERROR(database_->Run("SELECT address, at FROM pulls WHERE run = ?", {run},
                                 [&](const DatabaseRow& row) { pulls[row.Text(0)] = row.Int(1); }));
  return pulls;
}

Result<std::vector<HandoffEvent>> HandoffJournal::Events() const {
  std::lock_guard lock(mutex_);
  std::vector<HandoffEvent> events;
  auto add = [&](const DatabaseRow& row) { events.push_back({row.Int(0), row.Text(1)}); };
  RETURN_IF_ERROR(database_->Run(
      "SELECT at, line FROM (SELECT number, at, line FROM events ORDER BY number DESC LIMIT ?)"
      " ORDER BY number",
      {static_cast<int64_t>(limits::handoff_events_listed_max_count)}, add));
  return events;
}

}  // namespace airgap
