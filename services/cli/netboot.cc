// cozy-airgap netboot: what the appliance does for machines that boot over the network, on any
// Linux host.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/boot_clock.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/serve_command.h"
#include "cli/site_file.h"
#include "net/adapters.h"

namespace airgap {
namespace {

struct NetbootCommandOptions {
  ServeOptions serve;
  std::string site_path;
  unsigned hours = limits::netboot_armed_default_h;
};

constexpr uint64_t kSecondsPerHour = 3600;

Status CheckPrograms(const ServeOptions& options) {
  if (access(options.front.dnsmasq.c_str(), X_OK) != 0) {
    return NotFound(options.front.dnsmasq + " is no program: install dnsmasq, or give --dnsmasq");
  }
  auto loaders = ReadBootLoaders(RealEnv(), options.netboot.loaders_folder);
  if (loaders.ok()) return OkStatus();
  return NotFound(loaders.status().message() + ": install ipxe, or give --ipxe");
}

Status CheckAdapters(const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    bool is_there = false;
    for (const AdapterAddress& adapter : AdapterAddresses()) is_there |= adapter.adapter == name;
    if (!is_there) return NotFound("--interface " + name + ": no adapter of this name has IPv4");
  }
  return OkStatus();
}

// Where dnsmasq keeps its leases, of this run alone.
Result<std::string> MakeRunFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "cozy-airgap-netboot.XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return ErrnoStatus(errno, "cannot make " + pattern);
  return pattern;
}

int RunNetboot(const CommandContext& context, NetbootCommandOptions options) {
  NetbootFrontOptions& front = options.serve.front;
  DhcpSettings settings;
  if (!options.site_path.empty()) {
    Result<SiteFile> file = OpenSiteFile(RealEnv(), options.site_path);
    if (!file.ok()) return context.Fail(file.status());
    if (!file->checked.mistakes.empty()) return FailSite(context, options.site_path, file->checked);
    Result<DhcpSettings> parsed = DhcpSettings::Parse(FormatNetboot(file->checked.site));
    if (!parsed.ok()) return context.Fail(parsed.status());
    settings = *std::move(parsed);
    if (!file->checked.site.machine_configs.empty() &&
        options.serve.netboot.configs_folder.empty()) {
      return context.Fail(InvalidArgument(
          options.site_path +
          " has machineConfigs: write them into a folder with 'cozy-airgap site open-configs', and"
          " give that with --machine-configs"));
    }
  }
  if (settings.mode == DhcpMode::kOff) {
    return context.Fail(InvalidArgument(options.site_path + " has netboot.mode off"));
  }
  Status fine = CheckPrograms(options.serve);
  if (fine.ok()) fine = CheckAdapters(front.adapters);
  if (!fine.ok()) return context.Fail(fine);
  Result<std::string> folder = MakeRunFolder();
  if (!folder.ok()) return context.Fail(folder.status());
  front.folder = *folder;
  front.tells_time = true;
  front.settings = std::move(settings);
  front.armed_until_s = SecondsSinceStart() + options.hours * kSecondsPerHour;
  options.serve.netboot.armed_path = *folder + "/armed";
  int exit_code = RunServe(context, std::move(options.serve));
  std::error_code ignored;
  std::filesystem::remove_all(*folder, ignored);
  return exit_code;
}

}  // namespace

void AddNetboot(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<NetbootCommandOptions>();
  ServeOptions& serve = options->serve;
  serve.http.tls_listen = ":5000";
  serve.http.plain_listen = ":80";
  serve.tftp_listen = ":69";
  serve.netboot.is_offered = true;
  serve.netboot.loaders_folder = "/usr/lib/ipxe";
  CLI::App* command = app.add_subcommand(
      "netboot",
      "serve bundles from this machine, and answer machines that boot over the network, beside the"
      " DHCP server that is there");
  command->add_option("--bundle", serve.bundles.paths, "a bundle, or a medium with bundles")
      ->required();
  command
      ->add_option("--interface", serve.front.adapters,
                   "the adapter that the machines are behind; may be repeated")
      ->required();
  command->add_option("--hours", options->hours, "for how long machines may boot from here")
      ->check(CLI::Range(1U, limits::netboot_armed_max_h))
      ->capture_default_str();
  command->add_option("--site", options->site_path,
                      "a site file: its netboot.mode, and what else is below netboot, counts here");
  AddMatchboxOption(command, &serve.netboot.folder);
  AddMachineConfigOptions(command, &serve.netboot);
  AddBootLoaderOption(command, &serve.netboot.loaders_folder)->capture_default_str();
  command->add_option("--dnsmasq", serve.front.dnsmasq, "the program")->capture_default_str();
  command->add_option("--state", serve.state_folder,
                      "folder that keeps the CA made here; ~/.local/state/cozy-airgap when left"
                      " out");
  command->callback([options, &context] {
    context.run = [options, &context] { return RunNetboot(context, *options); };
  });
}

}  // namespace airgap
