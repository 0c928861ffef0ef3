#include "handoff/engine.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "base/limits.h"
#include "base/version.h"
#include "handoff/cutover.h"
#include "handoff/preflight.h"
#include "handoff/probe.h"
#include "handoff/receipt.h"
#include "handoff/registry_target.h"
#include "handoff/runbook.h"
#include "net/signed_message.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr int64_t kProofKeptSeconds = 2;
constexpr size_t kRunCharacters = 16;
constexpr uint64_t kPemMaxBytes = 64 * limits::kKiB;
constexpr char kAtWork[] = "the handoff is at work: wait for its end";
constexpr char kReceipt[] = "/receipt.json";
constexpr char kSignedReceipt[] = "/receipt.pem";

// The first of many, and how many there are.
Status FirstOf(const std::vector<std::string>& problems) {
  std::string more =
      problems.size() > 1 ? " (and " + std::to_string(problems.size() - 1) + " more)" : "";
  return Unavailable(problems[0] + more);
}

// Upstream registries that the bundles have images of.
std::vector<std::string> HostsOf(const Catalog& catalog) {
  std::set<std::string> hosts;
  for (const std::string& name : catalog.RepositoryNames()) {
    std::string host = name.substr(0, name.find('/'));
    if (host != kAssetHost) hosts.insert(host);
  }
  return {hosts.begin(), hosts.end()};
}

bool IsVerified(HandoffPhase phase) {
  return phase == HandoffPhase::kVerified || phase == HandoffPhase::kCutover;
}

void AddPulls(const std::map<std::string, int64_t>& pulls, HandoffSurroundings* around) {
  for (const auto& [address, at_s] : pulls) {
    int64_t& latest_s = address.empty() ? around->unlisted_pull_s : around->pulls[address];
    latest_s = std::max(latest_s, at_s);
  }
}

}  // namespace

std::vector<std::string> BundleLines(const Catalog& catalog) {
  std::vector<std::string> lines;
  for (const auto& bundle : catalog.bundles()) {
    std::string line = bundle->name();
    line.append(" ").append(bundle->version()).append(" ").append(bundle->identity().ToString());
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<std::unique_ptr<HandoffEngine>> HandoffEngine::Open(Env* env, Options options) {
  std::unique_ptr<HandoffEngine> engine(new HandoffEngine(env, std::move(options)));
  ASSIGN_OR_RETURN(engine->journal_, HandoffJournal::Open(engine->options_.journal_path));
  engine->Beat();
  if (engine->journal_->record().phase == HandoffPhase::kPushing) {
    engine->StartWork([raw = engine.get()] { raw->PushAndSave(); });
  }
  return engine;
}

HandoffEngine::~HandoffEngine() {
  stop_ = true;
  if (worker_.joinable()) worker_.join();
}

Result<HandoffSettings> HandoffEngine::ReadSettings() const {
  Result<std::string> text =
      ReadWholeFile(env_, options_.settings_path, limits::handoff_settings_max_bytes);
  if (text.status().code() == Code::kNotFound) {
    return NotFound("the site file names no registry to hand over to: handoff.registry");
  }
  if (!text.ok()) return text.status();
  return HandoffSettings::Parse(*text);
}

Result<HandoffSurroundings> HandoffEngine::LookAround(const std::string& run) const {
  HandoffSurroundings around = options_.surroundings();
  ASSIGN_OR_RETURN(auto pulls, journal_->Pulls(run));
  AddPulls(pulls, &around);
  around.bundles = BundleLines(*options_.catalog());
  around.is_kept = options_.is_kept;
  around.now_s = time(nullptr);
  return around;
}

void HandoffEngine::BeginStep(const std::string& step) {
  std::lock_guard lock(mutex_);
  step_ = step;
  step_began_ = Clock::now();
  progress_ = {};
}

void HandoffEngine::ShowProgress(const HandoffProgress& progress) {
  std::lock_guard lock(mutex_);
  progress_ = progress;
}

Status HandoffEngine::Plan() {
  std::lock_guard lock(decision_);
  if (is_working_) return InvalidArgument(kAtWork);
  Result<HandoffSettings> settings = ReadSettings();
  if (!settings.ok()) return InvalidArgument(settings.status().message());
  StartWork([this, settings = *std::move(settings)] {
    Status status = LookOnly(settings);
    std::lock_guard guard(mutex_);
    plan_problem_ = status.ok() ? "" : status.message();
  });
  return OkStatus();
}

Status HandoffEngine::Start(const std::string& who) {
  std::lock_guard lock(decision_);
  HandoffRecord record = journal_->record();
  if (is_working_) return InvalidArgument(kAtWork);
  if (record.phase == HandoffPhase::kRetired) {
    return InvalidArgument("this appliance is retired: roll back first");
  }
  Result<HandoffSettings> settings = ReadSettings();
  if (!settings.ok()) return InvalidArgument(settings.status().message());
  // Nodes that were proven stay so, as long as it is the same registry.
  if (record.run.empty() || record.registry != settings->registry) {
    record = {};
    ASSIGN_OR_RETURN(record.secret, NewProbeSecret());
    ASSIGN_OR_RETURN(std::string name, NewProbeSecret());
    record.run = name.substr(0, kRunCharacters);
    record.registry = settings->registry;
  }
  record.phase = HandoffPhase::kPushing;
  record.failure.clear();
  record.started_s = time(nullptr);
  record.pushed_s = record.verified_s = record.retired_s = 0;
  RETURN_IF_ERROR(journal_->Save(record, who + " starts the handoff to " + settings->registry));
  StartWork([this] { PushAndSave(); });
  return OkStatus();
}

// Whoever waits for the end sees no step: not before it has begun, not before the next may begin.
void HandoffEngine::StartWork(const std::function<void()>& work) {
  if (worker_.joinable()) worker_.join();
  is_working_ = true;
  BeginStep("looking");
  {
    std::lock_guard lock(mutex_);
    plan_problem_.clear();
  }
  worker_ = std::thread([this, work] {
    work();
    is_working_ = false;
    BeginStep("");
  });
}

void HandoffEngine::PushAndSave() {
  HandoffRecord record = journal_->record();
  Result<HandoffSettings> settings = ReadSettings();
  Status status = settings.status();
  if (settings.ok() && settings->registry != record.registry) {
    status = InvalidArgument("the site file names another registry now: start the handoff again");
  }
  if (status.ok()) status = PushAndReadBack(*settings, &record);
  // It goes on when the appliance does.
  if (stop_) return;
  std::string event =
      "the registry has everything: " + std::to_string(record.blobs_count) + " blobs read back";
  record.phase = HandoffPhase::kVerified;
  if (!status.ok()) {
    record.phase = HandoffPhase::kSeeding;
    record.failure = status.message();
    event = "the handoff stopped: " + status.message();
  }
  (void)journal_->Save(record, event);
}

// Everything that a look at the registry, or a push to it, takes.
struct HandoffEngine::Work {
  std::shared_ptr<const Catalog> catalog;
  HandoffPlan plan;
  std::unique_ptr<RegistryTarget> target;
};

Result<HandoffEngine::Work> HandoffEngine::Prepare(const HandoffSettings& settings) {
  Work work;
  work.catalog = options_.catalog();
  if (work.catalog->bundles().empty()) return NotFound("no bundle is there to hand over");
  ASSIGN_OR_RETURN(work.plan, HandoffPlan::Make(*work.catalog));
  ASSIGN_OR_RETURN(std::string own_ca, ReadWholeFile(env_, options_.ca_path, kPemMaxBytes));
  ASSIGN_OR_RETURN(work.target, RegistryTarget::Open(settings, own_ca, options_.run, &stop_));
  return work;
}

Status HandoffEngine::Look(Pusher* pusher) {
  ASSIGN_OR_RETURN(Missing missing,
                   pusher->Look([this](const HandoffProgress& now) { ShowProgress(now); }));
  std::lock_guard lock(mutex_);
  missing_ = missing;
  return OkStatus();
}

Status HandoffEngine::LookOnly(const HandoffSettings& settings) {
  ASSIGN_OR_RETURN(Work work, Prepare(settings));
  Pusher pusher(work.target->target(), work.catalog.get(), &work.plan);
  return Look(&pusher);
}

Status HandoffEngine::PushAndReadBack(const HandoffSettings& settings, HandoffRecord* record) {
  auto progress = [this](const HandoffProgress& now) { ShowProgress(now); };
  ASSIGN_OR_RETURN(Work work, Prepare(settings));
  record->bundles = BundleLines(*work.catalog);
  record->hosts = HostsOf(*work.catalog);
  const HandoffTarget& target = work.target->target();
  RETURN_IF_ERROR(CheckSparse(target, work.plan));
  Pusher pusher(target, work.catalog.get(), &work.plan);
  RETURN_IF_ERROR(Look(&pusher));
  RETURN_IF_ERROR(journal_->Save(*record, "missing at the registry: " + missing_->Line()));
  BeginStep("pushing");
  PushReport pushed = pusher.Push(progress);
  if (!pushed.ok()) return FirstOf(pushed.problems);
  record->uploaded_bytes = pushed.uploaded_bytes;
  record->pushed_s = time(nullptr);
  RETURN_IF_ERROR(journal_->Save(*record, "pushed: " + std::to_string(pushed.blobs_uploaded) +
                                              " blobs uploaded, " +
                                              std::to_string(pushed.blobs_there) + " were there"));
  BeginStep("reading back");
  PreflightReport read = Preflight(target, &work.plan, true).Run(progress);
  if (!read.ok()) return FirstOf(read.problems);
  record->tags_count = read.tags_count;
  record->manifests_count = read.manifests_count;
  record->blobs_count = read.blobs_count;
  record->hashed_bytes = read.hashed_bytes;
  RETURN_IF_ERROR(PushProbes(target, settings, record));
  record->verified_s = time(nullptr);
  return OkStatus();
}

Status HandoffEngine::PushProbes(const HandoffTarget& target, const HandoffSettings& settings,
                                 HandoffRecord* record) {
  BeginStep("pushing probes");
  ASSIGN_OR_RETURN(std::string program,
                   ReadWholeFile(env_, options_.program_path, limits::probe_program_max_bytes));
  ProbeSettings probe;
  probe.run = record->run;
  probe.urls = options_.report_urls();
  ASSIGN_OR_RETURN(probe.ca, ReadWholeFile(env_, options_.ca_path, kPemMaxBytes));
  if (!record->hosts.empty()) {
    RETURN_IF_ERROR(PushTool(target, program, record->hosts[0], kVersion).status());
  }
  record->probes.clear();
  record->talos_probes.clear();
  for (const std::string& host : record->hosts) {
    for (const char* kind : {proof_kind::kContainer, proof_kind::kTalos}) {
      bool is_talos = kind == std::string(proof_kind::kTalos);
      if (is_talos && !settings.is_talos) continue;
      probe.host = host;
      probe.kind = kind;
      probe.key = ProbeKey(record->secret, host, kind);
      ASSIGN_OR_RETURN(std::string digest, PushProbe(target, program, probe));
      std::string line = host;
      line.append(" ").append(digest);
      (is_talos ? record->talos_probes : record->probes).push_back(std::move(line));
    }
  }
  return OkStatus();
}

Status HandoffEngine::AddProof(const NodeProof& proof, HandoffRecord record) {
  // A proof can be heard on the network and said again: that must not keep the disk busy.
  ASSIGN_OR_RETURN(std::vector<NodeProof> known, journal_->Proofs(record.run));
  for (const NodeProof& one : known) {
    bool is_same = one.node == proof.node && one.host == proof.host && one.kind == proof.kind &&
                   one.address == proof.address;
    if (is_same && proof.at_s - one.at_s < kProofKeptSeconds && proof.at_s >= one.at_s) {
      return OkStatus();
    }
  }
  RETURN_IF_ERROR(journal_->AddProof(record.run, proof));
  if (record.phase != HandoffPhase::kVerified) return OkStatus();
  record.phase = HandoffPhase::kCutover;
  return journal_->Save(record, "the first node is proven: " + proof.node);
}

Status HandoffEngine::TakeReport(const ProbeReport& report) {
  std::lock_guard lock(decision_);
  HandoffRecord record = journal_->record();
  if (record.run.empty() || report.run != record.run || !IsVerified(record.phase)) {
    return InvalidArgument("no handoff of this name waits for proofs");
  }
  std::string key = ProbeKey(record.secret, report.host, proof_kind::kContainer);
  bool is_known =
      std::find(record.hosts.begin(), record.hosts.end(), report.host) != record.hosts.end();
  if (!is_known || !IsSameProof(ProbeProof(key, report.node), report.proof)) {
    return Denied("this proves nothing");
  }
  ASSIGN_OR_RETURN(HandoffSettings settings, ReadSettings());
  if (settings.FindNode(report.node) == nullptr) {
    return NotFound("node " + report.node + " is not in handoff.nodes of the site file");
  }
  return AddProof(
      {report.node, report.host, proof_kind::kContainer, report.address, int64_t{time(nullptr)}},
      std::move(record));
}

Status HandoffEngine::TakeTalosWord(const std::string& who, const std::string& node) {
  std::lock_guard lock(decision_);
  HandoffRecord record = journal_->record();
  if (!IsVerified(record.phase)) return InvalidArgument("no handoff waits for proofs");
  ASSIGN_OR_RETURN(HandoffSettings settings, ReadSettings());
  if (settings.FindNode(node) == nullptr) {
    return NotFound("node " + node + " is not in handoff.nodes of the site file");
  }
  for (const std::string& host : record.hosts) {
    RETURN_IF_ERROR(
        AddProof({node, host, proof_kind::kTalos, who, int64_t{time(nullptr)}}, record));
  }
  return OkStatus();
}

Status HandoffEngine::Retire(const std::string& who) {
  std::lock_guard lock(decision_);
  if (is_working_) return Denied(kAtWork);
  HandoffRecord record = journal_->record();
  if (record.phase == HandoffPhase::kRetired) return OkStatus();
  ASSIGN_OR_RETURN(HandoffSettings settings, ReadSettings());
  ASSIGN_OR_RETURN(std::vector<NodeProof> proofs, journal_->Proofs(record.run));
  ASSIGN_OR_RETURN(HandoffSurroundings around, LookAround(record.run));
  std::vector<std::string> reasons = ReasonsAgainstRetiring(
      settings, record, JudgeNodes(settings, record, proofs, around), around);
  if (!reasons.empty()) {
    std::string all;
    for (const std::string& reason : reasons) all.append(all.empty() ? "" : "\n").append(reason);
    return Denied(all);
  }
  record.phase = HandoffPhase::kRetired;
  record.retired_s = around.now_s;
  // First: an appliance that is retired has a receipt, whenever the power goes.
  RETURN_IF_ERROR(WriteReceipt(settings, record, proofs));
  RETURN_IF_ERROR(journal_->Save(record, who + " retires this appliance"));
  Beat();
  return OkStatus();
}

Status HandoffEngine::WriteReceipt(const HandoffSettings& settings, const HandoffRecord& record,
                                   const std::vector<NodeProof>& proofs) {
  Result<std::string> name =
      ReadWholeFile(env_, options_.site_name_path, limits::handoff_text_max_bytes);
  std::string text = FormatReceipt(name.ok() ? *name : "", settings, record, proofs);
  ASSIGN_OR_RETURN(std::string certificates,
                   ReadWholeFile(env_, options_.certificate_path, kPemMaxBytes));
  ASSIGN_OR_RETURN(std::string key, ReadWholeFile(env_, options_.key_path, kPemMaxBytes));
  ASSIGN_OR_RETURN(std::string message, SignMessage(certificates, key, text));
  RETURN_IF_ERROR(WriteWholeFile(env_, options_.receipt_folder + kReceipt, text, kPublicMode));
  return WriteWholeFile(env_, options_.receipt_folder + kSignedReceipt, message, kPublicMode);
}

Status HandoffEngine::Rollback(const std::string& who) {
  std::lock_guard lock(decision_);
  stop_ = true;
  if (worker_.joinable()) worker_.join();
  stop_ = false;
  HandoffRecord record = journal_->record();
  bool was_retired = record.phase == HandoffPhase::kRetired;
  record.phase = was_retired ? HandoffPhase::kRecovery : HandoffPhase::kSeeding;
  record.failure.clear();
  RETURN_IF_ERROR(journal_->Save(record, who + " goes back to seeding"));
  Beat();
  return OkStatus();
}

// What the services know of their clients is gone when one of them starts anew, or the power fails;
// a proof outlives both, and so must what takes it back.
void HandoffEngine::KeepPulls(const HandoffSettings& settings, const HandoffRecord& record,
                              const std::vector<NodeProof>& proofs,
                              const HandoffSurroundings& around,
                              const std::vector<NodeState>& nodes) const {
  auto pulls = journal_->Pulls(record.run);
  if (!IsVerified(record.phase) || !pulls.ok()) return;
  HandoffSurroundings kept;
  AddPulls(*pulls, &kept);
  std::vector<NodeState> before = JudgeNodes(settings, record, proofs, kept);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (before[i].state != node_state::kProven || nodes[i].state == node_state::kProven) continue;
    auto pull = around.pulls.find(nodes[i].address);
    // If it cannot be kept now, it is tried again in a second.
    (void)(pull == around.pulls.end() ? journal_->AddPull(record.run, "", around.unlisted_pull_s)
                                      : journal_->AddPull(record.run, pull->first, pull->second));
  }
}

HandoffView HandoffEngine::View() const {
  HandoffView view;
  view.record = journal_->record();
  view.problem = view.record.failure;
  Result<HandoffSettings> settings = ReadSettings();
  view.is_offered = settings.ok();
  if (!settings.ok() && settings.status().code() != Code::kNotFound) {
    view.problem = settings.status().message();
  }
  {
    std::lock_guard lock(mutex_);
    view.step = step_;
    view.progress = progress_;
    view.missing = missing_;
    if (view.problem.empty()) view.problem = plan_problem_;
    auto since = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - step_began_);
    view.step_s = step_.empty() ? 0 : static_cast<uint64_t>(since.count());
  }
  if (settings.ok()) {
    auto proofs = journal_->Proofs(view.record.run);
    auto around = LookAround(view.record.run);
    if (proofs.ok() && around.ok()) {
      view.nodes = JudgeNodes(*settings, view.record, *proofs, *around);
      // What is shown must not be forgotten a moment later.
      KeepPulls(*settings, view.record, *proofs, *around, view.nodes);
      view.reasons = ReasonsAgainstRetiring(*settings, view.record, view.nodes, *around);
    } else {
      view.problem = (proofs.ok() ? around.status() : proofs.status()).message();
    }
    if (view.record.phase == HandoffPhase::kRetired) view.reasons.clear();
  }
  auto events = journal_->Events();
  if (events.ok()) view.events = *std::move(events);
  return view;
}

Result<std::string> HandoffEngine::ProbeDaemonSet() const {
  HandoffRecord record = journal_->record();
  if (record.probes.empty() || record.verified_s == 0) {
    return NotFound("there are no probes yet: start the handoff");
  }
  return FormatProbeDaemonSet(record.run, record.probes);
}

Result<std::string> HandoffEngine::Runbook() const {
  ASSIGN_OR_RETURN(HandoffSettings settings, ReadSettings());
  HandoffRecord record = journal_->record();
  if (record.hosts.empty()) record.hosts = HostsOf(*options_.catalog());
  std::vector<std::string> urls = options_.report_urls();
  return FormatRunbook(urls.empty() ? "https://ADDRESS" : urls[0], settings, record);
}

Result<std::string> HandoffEngine::CutoverFacts() const {
  ASSIGN_OR_RETURN(HandoffSettings settings, ReadSettings());
  HandoffRecord record = journal_->record();
  if (record.verified_s == 0 || record.registry != settings.registry) {
    return Denied(settings.registry +
                  " has not been read back yet: nodes that pulled from it would miss something;"
                  " start the handoff");
  }
  Cutover cutover;
  cutover.registry = settings.registry;
  cutover.address = settings.address;
  ASSIGN_OR_RETURN(cutover.ca, RegistryCa());
  cutover.upstreams = record.hosts;
  cutover.is_talos = settings.is_talos;
  cutover.nodes = settings.nodes;
  auto ntp = settings.replaced.find("ntp");
  if (ntp != settings.replaced.end()) cutover.time_servers.push_back(ntp->second);
  return cutover.Format();
}

Result<std::string> HandoffEngine::RegistryCa() const {
  ASSIGN_OR_RETURN(HandoffSettings settings, ReadSettings());
  if (!settings.ca.empty()) return settings.ca;
  return ReadWholeFile(env_, options_.ca_path, kPemMaxBytes);
}

Result<std::string> HandoffEngine::Receipt(bool is_signed) const {
  if (journal_->record().retired_s == 0) {
    return NotFound("there is no receipt: this appliance is not retired");
  }
  return ReadWholeFile(env_, options_.receipt_folder + (is_signed ? kSignedReceipt : kReceipt),
                       limits::json_default_max_bytes);
}

void HandoffEngine::Beat() {
  KeepMark();
  // Whoever pulls is seen and kept, even if nobody looks.
  if (IsVerified(journal_->record().phase)) (void)View();
}

void HandoffEngine::KeepMark() {
  bool is_retired = journal_->record().phase == HandoffPhase::kRetired;
  bool is_marked = access(options_.retired_path.c_str(), F_OK) == 0;
  if (is_retired == is_marked) return;
  if (!is_retired) {
    (void)env_->RemoveFile(options_.retired_path);
  } else {
    (void)WriteWholeFile(env_, options_.retired_path, journal_->record().registry + "\n",
                         kPublicMode);
  }
}

}  // namespace airgap
