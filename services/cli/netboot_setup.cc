#include "cli/netboot_setup.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/env.h"
#include "base/limits.h"

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

}  // namespace

void AddNetbootOptions(CLI::App* app, NetbootOptions* options) {
  CLI::Option* offered = app->add_flag(
      "--netboot", options->is_offered,
      "answer machines that boot over the network: iPXE scripts at /boot.ipxe, for what the bundles"
      " carry");
  app->add_option("--matchbox", options->folder,
                  "a folder with groups/*.json and profiles/*.json, as matchbox has them: they say"
                  " which machine boots what, and any other boots from its disk")
      ->needs(offered);
}

Result<std::shared_ptr<const NetbootPlan>> ReadNetbootPlan(const NetbootOptions& options) {
  auto plan = std::make_shared<NetbootPlan>();
  if (options.folder.empty()) return std::shared_ptr<const NetbootPlan>(plan);
  RETURN_IF_ERROR(AddAll(options.folder + "/profiles", plan.get(), &NetbootPlan::AddProfile));
  RETURN_IF_ERROR(AddAll(options.folder + "/groups", plan.get(), &NetbootPlan::AddGroup));
  RETURN_IF_ERROR(plan->Check());
  if (plan->has_groups()) return std::shared_ptr<const NetbootPlan>(plan);
  return InvalidArgument(options.folder +
                         "/groups has no group: every machine would boot from its"
                         " disk; leave --matchbox out to boot what the bundles carry");
}

}  // namespace airgap
