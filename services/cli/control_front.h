// What controld answers over HTTPS, and the status file it keeps for the console.
#pragma once

#include <string>

#include "cli/bundle_source.h"
#include "control/status_source.h"
#include "net/http_server.h"

namespace airgap {

class ControlFront {
 public:
  // `site_folder`: of ReadSiteReport(); may be empty.
  ControlFront(Env* env, BundleSource* source, std::string ca_path, std::string status_file,
               const std::string& site_folder);

  ServiceTable& services() { return status_.services(); }
  // Safe to call from several threads.
  HttpResponse Serve(const HttpRequest& request) const;
  // Once a second. What goes wrong is printed once, until it goes right again.
  void WriteStatusFile();

 private:
  Env* const env_;
  const std::string ca_path_;
  const std::string status_file_;
  StatusSource status_;
  bool write_failed_ = false;
};

// GET and HEAD of a status document.
HttpResponse StatusResponse(const StatusSource& status);

}  // namespace airgap
