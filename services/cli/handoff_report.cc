// cozy-airgap handoff report: what runs in a probe on a node (handoff/probe.h).
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/limits.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/stop_signal.h"
#include "handoff/probe.h"
#include "net/http_client.h"

namespace airgap {
namespace {

constexpr auto kAskAgain = std::chrono::seconds(5);

struct ReportOptions {
  std::string path;
  std::string node;
  bool stays = false;
};

// False: stopped meanwhile.
bool Wait(std::chrono::milliseconds length, const std::atomic<bool>* stop) {
  constexpr auto kStep = std::chrono::milliseconds(100);
  for (; length.count() > 0 && !*stop; length -= kStep) std::this_thread::sleep_for(kStep);
  return !*stop;
}

Status ReportTo(HttpClient* client, const std::string& base, const ProbeSettings& settings,
                const std::string& node) {
  HttpCall call;
  call.method = "POST";
  call.url = base + kProbeReportPath + "?run=" + EscapeQuery(settings.run) +
             "&node=" + EscapeQuery(node) + "&host=" + EscapeQuery(settings.host) +
             "&proof=" + ProbeProof(settings.key, node);
  ASSIGN_OR_RETURN(HttpReply reply,
                   client->Do(call, [](const HttpReply&, ByteSpan) { return OkStatus(); }));
  if (reply.status == 200) return OkStatus();
  return Unavailable(base + " says " + std::to_string(reply.status) + ": " +
                     reply.error_body.substr(0, reply.error_body.find('\n')));
}

// At one of its addresses; nodes may reach some and not others.
Status ReportSomewhere(HttpClient* client, const ProbeSettings& settings, const std::string& node) {
  Status last;
  for (const std::string& url : settings.urls) {
    last = ReportTo(client, url, settings, node);
    if (last.ok()) return last;
  }
  return last;
}

int RunReport(const CommandContext& context, const ReportOptions& options) {
  const std::atomic<bool>* stop = StopOnSignal();
  Result<std::string> text =
      ReadWholeFile(RealEnv(), options.path, limits::handoff_settings_max_bytes);
  if (!text.ok()) return context.Fail(text.status());
  Result<ProbeSettings> settings = ProbeSettings::Parse(*text);
  if (!settings.ok()) return context.Fail(settings.status());
  std::string node = options.node.empty() ? EnvironmentValue("NODE_NAME") : options.node;
  if (node.empty()) {
    return context.Fail(InvalidArgument("whose report is it? Give --node, or set NODE_NAME"));
  }
  HttpClientOptions client_options;
  client_options.ca_text = settings->ca;
  client_options.user_agent = std::string("cozy-airgap/") + kVersion;
  client_options.stop = stop;
  auto client = HttpClient::Create(std::move(client_options));
  if (!client.ok()) return context.Fail(client.status());
  std::string said;
  for (;;) {
    Status status = ReportSomewhere(client->get(), *settings, node);
    if (status.ok()) break;
    // Each trouble once: this may go on for long.
    if (status.message() != said) fprintf(stderr, "cozy-airgap: %s\n", status.message().c_str());
    said = status.message();
    if (!Wait(kAskAgain, stop)) return kExitCouldNot;
  }
  context.Print(node + " pulled this from the registry that takes over, as " + settings->host +
                "; the appliance knows");
  // A DaemonSet would start it again and again.
  while (options.stays && Wait(kAskAgain, stop)) {
  }
  return kExitFine;
}

}  // namespace

void AddHandoffReport(CLI::App& handoff, CommandContext& context) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = handoff.add_subcommand(
      "report", "in a probe image, on a node: tell the appliance where this was pulled from");
  command->add_option("FILE", options->path, "the probe's settings")->required();
  command->add_option("--node", options->node, "the node's name; $NODE_NAME when left out");
  command->add_flag("--stay", options->stays, "do not end once it is told");
  command->callback([&context, options] {
    context.run = [&context, options] { return RunReport(context, *options); };
  });
}

}  // namespace airgap
