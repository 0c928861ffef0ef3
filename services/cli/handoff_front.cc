#include "cli/handoff_front.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/limits.h"
#include "base/utc.h"
#include "cli/parallel.h"
#include "handoff/probe.h"
#include "net/addresses.h"

namespace airgap {
namespace {

constexpr char kJson[] = "application/json";
constexpr char kText[] = "text/plain; charset=utf-8";
constexpr char kPem[] = "application/x-pem-file";
constexpr size_t kOrderMaxBytes = 64;

HttpResponse NotNow(const Status& status) {
  int code = status.code() == Code::kDenied            ? 409
             : status.code() == Code::kNotFound        ? 404
             : status.code() == Code::kInvalidArgument ? 409
                                                       : 503;
  return Line(code, status.message());
}

HttpResponse TextOr404(const Result<std::string>& text, const char* type) {
  if (!text.ok()) return Line(404, text.status().message());
  HttpResponse response = HttpResponse::Text(200, type, *text);
  response.AddHeader("Cache-Control", "no-store");
  return response;
}

void PutTime(JsonNode object, const char* name, int64_t at_s) {
  if (at_s != 0) object.Put(name, FormatUtc(at_s));
}

// Seconds that are left at the pace of until now; 0: nobody knows.
uint64_t EtaOf(const HandoffView& view) {
  uint64_t done =
      view.progress.total_bytes > 0 ? view.progress.done_bytes : view.progress.done_count;
  uint64_t total =
      view.progress.total_bytes > 0 ? view.progress.total_bytes : view.progress.total_count;
  if (done == 0 || total <= done) return 0;
  return view.step_s * (total - done) / done;
}

std::string JsonOf(const HandoffView& view) {
  JsonBuilder document;
  JsonNode root = document.root();
  const HandoffRecord& record = view.record;
  root.Put("phase", NameOf(record.phase));
  root.Put("registry", record.registry);
  root.Put("problem", view.problem);
  root.Put("step", view.step);
  root.Put("doneBytes", view.progress.done_bytes);
  root.Put("totalBytes", view.progress.total_bytes);
  root.Put("doneCount", uint64_t{view.progress.done_count});
  root.Put("totalCount", uint64_t{view.progress.total_count});
  root.Put("etaSeconds", EtaOf(view));
  if (view.missing) {
    JsonNode missing = root.PutObject("missing");
    missing.Put("blobs", uint64_t{view.missing->blobs});
    missing.Put("bytes", view.missing->bytes);
    missing.Put("manifests", uint64_t{view.missing->manifests});
    missing.Put("line", view.missing->Line());
  }
  PutTime(root, "startedAt", record.started_s);
  PutTime(root, "pushedAt", record.pushed_s);
  PutTime(root, "verifiedAt", record.verified_s);
  PutTime(root, "retiredAt", record.retired_s);
  root.Put("tags", record.tags_count);
  root.Put("manifests", record.manifests_count);
  root.Put("blobs", record.blobs_count);
  root.Put("uploadedBytes", record.uploaded_bytes);
  root.Put("hashedBytes", record.hashed_bytes);
  JsonNode nodes = root.PutArray("nodes");
  for (const NodeState& node : view.nodes) {
    JsonNode object = nodes.AddObject();
    object.Put("name", node.node);
    object.Put("state", node.state);
    object.Put("detail", node.detail);
  }
  root.PutStrings("reasonsAgainstRetiring", view.reasons);
  JsonNode events = root.PutArray("events");
  for (const HandoffEvent& event : view.events) {
    JsonNode object = events.AddObject();
    object.Put("at", FormatUtc(event.at_s));
    object.Put("line", event.line);
  }
  return document.ToText(true) + "\n";
}

std::string StepLine(const HandoffView& view) {
  const HandoffProgress& now = view.progress;
  std::string line = "handoff to " + view.record.registry + ": " + view.step;
  uint64_t done = now.total_bytes > 0 ? now.done_bytes : now.done_count;
  uint64_t total = now.total_bytes > 0 ? now.total_bytes : now.total_count;
  if (total > 0) line += ", " + std::to_string(done * 100 / total) + " %";
  uint64_t eta = EtaOf(view);
  return eta == 0 ? line : line + ", about " + std::to_string(eta / 60 + 1) + " min left";
}

std::string PhaseLine(const HandoffView& view) {
  const HandoffRecord& record = view.record;
  if (record.phase == HandoffPhase::kRetired) {
    // A screen has 80 columns.
    return "this medium may be removed; retired at " + FormatUtc(record.retired_s);
  }
  if (record.phase == HandoffPhase::kRecovery) return "seeding again after it was retired";
  if (record.phase != HandoffPhase::kVerified && record.phase != HandoffPhase::kCutover) return "";
  size_t proven = 0;
  for (const NodeState& node : view.nodes) proven += node.state == node_state::kProven ? 1 : 0;
  return record.registry + " has everything; " + std::to_string(proven) + " of " +
         std::to_string(view.nodes.size()) + " nodes are proven to pull from it";
}

}  // namespace

Result<std::unique_ptr<HandoffFront>> HandoffFront::Open(Env* env, Options options,
                                                         ServedBundles* bundles,
                                                         const ServiceTable* services) {
  RETURN_IF_ERROR(MakeFolders(options.folder));
  std::unique_ptr<HandoffFront> front(new HandoffFront(env, std::move(options)));
  front->services_ = services;
  const Options& here = front->options_;
  HandoffEngine::Options engine;
  engine.journal_path = here.folder + "/journal.db";
  engine.is_kept = here.is_kept;
  engine.settings_path = here.site_folder + "/handoff";
  engine.program_path = here.program_path;
  engine.ca_path = here.ca_path;
  engine.certificate_path = here.tls.cert_path;
  engine.key_path = here.tls.key_path;
  engine.receipt_folder = here.folder;
  engine.retired_path = here.retired_path;
  engine.site_name_path = here.site_folder + "/name";
  engine.catalog = [bundles] { return bundles->catalog(); };
  engine.report_urls = [] {
    std::vector<std::string> urls;
    for (const std::string& address : MachineAddresses(false)) {
      bool is_v6 = address.find(':') != std::string::npos;
      urls.push_back("https://" + (is_v6 ? "[" + address + "]" : address));
    }
    return urls;
  };
  engine.surroundings = [raw = front.get()] { return raw->Surroundings(); };
  engine.run = [](size_t count, const std::function<bool(size_t)>& task) {
    RunParallel(limits::handoff_jobs_default_count, count, task);
  };
  ASSIGN_OR_RETURN(front->engine_, HandoffEngine::Open(env, std::move(engine)));
  return front;
}

HandoffSurroundings HandoffFront::Surroundings() const {
  HandoffSurroundings around;
  int64_t now = time(nullptr);
  for (const StatusInput::Service& service : services_->Report()) {
    for (const DependentReport& one : service.snapshot.dependents) {
      around.dependents.push_back({one.kind, one.line});
    }
    if (service.snapshot.unlisted_pull_idle_s) {
      uint64_t ago_s = *service.snapshot.unlisted_pull_idle_s + service.silent_s;
      around.unlisted_pull_s = std::max(around.unlisted_pull_s, now - static_cast<int64_t>(ago_s));
    }
    for (const ClientReport& client : service.snapshot.clients) {
      if (!client.pull_idle_s) continue;
      int64_t& pulled_s = around.pulls[client.address];
      pulled_s =
          std::max(pulled_s, now - static_cast<int64_t>(*client.pull_idle_s + service.silent_s));
    }
  }
  return around;
}

Status HandoffFront::Obey(const std::string& order, const std::string& who) {
  fprintf(stderr, "controld: %s: handoff %s\n", who.c_str(), order.c_str());
  if (order == "plan") return engine_->Plan();
  if (order == "start") return engine_->Start(who);
  if (order == "retire") return engine_->Retire(who);
  if (order == "rollback") return engine_->Rollback(who);
  return InvalidArgument("'" + order + "' is no order for the handoff");
}

void HandoffFront::AddTo(ControlActions* actions) {
  auto answer = [this](const HttpRequest& request, const Status& status) {
    if (!status.ok()) return NotNow(status);
    JsonBuilder document;
    document.root().Put("phase", NameOf(engine_->View().record.phase));
    return Done(request, document);
  };
  for (const char* order : {"plan", "start", "retire", "rollback"}) {
    std::string path = std::string(kHandoffPath) + "/" + order;
    actions->Add(path, [this, answer, order](const HttpRequest& request, const std::string& user) {
      return answer(request, Obey(order, user + " at " + request.client));
    });
  }
  actions->Add(std::string(kHandoffPath) + "/talos",
               [this, answer](const HttpRequest& request, const std::string& user) {
                 return answer(request, engine_->TakeTalosWord(user, request.Query("node")));
               });
}

bool HandoffFront::Owns(const std::string& path) {
  return path == kHandoffPath || path.starts_with(std::string(kHandoffPath) + "/");
}

HttpResponse HandoffFront::TakeReport(const HttpRequest& request) {
  ProbeReport report{request.Query("run"), request.Query("node"), request.Query("host"),
                     request.Query("proof"), request.client};
  Status status = engine_->TakeReport(report);
  if (status.code() == Code::kDenied) return Line(403, status.message());
  if (!status.ok()) return NotNow(status);
  return Line(200, "taken");
}

HttpResponse HandoffFront::Serve(const HttpRequest& request) {
  std::string rest = request.path.substr(sizeof kHandoffPath - 1);
  if (request.method == "POST" && request.path == kProbeReportPath) return TakeReport(request);
  if (request.method != "GET" && request.method != "HEAD") {
    return Line(405, request.method + " is not offered here");
  }
  if (rest.empty()) return TextOr404(JsonOf(engine_->View()), kJson);
  if (rest == "/probe.yaml") return TextOr404(engine_->ProbeDaemonSet(), "application/yaml");
  if (rest == "/runbook") return TextOr404(engine_->Runbook(), kText);
  if (rest == "/cutover") {
    Result<std::string> facts = engine_->CutoverFacts();
    return facts.ok() ? TextOr404(facts, kJson) : NotNow(facts.status());
  }
  if (rest == "/registry-ca.pem") return TextOr404(engine_->RegistryCa(), kPem);
  if (rest == "/receipt.json") return TextOr404(engine_->Receipt(false), kJson);
  if (rest == "/receipt.pem") return TextOr404(engine_->Receipt(true), kPem);
  return Line(404, "there is no " + request.path + "; see " + kHandoffPath);
}

HandoffStatus HandoffFront::Report() const {
  HandoffStatus status;
  HandoffView view = engine_->View();
  status.state = NameOf(view.record.phase);
  if (!view.is_offered && view.record.run.empty() && view.problem.empty()) return status;
  status.json = JsonOf(view);
  if (!view.step.empty()) status.notices.push_back(StepLine(view));
  bool is_before = view.record.phase == HandoffPhase::kSeeding;
  if (view.step.empty() && is_before && view.missing) {
    status.notices.push_back("the registry lacks " + view.missing->Line());
  }
  std::string phase = PhaseLine(view);
  if (!phase.empty()) status.notices.push_back(phase);
  if (!view.problem.empty()) status.problems.push_back("handoff: " + view.problem);
  std::lock_guard lock(mutex_);
  if (!order_problem_.empty()) status.problems.push_back("handoff: " + order_problem_);
  return status;
}

// An order is removed before it is obeyed: none is obeyed twice.
void HandoffFront::Beat() {
  engine_->Beat();
  if (options_.order_path.empty()) return;
  Result<std::string> order = ReadWholeFile(env_, options_.order_path, kOrderMaxBytes);
  if (!order.ok()) return;
  if (!env_->RemoveFile(options_.order_path).ok()) return;
  std::string word = order->substr(0, order->find('\n'));
  Status status = Obey(word, "somebody at the console");
  std::lock_guard lock(mutex_);
  order_problem_ = status.ok() ? "" : status.message();
}

}  // namespace airgap
