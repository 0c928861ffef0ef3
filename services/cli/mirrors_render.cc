// cozy-airgap mirrors render: patches that have nodes pull from one registry.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <set>

#include "base/limits.h"
#include "base/utc.h"
#include "cli/command.h"
#include "cli/open_files.h"
#include "mirrors/cozystack_values.h"
#include "mirrors/mirror_files.h"
#include "mirrors/talos_patch.h"
#include "store/catalog.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr int64_t kInsecureDaysMax = 7;
constexpr char kCozystackFile[] = "cozystack-values.yaml";

struct RenderOptions {
  std::vector<std::string> bundles;
  std::vector<std::string> upstreams;
  std::string endpoint;
  std::string ca_path;
  std::vector<std::string> hosts;
  std::vector<std::string> time_servers;
  std::string talos;
  std::string schema;
  std::string node_config;
  bool is_for_containerd = false;
  bool is_prefixed = false;
  std::string cozystack;
  std::string assets;
  std::string insecure_until;
  std::string folder;
};

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// The registries that the bundles are made from, and those that were named.
Result<std::vector<std::string>> Upstreams(const RenderOptions& options) {
  std::set<std::string> hosts(options.upstreams.begin(), options.upstreams.end());
  if (!options.bundles.empty()) {
    ASSIGN_OR_RETURN(auto bundles, OpenEvery(options.bundles));
    for (const std::string& name : Catalog::Build(std::move(bundles))->RepositoryNames()) {
      hosts.insert(name.substr(0, name.find('/')));
    }
  }
  return std::vector<std::string>(hosts.begin(), hosts.end());
}

// A day that is soon, and not over yet (UTC).
Status CheckInsecureUntil(const std::string& day) {
  constexpr int64_t kSecondsPerDay = 86400;
  auto begin = ParseUtc(day + "T00:00:00Z");
  if (!begin) return InvalidArgument("--insecure-until " + day + ": want a day like 2026-12-01");
  int64_t end = *begin + kSecondsPerDay;
  int64_t now = RealEnv()->NowUnixSeconds();
  if (end <= now) {
    return InvalidArgument("--insecure-until " + day +
                           " is over: give the registry a certificate"
                           " that --ca issued");
  }
  if (*begin > now + kInsecureDaysMax * kSecondsPerDay) {
    return InvalidArgument("--insecure-until " + day + " is more than " +
                           std::to_string(kInsecureDaysMax) + " days away");
  }
  return OkStatus();
}

Result<MirrorTarget> TargetOf(const RenderOptions& options) {
  MirrorTarget target;
  target.endpoint = options.endpoint;
  target.time_servers = options.time_servers;
  target.is_prefixed = options.is_prefixed;
  if (!options.insecure_until.empty()) {
    RETURN_IF_ERROR(CheckInsecureUntil(options.insecure_until));
    target.insecure_until = options.insecure_until;
  }
  ASSIGN_OR_RETURN(target.ca_pem,
                   ReadWholeFile(RealEnv(), options.ca_path, limits::identity_max_bytes));
  ASSIGN_OR_RETURN(target.upstreams, Upstreams(options));
  for (const std::string& host : options.hosts) {
    size_t equals = host.find('=');
    if (equals == std::string::npos) {
      return InvalidArgument("--host " + host + " is not of the form ADDRESS=NAME,NAME");
    }
    target.hosts.push_back({host.substr(0, equals), Split(host.substr(equals + 1), ',')});
  }
  return target;
}

Result<NodeConfig> ConfigOf(const RenderOptions& options) {
  if (options.node_config.empty()) return NodeConfig();
  ASSIGN_OR_RETURN(std::string text,
                   ReadWholeFile(RealEnv(), options.node_config, limits::netboot_filled_max_bytes));
  return NodeConfig::Read(text, options.node_config);
}

Result<TalosPatches> Render(const RenderOptions& options) {
  ASSIGN_OR_RETURN(TalosVersion version, TalosVersion::Parse(options.talos));
  ASSIGN_OR_RETURN(NodeConfig config, ConfigOf(options));
  ASSIGN_OR_RETURN(MirrorTarget target, TargetOf(options));
  TalosSchema schema = SchemaFor(version, config);
  if (!options.schema.empty()) {
    schema = options.schema == "old" ? TalosSchema::kOld : TalosSchema::kNew;
  }
  return FormatTalosPatches(target, version, schema, config);
}

int RunContainerd(const CommandContext& context, const RenderOptions& options) {
  Status status = [&]() -> Status {
    ASSIGN_OR_RETURN(MirrorTarget target, TargetOf(options));
    return WriteHostsToml(RealEnv(), target, options.folder);
  }();
  if (!status.ok()) return context.Fail(status);
  if (context.json) {
    JsonBuilder document;
    document.root().Put("folder", options.folder);
    context.PrintJson(document);
  }
  context.Print(options.folder + " is what config_path of containerd's registry plugin names");
  return kExitFine;
}

int RunCozystack(const CommandContext& context, const RenderOptions& options) {
  std::string path = options.folder + "/" + kCozystackFile;
  Status status = [&]() -> Status {
    ASSIGN_OR_RETURN(CozystackVersion version, CozystackVersion::Parse(options.cozystack));
    ASSIGN_OR_RETURN(MirrorTarget target, TargetOf(options));
    ASSIGN_OR_RETURN(std::string text, FormatCozystackValues(target, version, options.assets));
    RETURN_IF_ERROR(MakeFolders(options.folder));
    return WriteWholeFile(RealEnv(), path, text, kPublicMode);
  }();
  if (!status.ok()) return context.Fail(status);
  if (context.json) {
    JsonBuilder document;
    document.root().Put("file", path);
    context.PrintJson(document);
  }
  context.Print(path + " has the values, and whom they do not reach");
  return kExitFine;
}

int RunRender(const CommandContext& context, const RenderOptions& options) {
  if (options.is_for_containerd) return RunContainerd(context, options);
  if (!options.cozystack.empty()) return RunCozystack(context, options);
  Result<TalosPatches> patches = Render(options);
  if (!patches.ok()) return context.Fail(patches.status());
  auto paths = WriteTalosPatches(RealEnv(), *patches, options.folder);
  if (!paths.ok()) return context.Fail(paths.status());
  JsonBuilder document;
  JsonNode files = document.root().PutArray("patches");
  std::string arguments;
  for (const std::string& path : *paths) {
    files.Add(path);
    arguments.append(" --patch @").append(path);
  }
  if (context.json) context.PrintJson(document);
  if (options.node_config.empty()) {
    context.Print(
        "# nothing is removed: with --node-config mirrors, time servers and discovery"
        " services of a node's own are");
  }
  context.Print("talosctl -n NODE patch machineconfig --mode=no-reboot" + arguments);
  return kExitFine;
}

}  // namespace

void AddMirrorsRender(CLI::App& mirrors, CommandContext& context) {
  auto options = std::make_shared<RenderOptions>();
  CLI::App* command = mirrors.add_subcommand(
      "render",
      "write Talos patches that have nodes pull from one registry and no other, trust its CA, and"
      " ask the site's time servers; and print the command that applies them");
  command->add_option("--bundle", options->bundles,
                      "a bundle: the registry stands for those that it was made from; may be"
                      " repeated");
  command->add_option("--upstream", options->upstreams,
                      "one more registry that it stands for, like factory.talos.dev");
  command->add_option("--endpoint", options->endpoint, "the registry: https://HOST:PORT")
      ->required();
  command->add_option("--ca", options->ca_path, "PEM: the CA that issued its certificate")
      ->required();
  command->add_option("--host", options->hosts,
                      "ADDRESS=NAME,NAME for nodes whose DNS does not know the registry's name");
  command->add_option("--ntp", options->time_servers, "a time server; may be repeated");
  CLI::Option_group* kind = command->add_option_group("for whom");
  kind->add_option("--talos", options->talos, "Talos nodes of this version, like v1.13.6: patches");
  kind->add_flag("--containerd", options->is_for_containerd,
                 "containerd on any machine: a folder with hosts.toml for each registry");
  CLI::Option* cozystack =
      kind->add_option("--cozystack", options->cozystack,
                       "Cozystack itself, of this version, like v1.6.2: its values, and a list of"
                       " who is not reached by any");
  kind->require_option(1);
  command
      ->add_option("--assets", options->assets,
                   "for --cozystack: where /image/... paths are, as 'registry render' sets it up")
      ->needs(cozystack);
  command->add_option(
      "--insecure-until", options->insecure_until,
      "YYYY-MM-DD, at most a week away: until then the registry's certificate is not"
      " checked; every file says so");
  command->add_flag(
      "--prefixed", options->is_prefixed,
      "the registry is one that 'cozy-airgap push' filled: what was at ghcr.io/x is at"
      " ghcr.io/x there");
  command->add_option("--node-config", options->node_config,
                      "the machine config of a node, whose form is kept and whose own mirrors and"
                      " time servers are taken away first");
  command
      ->add_option("--schema", options->schema,
                   "old: machine.registries; new: documents of their own, since Talos 1.12; what"
                   " the config uses, or else its version, when left out")
      ->check(CLI::IsMember({"old", "new"}));
  command
      ->add_option("--dir", options->folder,
                   "where to write 1-remove.yaml and 2-add.yaml, or the folders of hosts.toml, or"
                   " cozystack-values.yaml")
      ->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunRender(context, *options); };
  });
}

}  // namespace airgap
