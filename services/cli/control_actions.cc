#include "cli/control_actions.h"

#include <charconv>
#include <cstdio>

#include "base/base64.h"
#include "base/boot_clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "control/configured_machines.h"
#include "control/page.h"
#include "netboot/arming.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr std::string_view kOriginScheme = "https://";

// A browser says where the page came from that sends this. Whoever is logged in here must not do
// what another site's page wants.
bool IsOfOtherSite(const HttpRequest& request) {
  std::string origin = request.Header("origin");
  return !origin.empty() && origin != std::string(kOriginScheme) + request.Header("host");
}

// Of credentials that were right (RFC 7617).
std::string UserOf(const HttpRequest& request) {
  std::string header = request.Header("authorization");
  std::string text =
      DecodeBase64(header.substr(std::min(header.find(' '), header.size()))).value_or("");
  return text.substr(0, text.find(':'));
}

}  // namespace

HttpResponse Line(int status, const std::string& line) {
  return HttpResponse::Text(status, "text/plain; charset=utf-8", line + "\n");
}

HttpResponse Done(const HttpRequest& request, const JsonBuilder& document) {
  if (request.Header("accept").find("text/html") == std::string::npos) {
    return HttpResponse::Text(200, "application/json", document.ToText() + "\n");
  }
  HttpResponse response = Line(303, "done");
  response.AddHeader("Location", "/");
  return response;
}

ControlActions::ControlActions(Env* env, ControlActionOptions options)
    : env_(env), options_(std::move(options)) {
  Add(kArmPath,
      [this](const HttpRequest& request, const std::string& user) { return Arm(request, user); });
  Add(kResetPath,
      [this](const HttpRequest& request, const std::string& user) { return Reset(request, user); });
}

std::shared_ptr<Logins> ControlActions::logins() const {
  std::lock_guard lock(mutex_);
  return logins_;
}

bool ControlActions::has_users() const { return logins() != nullptr; }

void ControlActions::ReadLogins() {
  if (options_.logins_path.empty()) return;
  Result<std::string> text =
      ReadWholeFile(env_, options_.logins_path, limits::logins_file_max_bytes);
  std::string now = text.ok() ? *text : "";
  if (now == logins_text_) return;
  logins_text_ = now;
  std::shared_ptr<Logins> read;
  if (!now.empty()) {
    Result<std::unique_ptr<Logins>> parsed = Logins::Parse(now, options_.logins_path);
    if (!parsed.ok()) fprintf(stderr, "controld: %s\n", parsed.status().message().c_str());
    if (parsed.ok()) read = *std::move(parsed);
  }
  std::lock_guard lock(mutex_);
  logins_ = std::move(read);
}

HttpResponse ControlActions::Arm(const HttpRequest& request, const std::string& user) {
  std::string text = request.Query("hours");
  unsigned hours = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hours);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
      hours > limits::netboot_armed_max_h) {
    return Line(400,
                "?hours= is a number from 0 to " + std::to_string(limits::netboot_armed_max_h));
  }
  Result<std::string> settings =
      ReadWholeFile(env_, options_.site_folder + "/netboot", limits::dhcp_settings_max_bytes);
  if (settings.ok() && settings->starts_with("mode off\n")) {
    return Line(409, "the site file has netboot.mode off: nothing boots from this machine");
  }
  Status written = WriteWholeFile(env_, options_.orders_folder + "/netboot",
                                  FormatArming(hours, SecondsSinceStart()), kPublicMode);
  if (!written.ok()) return Line(503, written.message());
  fprintf(stderr, "controld: %s at %s armed netboot for %u h\n", user.c_str(),
          request.client.c_str(), hours);
  JsonBuilder document;
  document.root().Put("armedHours", uint64_t{hours});
  return Done(request, document);
}

HttpResponse ControlActions::Reset(const HttpRequest& request, const std::string& user) {
  std::string mac = request.Query("mac");
  Status status = ResetMachine(env_, options_.configured_folder, mac);
  if (status.code() == Code::kInvalidArgument) return Line(400, status.message());
  if (status.code() == Code::kNotFound) return Line(404, status.message());
  if (!status.ok()) return Line(503, status.message());
  fprintf(stderr, "controld: %s at %s has %s start over\n", user.c_str(), request.client.c_str(),
          mac.c_str());
  JsonBuilder document;
  document.root().Put("reset", mac);
  return Done(request, document);
}

HttpResponse ControlActions::Serve(const HttpRequest& request) {
  if (request.method != "POST") {
    HttpResponse response = Line(405, "POST is what " + request.path + " takes");
    response.AddHeader("Allow", "POST");
    return response;
  }
  std::shared_ptr<Logins> logins = this->logins();
  if (!logins) return Line(403, "nobody may: the site file names no user in control.users");
  if (IsOfOtherSite(request)) return Line(403, "a page of another site may not ask for this");
  Status status = logins->Check(request.Header("authorization"));
  if (status.code() == Code::kUnavailable) {
    HttpResponse busy = Line(503, status.message());
    busy.AddHeader("Retry-After", "2");
    return busy;
  }
  if (!status.ok()) {
    HttpResponse response = Line(401, "log in as one of control.users of the site file");
    response.AddHeader("WWW-Authenticate", "Basic realm=\"cozy-airgap\", charset=\"UTF-8\"");
    return response;
  }
  return actions_.at(request.path)(request, UserOf(request));
}

}  // namespace airgap
