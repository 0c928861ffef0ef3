#include "cli/control_front.h"

#include <cstdio>

#include "base/limits.h"
#include "control/bundle_report.h"
#include "control/page.h"
#include "control/support_bundle.h"

namespace airgap {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
constexpr uint64_t kCaMaxBytes = 64 * limits::kKiB;
constexpr unsigned kStatusFileMode = 0640;

StatusFacts FactsOf(ServedBundles* source, const ControlFront::Options& options) {
  StatusFacts facts;
  facts.site_folder = options.site_folder;
  // Only an appliance has its adapters for itself.
  if (!options.site_folder.empty()) facts.adapters_folder = "/sys/class/net";
  facts.configured_folder = options.actions.configured_folder;
  facts.ca_path = options.ca_path;
  facts.urls = {"https://ADDRESS:5000", "https://ADDRESS/", "http://ADDRESS/ca.pem"};
  facts.known_bundles = [source] { return ReportBundles(*source->catalog()); };
  return facts;
}

}  // namespace

ControlFront::ControlFront(Env* env, ServedBundles* source, const Options& options)
    : env_(env),
      options_(options),
      status_(env, FactsOf(source, options_)),
      actions_(env, options_.actions) {}

Status ControlFront::OpenHandoff(ServedBundles* source) {
  if (options_.handoff.folder.empty()) return OkStatus();
  ASSIGN_OR_RETURN(handoff_,
                   HandoffFront::Open(env_, options_.handoff, source, &status_.services()));
  handoff_->AddTo(&actions_);
  status_.SetHandoff([this] { return handoff_->Report(); });
  return OkStatus();
}

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
      200, "application/x-tar",
      BuildSupportBundle({status_.Text(), options_.log_folder, options_.site_folder}));
  response.AddHeader("Content-Disposition", "attachment; filename=cozy-airgap-support.tar");
  response.AddHeader("Cache-Control", "no-store");
  return response;
}

// It shows what the services and machines say of themselves, so it is no place for anybody's
// script.
HttpResponse ControlFront::Page() const {
  Result<std::string> page = FormatPage(status_.Text(), actions_.has_users());
  if (!page.ok()) return HttpResponse::Text(503, kText, page.status().message() + "\n");
  HttpResponse response = HttpResponse::Text(200, "text/html; charset=utf-8", *std::move(page));
  response.AddHeader("Content-Security-Policy",
                     "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
                     " frame-ancestors 'none'; base-uri 'none'");
  response.AddHeader("X-Content-Type-Options", "nosniff");
  response.AddHeader("Cache-Control", "no-store");
  return response;
}

HttpResponse ControlFront::Serve(const HttpRequest& request) {
  if (actions_.Owns(request.path)) return actions_.Serve(request);
  if (handoff_ && HandoffFront::Owns(request.path)) return handoff_->Serve(request);
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        HttpResponse::Text(405, kText, request.method + " is not offered here\n");
    response.AddHeader("Allow", "GET, HEAD");
    return response;
  }
  if (request.path == "/") return Page();
  if (request.path == "/healthz") return HttpResponse::Text(200, kText, "ok\n");
  if (request.path == "/api/v1/status") return StatusResponse(status_);
  if (request.path == "/api/v1/support-bundle") return SupportBundle();
  if (request.path == "/ca.pem") {
    Result<std::string> pem = ReadWholeFile(env_, options_.ca_path, kCaMaxBytes);
    if (!pem.ok()) return HttpResponse::Text(404, kText, pem.status().message() + "\n");
    return HttpResponse::Text(200, "application/x-pem-file", *std::move(pem));
  }
  return HttpResponse::Text(404, kText,
                            "there is no " + request.path + "; see / and /api/v1/status\n");
}

void ControlFront::Beat() {
  actions_.ReadLogins();
  if (handoff_) handoff_->Beat();
  if (options_.status_file.empty()) return;
  Status written = WriteWholeFile(env_, options_.status_file, status_.Text(), kStatusFileMode);
  if (!written.ok() && !write_failed_) {
    fprintf(stderr, "controld: %s\n", written.message().c_str());
  }
  write_failed_ = !written.ok();
}

}  // namespace airgap
