#include "cli/netboot_setup.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/env.h"
#include "base/limits.h"
#include "net/listen.h"

namespace airgap {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> JsonFilesIn(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".json") continue;
    if (paths.size() == limits::netboot_files_max_count) {
      return LimitExceeded(folder + " has more than " +
                           std::to_string(limits::netboot_files_max_count) + " files");
    }
    paths.push_back(at->path());
  }
  if (error) return ErrnoStatus(error.value(), "cannot read " + folder);
  std::sort(paths.begin(), paths.end());
  return paths;
}

Status AddAll(const std::string& folder, NetbootPlan* plan,
              Status (NetbootPlan::*add)(std::string_view, const std::string&)) {
  ASSIGN_OR_RETURN(std::vector<std::string> paths, JsonFilesIn(folder));
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string text,
                     ReadWholeFile(RealEnv(), path, limits::netboot_file_max_bytes));
    RETURN_IF_ERROR((plan->*add)(text, path));
  }
  return OkStatus();
}

// Every file of a folder that need not be there.
Status AddTemplates(const std::string& top, const std::string& kind, NetbootPlan* plan) {
  std::string folder = top;
  folder.append("/").append(kind);
  auto names = RealEnv()->ListFiles(folder);
  if (names.status().code() == Code::kNotFound) return OkStatus();
  if (!names.ok()) return names.status();
  if (names->size() > limits::netboot_files_max_count) {
    return LimitExceeded(folder + " has more than " +
                         std::to_string(limits::netboot_files_max_count) + " files");
  }
  for (const std::string& name : *names) {
    std::string path = folder;
    path.append("/").append(name);
    ASSIGN_OR_RETURN(std::string text,
                     ReadWholeFile(RealEnv(), path, limits::netboot_file_max_bytes));
    RETURN_IF_ERROR(plan->AddTemplate(kind, name, std::move(text)));
  }
  return OkStatus();
}

// Reads the folder. kInvalidArgument or kCorrupt: what is wrong in which file.
Result<std::shared_ptr<const NetbootPlan>> ReadNetbootPlan(const NetbootOptions& options) {
  auto plan = std::make_shared<NetbootPlan>();
  if (options.folder.empty()) return std::shared_ptr<const NetbootPlan>(plan);
  RETURN_IF_ERROR(AddAll(options.folder + "/profiles", plan.get(), &NetbootPlan::AddProfile));
  RETURN_IF_ERROR(AddAll(options.folder + "/groups", plan.get(), &NetbootPlan::AddGroup));
  for (const char* kind : {"generic", "ignition"}) {
    RETURN_IF_ERROR(AddTemplates(options.folder, kind, plan.get()));
  }
  RETURN_IF_ERROR(plan->Check());
  if (plan->has_groups()) return std::shared_ptr<const NetbootPlan>(plan);
  return InvalidArgument(options.folder +
                         "/groups has no group: every machine would boot from its"
                         " disk; leave --matchbox out to boot what the bundles carry");
}

Status OfferConfigs(const NetbootOptions& options, const std::string& ca_path,
                    const std::string& tls_listen, Serving* serving) {
  if (options.configs_folder.empty()) return OkStatus();
  std::error_code error;
  if (!fs::is_directory(options.configs_folder, error)) {
    return NotFound("--machine-configs " + options.configs_folder + " is no folder");
  }
  if (!options.configured_folder.empty()) RETURN_IF_ERROR(MakeFolders(options.configured_folder));
  ASSIGN_OR_RETURN(ListenAddress listen, ListenAddress::Parse(tls_listen));
  auto configs = std::make_unique<MachineConfigs>(
      RealEnv(), MachineConfigOptions{options.configs_folder, options.configured_folder});
  serving->netboot().SetConfigs(
      std::move(configs),
      [ca_path] { return ReadWholeFile(RealEnv(), ca_path, limits::identity_max_bytes); },
      listen.port);
  return OkStatus();
}

}  // namespace

CLI::Option* AddBootLoaderOption(CLI::App* app, std::string* folder) {
  return app->add_option(
      "--ipxe", *folder,
      "a folder with undionly.kpxe, snponly.efi and ipxe-arm64.efi, to be fetched from"
      " /ipxe/");
}

CLI::Option* AddMatchboxOption(CLI::App* app, std::string* folder) {
  return app->add_option(
      "--matchbox", *folder,
      "a folder with groups/*.json and profiles/*.json, as matchbox has them: they say which"
      " machine boots what, and any other boots from its disk");
}

void AddMachineConfigOptions(CLI::App* app, NetbootOptions* options) {
  app->add_option("--machine-configs", options->configs_folder,
                  "a folder with a Talos machine config for each machine: NAME.yaml, where NAME is"
                  " its MAC address (52-54-00-ab-cd-12), UUID, serial number, host name or group;"
                  " without groups no other machine boots");
  app->add_option("--configured", options->configured_folder,
                  "a folder with a file for each machine that has fetched its config and boots from"
                  " its disk since; remove the file to have it start over");
}

void AddNetbootOptions(CLI::App* app, NetbootOptions* options) {
  CLI::Option* offered = app->add_flag(
      "--netboot", options->is_offered,
      "answer machines that boot over the network: iPXE scripts at /boot.ipxe, for what the bundles"
      " carry");
  AddMatchboxOption(app, &options->folder)->needs(offered);
  AddBootLoaderOption(app, &options->loaders_folder);
  AddMachineConfigOptions(app, options);
  app->add_option("--netboot-armed", options->armed_path,
                  "machines boot over the network only while this file is there, and from their"
                  " disk otherwise")
      ->needs(offered);
}

Status OfferNetboot(const NetbootOptions& options, const std::string& ca_path,
                    const std::string& tls_listen, Serving* serving) {
  if (!options.is_offered) return OkStatus();
  RETURN_IF_ERROR(OfferConfigs(options, ca_path, tls_listen, serving));
  RETURN_IF_ERROR(ReloadNetboot(options, serving));
  ASSIGN_OR_RETURN(BootLoaders loaders, ReadBootLoaders(RealEnv(), options.loaders_folder));
  std::string armed = options.armed_path;
  serving->OfferNetboot(std::move(loaders),
                        [armed] { return armed.empty() || access(armed.c_str(), F_OK) == 0; });
  return OkStatus();
}

Status ReloadNetboot(const NetbootOptions& options, Serving* serving) {
  if (!options.is_offered) return OkStatus();
  ASSIGN_OR_RETURN(auto plan, ReadNetbootPlan(options));
  serving->netboot().SetPlan(std::move(plan));
  return OkStatus();
}

}  // namespace airgap
