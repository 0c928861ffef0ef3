// The handoff as controld offers it: what people and probes ask for over the network, what somebody
// at the console decides, and how far it is.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "cli/control_actions.h"
#include "cli/served_bundles.h"
#include "control/status.h"
#include "handoff/engine.h"
#include "net/http_server.h"

namespace airgap {

// GET: how far it is, as the status has it. Below it, POST: plan, start, retire, rollback,
// talos?node=NAME (after a login) and report (probe.h); GET: probe.yaml, runbook, cutover,
// registry-ca.pem, receipt.json and receipt.pem.
inline constexpr char kHandoffPath[] = "/api/v1/handoff";

class HandoffFront {
 public:
  struct Options {
    std::string folder;       // keeps the journal and the receipt; empty: there is no handoff
    bool is_kept = false;     // that outlives a power-off
    std::string site_folder;  // "handoff" and "name" in it
    std::string order_path;   // what somebody at the console decided; may be empty
    std::string ca_path;
    TlsFiles tls;
    std::string program_path;
    std::string retired_path;
  };

  // All of these must outlive it.
  static Result<std::unique_ptr<HandoffFront>> Open(Env* env, Options options,
                                                    ServedBundles* bundles,
                                                    const ServiceTable* services);

  void AddTo(ControlActions* actions);
  // Whether this is a path that Serve() answers.
  static bool Owns(const std::string& path);
  HttpResponse Serve(const HttpRequest& request);
  HandoffStatus Report() const;
  // Once a second.
  void Beat();

 private:
  HandoffFront(Env* env, Options options) : env_(env), options_(std::move(options)) {}
  HandoffSurroundings Surroundings() const;
  HttpResponse TakeReport(const HttpRequest& request);
  Status Obey(const std::string& order, const std::string& who);

  Env* const env_;
  const Options options_;
  const ServiceTable* services_ = nullptr;
  std::unique_ptr<HandoffEngine> engine_;
  mutable std::mutex mutex_;
  std::string order_problem_;  // guarded by mutex_
};

}  // namespace airgap
