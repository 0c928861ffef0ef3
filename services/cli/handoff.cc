// cozy-airgap handoff plan | start | status | talos | retire | rollback: asks an appliance for it,
// as its page does.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "base/limits.h"
#include "cli/appliance_client.h"
#include "cli/command.h"
#include "cli/handoff_front.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "net/http_client.h"

namespace airgap {
namespace {

struct HandoffCommandOptions {
  ApplianceOptions appliance;
  std::string user;
  std::string node;
  bool waits = false;
};

constexpr auto kLookAgain = std::chrono::seconds(1);

std::string TextOf(JsonView object, const char* key) { return object[key].StringOr(""); }

void PrintView(const CommandContext& context, JsonView root) {
  context.Print("phase      " + TextOf(root, "phase"));
  context.Print("registry   " + TextOf(root, "registry"));
  std::string missing = TextOf(root["missing"], "line");
  if (!missing.empty()) context.Print("missing    " + missing);
  if (!TextOf(root, "step").empty()) context.Print("now        " + TextOf(root, "step"));
  if (!TextOf(root, "problem").empty()) context.Print("stopped    " + TextOf(root, "problem"));
  root["nodes"].ForEach([&](JsonView node) {
    std::string detail = TextOf(node, "detail");
    context.Print("node       " + TextOf(node, "name") + ": " + TextOf(node, "state") +
                  (detail.empty() ? "" : ", " + detail));
    return true;
  });
  root["reasonsAgainstRetiring"].ForEach([&](JsonView reason) {
    context.Print("not yet    " + reason.StringOr(""));
    return true;
  });
}

// Until it has nothing more to do; shows how far it is.
Result<std::string> WaitForEnd(const CommandContext& context, ApplianceClient* appliance) {
  std::unique_ptr<ProgressLine> line;
  std::string step;
  for (;;) {
    ASSIGN_OR_RETURN(std::string text, appliance->Ask("GET", kHandoffPath));
    ASSIGN_OR_RETURN(JsonDocument document,
                     JsonDocument::Parse(text, limits::json_default_max_bytes, "the answer"));
    JsonView root = document.root();
    std::string now = TextOf(root, "step");
    if (now.empty() && TextOf(root, "phase") != "pushing") return text;
    if (now != step) {
      line.reset();
      if (!now.empty()) {
        line = std::make_unique<ProgressLine>(now, context.quiet || context.json);
      }
      step = now;
    }
    uint64_t total = root["totalBytes"].Uint().value_or(0);
    if (line && total > 0) line->Update(root["doneBytes"].Uint().value_or(0), total, "");
    if (line && total == 0) {
      line->UpdateCount(root["doneCount"].Uint().value_or(0), root["totalCount"].Uint().value_or(0),
                        "");
    }
    if (*StopOnSignal()) return Unavailable("stopped looking; the appliance goes on");
    std::this_thread::sleep_for(kLookAgain);
  }
}

int RunAsk(const CommandContext& context, const HandoffCommandOptions& options,
           const std::string& order) {
  auto appliance = ApplianceClient::Open(options.appliance);
  if (!appliance.ok()) return context.Fail(appliance.status());
  if (order != "status") {
    if (options.user.empty()) {
      return context.Fail(InvalidArgument("who are you? Give --user, one of control.users"));
    }
    Status status = (*appliance)->LogIn(options.user);
    const std::string path = std::string(kHandoffPath) + "/" + order;
    std::string query = order == "talos" ? "?node=" + EscapeQuery(options.node) : "";
    if (status.ok()) status = (*appliance)->Ask("POST", path + query).status();
    if (!status.ok()) return context.Fail(status);
  }
  Result<std::string> text = options.waits ? WaitForEnd(context, appliance->get())
                                           : (*appliance)->Ask("GET", kHandoffPath);
  if (!text.ok()) return context.Fail(text.status());
  auto document = JsonDocument::Parse(*text, limits::json_default_max_bytes, "the answer");
  if (!document.ok()) return context.Fail(document.status());
  if (context.json) {
    JsonBuilder out;
    document->root().ForEachMember([&](std::string_view key, JsonView member) {
      out.root().PutView(key, member);
      return true;
    });
    context.PrintJson(out);
  }
  PrintView(context, document->root());
  bool has_failed = options.waits && !TextOf(document->root(), "problem").empty();
  return has_failed ? kExitCheckFailed : kExitFine;
}

CLI::App* AddOrder(CLI::App& handoff, CommandContext& context, const char* name, const char* about,
                   const std::shared_ptr<HandoffCommandOptions>& options) {
  CLI::App* command = handoff.add_subcommand(name, about);
  command->add_option("--appliance", options->appliance.address, "its address, as on its console")
      ->required();
  options->appliance.AddTrustTo(command);
  if (std::string(name) != "status") {
    command->add_option("--user", options->user,
                        "one of control.users of its site file; the password is asked for, or is in"
                        " $AIRGAP_PASSWORD");
  }
  std::string order = name;
  command->callback([&context, options, order] {
    context.run = [&context, options, order] { return RunAsk(context, *options, order); };
  });
  return command;
}

}  // namespace

void AddHandoff(CLI::App& handoff, CommandContext& context) {
  auto options = std::make_shared<HandoffCommandOptions>();
  auto plan = std::make_shared<HandoffCommandOptions>();
  plan->waits = true;
  AddOrder(handoff, context, "plan",
           "have an appliance look what the registry of its site file lacks, and change nothing",
           plan);
  AddOrder(handoff, context, "start",
           "have an appliance push everything to the registry of its site file, and read it back",
           options)
      ->add_flag("--wait", options->waits, "show how far it is, until it is done");
  AddOrder(handoff, context, "status", "show how far the handoff is, and which nodes are proven",
           options)
      ->add_flag("--wait", options->waits, "until it is done with what it does now");
  AddOrder(handoff, context, "talos",
           "say that Talos itself pulled its probe on a node: the runbook has the command", options)
      ->add_option("NODE", options->node, "as the site file has it")
      ->required();
  AddOrder(handoff, context, "retire",
           "end the appliance's service, if nothing depends on it any more", options);
  AddOrder(handoff, context, "rollback", "have the appliance serve again, from any state", options);
}

}  // namespace airgap
