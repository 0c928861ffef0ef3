// What the handoff remembers over kill -9 and power cuts: how far it got, what was proven, and a
// line for each thing that happened, which is never changed afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/database.h"
#include "base/status.h"

namespace airgap {

enum class HandoffPhase : uint8_t {
  kSeeding,   // machines pull here
  kPushing,   // the registry is being filled, or read back
  kVerified,  // it has everything, read back byte by byte
  kCutover,   // and a node was proven to pull from it
  kRetired,   // nothing is pulled here any more
  kRecovery,  // machines pull here again
};
const char* NameOf(HandoffPhase phase);
std::optional<HandoffPhase> HandoffPhaseOf(std::string_view name);

// The newest handoff.
struct HandoffRecord {
  HandoffPhase phase = HandoffPhase::kSeeding;
  std::string run;                   // its random name; empty: there was none yet
  std::string secret;                // its probes' (probe.h), in hex
  std::string registry;              // that it goes to
  std::vector<std::string> bundles;  // "NAME VERSION sha256:..." each
  std::vector<std::string> hosts;    // upstream registries that the bundles have images of
  std::string failure;               // why it stopped; empty: it did not
  uint64_t tags_count = 0;
  uint64_t manifests_count = 0;
  uint64_t blobs_count = 0;
  uint64_t uploaded_bytes = 0;
  uint64_t hashed_bytes = 0;
  // Seconds since 1970; 0: not yet.
  int64_t started_s = 0;
  int64_t pushed_s = 0;
  int64_t verified_s = 0;
  int64_t retired_s = 0;
  // What probes are pulled by, "HOST DIGEST" each: those that run as containers, and Talos's.
  std::vector<std::string> probes;
  std::vector<std::string> talos_probes;
};

// That a node pulled a probe, which is nowhere but at the registry.
struct NodeProof {
  std::string node;
  std::string host;     // the upstream registry by whose name it did
  std::string kind;     // one of proof_kind
  std::string address;  // where the word came from
  int64_t at_s = 0;
};

namespace proof_kind {
inline constexpr char kContainer[] = "container";  // the node's containers: a probe's own word
inline constexpr char kTalos[] = "talos";          // Talos itself: an operator's word
}  // namespace proof_kind

struct HandoffEvent {
  int64_t at_s = 0;
  std::string line;
};

// Safe to use from several threads.
class HandoffJournal {
 public:
  // As Database::Open().
  static Result<std::unique_ptr<HandoffJournal>> Open(const std::string& path);

  HandoffRecord record() const;
  // Both or neither, and durable when it is ok.
  Status Save(const HandoffRecord& record, const std::string& event);

  // A proof of the handoff `run`; the newest of a node, host and kind counts.
  Status AddProof(const std::string& run, const NodeProof& proof);
  Result<std::vector<NodeProof>> Proofs(const std::string& run) const;

  // That an address ("": one that is not listed) asked for something here in the second `at_s`
  // during the handoff `run`; the latest of an address counts.
  Status AddPull(const std::string& run, const std::string& address, int64_t at_s);
  Result<std::map<std::string, int64_t>> Pulls(const std::string& run) const;

  // The newest ones, oldest first; at most limits::handoff_events_listed_max_count.
  Result<std::vector<HandoffEvent>> Events() const;

 private:
  explicit HandoffJournal(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  Status Read();

  mutable std::mutex mutex_;
  std::unique_ptr<Database> database_;  // guarded by mutex_, as the next
  HandoffRecord record_;
};

}  // namespace airgap
