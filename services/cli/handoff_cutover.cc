// cozy-airgap handoff cutover: everything that has a site's nodes pull from the registry that has
// taken over, with the commands that apply it.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "cli/appliance_client.h"
#include "cli/command.h"
#include "cli/handoff_front.h"
#include "handoff/cutover.h"
#include "mirrors/cozystack_values.h"
#include "mirrors/mirror_files.h"
#include "site/checker.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;

struct CutoverOptions {
  ApplianceOptions appliance;
  std::string configs;
  std::string talos;
  std::string cozystack;
  std::string assets;
  std::string insecure_until;
  std::string folder;
};

// What is done to one node.
struct NodeCutover {
  std::string name;
  std::string talosctl;  // with its address
  std::vector<std::string> patches;

  std::string Command(const std::string& mode) const {
    std::string command = talosctl + " patch machineconfig " + mode;
    for (const std::string& path : patches) command.append(" --patch @").append(path);
    return command;
  }
  std::string Try() const { return Command("--mode=try --timeout=5m"); }
  std::string Keep() const { return Command("--mode=no-reboot"); }
};

Result<MirrorTarget> TargetOf(const Cutover& cutover) {
  MirrorTarget target;
  target.endpoint = cutover.registry;
  target.ca_pem = cutover.ca;
  target.upstreams = cutover.upstreams;
  target.time_servers = cutover.time_servers;
  target.is_prefixed = true;
  RETURN_IF_ERROR(target.Check());
  std::string host = target.Host();
  host = host.substr(0, host.rfind(':'));
  if (!cutover.address.empty() && cutover.address != host) {
    target.hosts.push_back({cutover.address, {host}});
  }
  return target;
}

// The machine config that the node has now.
Result<NodeConfig> ConfigOf(const std::string& path, const std::string& talosctl,
                            const MirrorTarget& target) {
  Result<std::string> text = ReadWholeFile(RealEnv(), path, limits::netboot_filled_max_bytes);
  if (text.status().code() == Code::kNotFound) {
    return NotFound(path + " is not there; this makes it: " + talosctl +
                    " get machineconfig v1alpha1 -o jsonpath='{.spec}' >" + path);
  }
  if (!text.ok()) return text.status();
  ASSIGN_OR_RETURN(NodeConfig config, NodeConfig::Read(*text, path));
  for (const std::string& host : config.unchecked) {
    // The patches end that of the registry itself.
    if (host == target.Host()) continue;
    std::string why = path;
    why.append(" does not have the certificate of ").append(host);
    why +=
        " checked (insecureSkipVerify): a cutover takes no such config; take that out, or render"
        " for that registry again without --insecure-until, and apply it";
    return Denied(why);
  }
  return config;
}

Result<NodeCutover> CutOverNode(const CutoverOptions& options, const MirrorTarget& target,
                                const HandoffSettings::Node& node) {
  // It names files here, and whoever answers for the appliance chose it.
  if (!IsHostName(node.name) || !(node.address.empty() || IsPlainText(node.address))) {
    return InvalidArgument("the appliance has a node '" + node.name + "', which is no name");
  }
  ASSIGN_OR_RETURN(TalosVersion version, TalosVersion::Parse(options.talos));
  NodeCutover made;
  made.name = node.name;
  made.talosctl = "talosctl -n " + (node.address.empty() ? node.name : node.address);
  ASSIGN_OR_RETURN(NodeConfig config,
                   ConfigOf(options.configs + "/" + node.name + ".yaml", made.talosctl, target));
  ASSIGN_OR_RETURN(TalosPatches patches,
                   FormatTalosPatches(target, version, SchemaFor(version, config), config));
  ASSIGN_OR_RETURN(made.patches,
                   WriteTalosPatches(RealEnv(), patches, options.folder + "/" + node.name));
  return made;
}

// Every node, before the first command may be run.
Result<std::vector<NodeCutover>> CutOverNodes(const CutoverOptions& options,
                                              const MirrorTarget& target, const Cutover& cutover) {
  if (options.talos.empty() || options.configs.empty()) {
    return InvalidArgument("the nodes are Talos nodes: give --talos and --configs");
  }
  std::vector<NodeCutover> nodes;
  nodes.reserve(cutover.nodes.size());
  for (const HandoffSettings::Node& node : cutover.nodes) {
    ASSIGN_OR_RETURN(NodeCutover made, CutOverNode(options, target, node));
    nodes.push_back(std::move(made));
  }
  return nodes;
}

Status WriteValues(const CutoverOptions& options, const MirrorTarget& target,
                   const std::string& path) {
  ASSIGN_OR_RETURN(CozystackVersion version, CozystackVersion::Parse(options.cozystack));
  ASSIGN_OR_RETURN(std::string text, FormatCozystackValues(target, version, options.assets));
  return WriteWholeFile(RealEnv(), path, text, kPublicMode);
}

void PrintNodes(const CommandContext& context, const std::vector<NodeCutover>& nodes) {
  if (nodes.empty()) return;
  context.Print("# First for five minutes only: Talos goes back by itself after that.");
  for (const NodeCutover& node : nodes) context.Print(node.Try());
  context.Print("# If each node still runs its pods and pulls, for good:");
  for (const NodeCutover& node : nodes) context.Print(node.Keep());
}

int RunCutover(const CommandContext& context, const CutoverOptions& options) {
  if (!options.insecure_until.empty()) {
    return context.Fail(
        InvalidArgument("a cutover is for good: it has every certificate checked, and takes no"
                        " --insecure-until; 'mirrors render' does, for some days"));
  }
  JsonBuilder document;
  JsonNode root = document.root();
  std::vector<NodeCutover> nodes;
  std::vector<std::string> notes;
  Status status = [&]() -> Status {
    ASSIGN_OR_RETURN(auto appliance, ApplianceClient::Open(options.appliance));
    ASSIGN_OR_RETURN(std::string text,
                     appliance->Ask("GET", std::string(kHandoffPath) + "/cutover"));
    ASSIGN_OR_RETURN(Cutover cutover, Cutover::Parse(text));
    ASSIGN_OR_RETURN(MirrorTarget target, TargetOf(cutover));
    RETURN_IF_ERROR(MakeFolders(options.folder));
    if (cutover.is_talos) {
      ASSIGN_OR_RETURN(nodes, CutOverNodes(options, target, cutover));
    } else {
      std::string hosts = options.folder + "/hosts";
      RETURN_IF_ERROR(WriteHostsToml(RealEnv(), target, hosts));
      root.Put("hosts", hosts);
      notes.push_back("copy " + hosts + "/ to where config_path of each node's containerd points");
    }
    if (options.cozystack.empty()) return OkStatus();
    std::string values = options.folder + "/cozystack-values.yaml";
    RETURN_IF_ERROR(WriteValues(options, target, values));
    root.Put("cozystackValues", values);
    notes.push_back(values + " has Cozystack's values, and whom they do not reach");
    return OkStatus();
  }();
  if (!status.ok()) return context.Fail(status);
  JsonNode list = root.PutArray("nodes");
  for (const NodeCutover& node : nodes) {
    JsonNode object = list.AddObject();
    object.Put("name", node.name);
    object.PutStrings("patches", node.patches);
    object.Put("try", node.Try());
    object.Put("keep", node.Keep());
  }
  if (context.json) context.PrintJson(document);
  PrintNodes(context, nodes);
  for (const std::string& note : notes) context.Print("# " + note);
  return kExitFine;
}

}  // namespace

void AddHandoffCutover(CLI::App& handoff, CommandContext& context) {
  auto options = std::make_shared<CutoverOptions>();
  CLI::App* command = handoff.add_subcommand(
      "cutover",
      "once the registry has everything: write what has every listed node pull from it, and print"
      " the commands that apply it, to try first, and then to keep");
  command->add_option("--appliance", options->appliance.address, "its address, as on its console")
      ->required();
  options->appliance.AddTrustTo(command);
  command->add_option("--configs", options->configs,
                      "a folder with NODE.yaml for each listed node, the machine config that it"
                      " has; with talm, what `talm template --full` makes");
  command->add_option("--talos", options->talos, "the nodes' version of Talos, like v1.13.6");
  CLI::Option* cozystack = command->add_option(
      "--cozystack", options->cozystack, "Cozystack's version, like v1.6.2: its values as well");
  command
      ->add_option("--assets", options->assets,
                   "where /image/... paths are, as 'registry render' sets it up")
      ->needs(cozystack);
  command->add_option("--insecure-until", options->insecure_until, "refused")->group("");
  command->add_option("--dir", options->folder, "where to write all that")->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunCutover(context, *options); };
  });
}

}  // namespace airgap
