// What controld answers over HTTPS (page, API), and the status file it keeps for the console.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "cli/control_actions.h"
#include "cli/handoff_front.h"
#include "cli/served_bundles.h"
#include "control/status_source.h"
#include "net/http_server.h"

namespace airgap {

class ControlFront {
 public:
  struct Options {
    std::string ca_path;
    std::string status_file;  // may be empty, as all of these
    std::string site_folder;  // of ReadSiteReport()
    std::string log_folder;   // of SupportInput
    ControlActionOptions actions;
    HandoffFront::Options handoff;
  };
  ControlFront(Env* env, ServedBundles* source, const Options& options);

  ServiceTable& services() { return status_.services(); }
  // After the services' events come in: opens the handoff, if there is one.
  Status OpenHandoff(ServedBundles* source);
  // Safe to call from several threads.
  HttpResponse Serve(const HttpRequest& request);
  // Once a second: writes the status file. What goes wrong is printed once, until it goes right
  // again.
  void Beat();

 private:
  HttpResponse SupportBundle() const;
  HttpResponse Page() const;

  Env* const env_;
  const Options options_;
  StatusSource status_;
  ControlActions actions_;
  std::unique_ptr<HandoffFront> handoff_;  // null: there is none
  bool write_failed_ = false;
  mutable std::mutex support_mutex_;  // one support bundle at a time
};

// GET and HEAD of a status document.
HttpResponse StatusResponse(const StatusSource& status);

}  // namespace airgap
