// The handoff inside the appliance: pushes everything to the registry that takes over, reads all of
// it back, takes the nodes' proofs, and says whether the appliance may be taken away. What it has
// decided outlives kill -9 and power cuts; a push that was cut short goes on by itself.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/env.h"
#include "handoff/journal.h"
#include "handoff/push.h"
#include "handoff/settings.h"
#include "handoff/target.h"
#include "handoff/verdict.h"
#include "store/catalog.h"

namespace airgap {

// What is to be seen of it.
struct HandoffView {
  HandoffRecord record;
  bool is_offered = false;         // the site file names a registry
  std::string problem;             // with the site file's part, or why it stopped; may be empty
  std::optional<Missing> missing;  // what the registry lacked when it was last looked at
  std::string step;  // what is done now: "looking", "pushing", "reading back"; empty: nothing
  HandoffProgress progress;
  uint64_t step_s = 0;  // since the step began
  std::vector<NodeState> nodes;
  std::vector<std::string> reasons;  // ReasonsAgainstRetiring()
  std::vector<HandoffEvent> events;
};

// What a probe says (probe.h).
struct ProbeReport {
  std::string run;
  std::string node;
  std::string host;
  std::string proof;
  std::string address;  // where it came from
};

class HandoffEngine {
 public:
  struct Options {
    std::string journal_path;
    bool is_kept = false;       // that outlives a power-off
    std::string settings_path;  // of HandoffSettings; need not be there, read again when needed
    std::string program_path;   // that runs in probes: `cozy-airgap`
    std::string ca_path;        // the appliance's own, in PEM
    // What signs the receipt: a certificate of that CA, with those above it, and its key.
    std::string certificate_path;
    std::string key_path;
    std::string receipt_folder;  // for receipt.json and receipt.pem
    // Is there while nothing must be pulled here any more.
    std::string retired_path;
    std::string site_name_path;  // need not be there
    std::function<std::shared_ptr<const Catalog>()> catalog;
    std::function<std::vector<std::string>()> report_urls;  // where probes reach this appliance
    std::function<HandoffSurroundings()> surroundings;      // but for `bundles` and `is_kept`
    ParallelRunner run;
  };

  // `env` must outlive it. What was being pushed when it ended goes on.
  static Result<std::unique_ptr<HandoffEngine>> Open(Env* env, Options options);
  // Ends what is being done, which goes on the next time.
  ~HandoffEngine();
  HandoffEngine(const HandoffEngine&) = delete;
  HandoffEngine& operator=(const HandoffEngine&) = delete;

  // Looks what the registry lacks, in a thread of its own, and changes nothing. kInvalidArgument:
  // not now, and why.
  Status Plan();

  // Each says who wants it, for the journal. Safe to call from several threads.
  //
  // Pushes and reads back, in a thread of its own. kInvalidArgument: not now, and why.
  Status Start(const std::string& who);
  // kDenied: the reasons against it, a line each.
  Status Retire(const std::string& who);
  // Machines pull here again. From any phase.
  Status Rollback(const std::string& who);
  // kDenied: no proof; kNotFound: the node is not on the list; kInvalidArgument: there is no such
  // handoff.
  Status TakeReport(const ProbeReport& report);
  // An operator's word that Talos itself pulled its probes on a node. Errors as TakeReport().
  Status TakeTalosWord(const std::string& who, const std::string& node);

  HandoffView View() const;
  // kNotFound: nothing has been verified.
  Result<std::string> ProbeDaemonSet() const;
  // FormatRunbook(). kNotFound: there is no registry to hand over to.
  Result<std::string> Runbook() const;
  // Cutover::Format(). kNotFound: there is no such registry; kDenied: it has not everything yet.
  Result<std::string> CutoverFacts() const;
  // PEM: who issued the registry's certificate.
  Result<std::string> RegistryCa() const;
  // `is_signed`: the CMS message, otherwise the text in it. kNotFound: it was never retired.
  Result<std::string> Receipt(bool is_signed) const;
  // Once a second: keeps the file at retired_path as the phase has it, and in the journal what
  // speaks against a node that was proven.
  void Beat();

 private:
  using Clock = std::chrono::steady_clock;

  HandoffEngine(Env* env, Options options) : env_(env), options_(std::move(options)) {}
  Result<HandoffSettings> ReadSettings() const;
  // With the pulls that the journal has of the handoff `run`.
  Result<HandoffSurroundings> LookAround(const std::string& run) const;
  void KeepPulls(const HandoffSettings& settings, const HandoffRecord& record,
                 const std::vector<NodeProof>& proofs, const HandoffSurroundings& around,
                 const std::vector<NodeState>& nodes) const;
  void KeepMark();
  void StartWork(const std::function<void()>& work);
  void PushAndSave();
  Status PushAndReadBack(const HandoffSettings& settings, HandoffRecord* record);
  struct Work;
  Result<Work> Prepare(const HandoffSettings& settings);
  Status Look(Pusher* pusher);
  Status LookOnly(const HandoffSettings& settings);
  Status PushProbes(const HandoffTarget& target, const HandoffSettings& settings,
                    HandoffRecord* record);
  void BeginStep(const std::string& step);
  void ShowProgress(const HandoffProgress& progress);
  Status AddProof(const NodeProof& proof, HandoffRecord record);
  Status WriteReceipt(const HandoffSettings& settings, const HandoffRecord& record,
                      const std::vector<NodeProof>& proofs);

  Env* const env_;
  const Options options_;
  std::unique_ptr<HandoffJournal> journal_;
  std::mutex decision_;  // one at a time of what changes the phase
  std::thread worker_;   // guarded by decision_
  std::atomic<bool> is_working_{false};
  std::atomic<bool> stop_{false};

  mutable std::mutex mutex_;  // guards what follows
  std::string step_;
  Clock::time_point step_began_;
  HandoffProgress progress_;
  std::optional<Missing> missing_;
  std::string plan_problem_;  // why Plan() could not look; empty: it could
};

// "NAME VERSION sha256:..." of each bundle, as HandoffRecord has them.
std::vector<std::string> BundleLines(const Catalog& catalog);

}  // namespace airgap
