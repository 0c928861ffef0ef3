#include "cli/control_front.h"

#include <cstdio>

#include "base/limits.h"
#include "control/bundle_report.h"
#include "control/support_bundle.h"

namespace airgap {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
constexpr uint64_t kCaMaxBytes = 64 * limits::kKiB;
constexpr unsigned kStatusFileMode = 0640;

StatusFacts FactsOf(ServedBundles* source, const std::string& ca_path,
                    const std::string& site_folder) {
  StatusFacts facts;
  facts.site_folder = site_folder;
  // Only an appliance has its adapters for itself.
  if (!site_folder.empty()) facts.adapters_folder = "/sys/class/net";
  facts.ca_path = ca_path;
  facts.urls = {"https://ADDRESS:5000", "https://ADDRESS/api/v1/status", "http://ADDRESS/ca.pem"};
  facts.known_bundles = [source] { return ReportBundles(*source->catalog()); };
  return facts;
}

}  // namespace

ControlFront::ControlFront(Env* env, ServedBundles* source, std::string ca_path,
                           std::string status_file, std::string site_folder, std::string log_folder)
    : env_(env),
      ca_path_(std::move(ca_path)),
      status_file_(std::move(status_file)),
      site_folder_(std::move(site_folder)),
      log_folder_(std::move(log_folder)),
      status_(env, FactsOf(source, ca_path_, site_folder_)) {}

HttpResponse StatusResponse(const StatusSource& status) {
  HttpResponse response = HttpResponse::Text(200, "application/json", status.Text());
  response.AddHeader("Cache-Control", "no-store");
  return response;
}

HttpResponse ControlFront::SupportBundle() const {
  std::unique_lock lock(support_mutex_, std::try_to_lock);
  if (!lock) {
    HttpResponse busy = HttpResponse::Text(503, kText, "another support bundle is being made\n");
    busy.AddHeader("Retry-After", "2");
    return busy;
  }
  HttpResponse response = HttpResponse::Text(
      200, "application/x-tar", BuildSupportBundle({status_.Text(), log_folder_, site_folder_}));
  response.AddHeader("Content-Disposition", "attachment; filename=cozy-airgap-support.tar");
  response.AddHeader("Cache-Control", "no-store");
  return response;
}

HttpResponse ControlFront::Serve(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        HttpResponse::Text(405, kText, request.method + " is not offered here\n");
    response.AddHeader("Allow", "GET, HEAD");
    return response;
  }
  if (request.path == "/healthz") return HttpResponse::Text(200, kText, "ok\n");
  if (request.path == "/api/v1/status") return StatusResponse(status_);
  if (request.path == "/api/v1/support-bundle") return SupportBundle();
  if (request.path == "/ca.pem") {
    Result<std::string> pem = ReadWholeFile(env_, ca_path_, kCaMaxBytes);
    if (!pem.ok()) return HttpResponse::Text(404, kText, pem.status().message() + "\n");
    return HttpResponse::Text(200, "application/x-pem-file", *std::move(pem));
  }
  return HttpResponse::Text(404, kText, "there is no " + request.path + "; see /api/v1/status\n");
}

void ControlFront::WriteStatusFile() {
  if (status_file_.empty()) return;
  Status written = WriteWholeFile(env_, status_file_, status_.Text(), kStatusFileMode);
  if (!written.ok() && !write_failed_) {
    fprintf(stderr, "controld: %s\n", written.message().c_str());
  }
  write_failed_ = !written.ok();
}

}  // namespace airgap
