// What controld answers over HTTPS (page, API), and the status file it keeps for the console.
#pragma once

#include <mutex>
#include <string>

#include "cli/control_actions.h"
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
  };
  ControlFront(Env* env, ServedBundles* source, const Options& options);

  ServiceTable& services() { return status_.services(); }
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
  bool write_failed_ = false;
  mutable std::mutex support_mutex_;  // one support bundle at a time
};

// GET and HEAD of a status document.
HttpResponse StatusResponse(const StatusSource& status);

}  // namespace airgap
