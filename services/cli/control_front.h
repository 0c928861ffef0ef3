// What controld answers over HTTPS, and the status file it keeps for the console.
#pragma once

#include <mutex>
#include <string>

#include "cli/served_bundles.h"
#include "control/status_source.h"
#include "net/http_server.h"

namespace airgap {

class ControlFront {
 public:
  // `site_folder`: of ReadSiteReport(), and `log_folder`: of SupportInput; may be empty.
  ControlFront(Env* env, ServedBundles* source, std::string ca_path, std::string status_file,
               std::string site_folder, std::string log_folder);

  ServiceTable& services() { return status_.services(); }
  // Safe to call from several threads.
  HttpResponse Serve(const HttpRequest& request) const;
  // Once a second. What goes wrong is printed once, until it goes right again.
  void WriteStatusFile();

 private:
  HttpResponse SupportBundle() const;

  Env* const env_;
  const std::string ca_path_;
  const std::string status_file_;
  const std::string site_folder_;
  const std::string log_folder_;
  StatusSource status_;
  bool write_failed_ = false;
  mutable std::mutex support_mutex_;  // one support bundle at a time
};

// GET and HEAD of a status document.
HttpResponse StatusResponse(const StatusSource& status);

}  // namespace airgap
