// cozy-airgap site seal-configs | open-configs: Talos machine configs that travel in a site file.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/password_prompt.h"
#include "cli/site_file.h"
#include "netboot/sealed_configs.h"

namespace airgap {
namespace {

constexpr unsigned kConfigMode = 0640;
constexpr std::string_view kSuffix = ".yaml";
constexpr std::string_view kCmsBegin = "-----BEGIN CMS-----";

struct ConfigsOptions {
  std::string path;
  bool is_plain = false;
  std::string password_file;
  std::string folder;
};

bool IsMachineConfig(std::string_view text) {
  return text.find("version: v1alpha1") != std::string_view::npos ||
         text.find("kind: ") != std::string_view::npos;
}

Result<MachineConfigTexts> ReadConfigs(const std::string& folder) {
  MachineConfigTexts configs;
  ASSIGN_OR_RETURN(std::vector<std::string> names, RealEnv()->ListFiles(folder));
  for (const std::string& name : names) {
    if (!name.ends_with(kSuffix)) continue;
    std::string path = folder;
    path.append("/").append(name);
    ASSIGN_OR_RETURN(std::string text,
                     ReadWholeFile(RealEnv(), path, limits::netboot_file_max_bytes));
    if (!IsMachineConfig(text)) {
      return InvalidArgument(path +
                             " is no Talos machine config: it has neither 'version:"
                             " v1alpha1' nor a 'kind:'");
    }
    configs[name.substr(0, name.size() - kSuffix.size())] = std::move(text);
  }
  if (!configs.empty()) return configs;
  return NotFound(folder +
                  " has no NAME.yaml, where NAME is a machine's MAC address"
                  " (52-54-00-ab-cd-12), UUID, serial number, host name or group");
}

// One that can be typed at the appliance's console.
Result<std::string> NewPassword() {
  ASSIGN_OR_RETURN(std::string password, ReadPassword("password for the console: "));
  // The console takes lines of less than a terminal's buffer, without blanks around them.
  constexpr size_t kTypedMaxBytes = 200;
  if (password.size() < limits::password_min_bytes || password.size() > kTypedMaxBytes) {
    return InvalidArgument("a password has " + std::to_string(limits::password_min_bytes) + " to " +
                           std::to_string(kTypedMaxBytes) + " bytes");
  }
  if (password.front() != ' ' && password.back() != ' ') return password;
  return InvalidArgument("a password neither begins nor ends with a space");
}

int RunSeal(const CommandContext& context, const ConfigsOptions& options) {
  Result<MachineConfigTexts> configs = ReadConfigs(options.path);
  if (!configs.ok()) return context.Fail(configs.status());
  Result<std::string> password =
      options.is_plain ? Result<std::string>(std::string()) : NewPassword();
  if (!password.ok()) return context.Fail(password.status());
  Result<std::string> sealed = SealConfigs(*configs, *password);
  if (!sealed.ok()) return context.Fail(sealed.status());
  if (context.json) {
    JsonBuilder document;
    document.root().Put("machineConfigs", *sealed);
    context.PrintJson(document);
    return kExitFine;
  }
  // A block of YAML, to be put behind a site file.
  std::string text = "machineConfigs: |\n";
  for (size_t at = 0; at < sealed->size();) {
    size_t end = sealed->find('\n', at);
    text.append("  ").append(*sealed, at, end + 1 - at);
    at = end + 1;
  }
  fputs(text.c_str(), stdout);
  return kExitFine;
}

// Of a site file, or what was in one.
Result<std::string> SealedText(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadWholeFile(RealEnv(), path, limits::site_file_max_bytes));
  if (text.starts_with(kCmsBegin)) return text;
  CheckedSite checked = CheckSite(text);
  if (!checked.mistakes.empty()) {
    return InvalidArgument(path + ": " + checked.mistakes[0].ToString());
  }
  if (!checked.site.machine_configs.empty()) return checked.site.machine_configs;
  return NotFound(path + " has no machineConfigs");
}

Result<std::string> KnownPassword(const std::string& sealed, const std::string& file) {
  ASSIGN_OR_RETURN(bool is_needed, NeedsPassword(sealed));
  if (!is_needed) return std::string();
  if (file.empty()) return ReadPassword("password: ");
  return ReadWholeFile(RealEnv(), file, limits::password_max_bytes);
}

Result<size_t> Open(const ConfigsOptions& options) {
  ASSIGN_OR_RETURN(std::string sealed, SealedText(options.path));
  ASSIGN_OR_RETURN(std::string password, KnownPassword(sealed, options.password_file));
  ASSIGN_OR_RETURN(MachineConfigTexts configs, OpenConfigs(sealed, password));
  RETURN_IF_ERROR(MakeFolders(options.folder));
  for (const auto& [name, text] : configs) {
    std::string path = options.folder;
    path.append("/").append(name).append(kSuffix);
    RETURN_IF_ERROR(WriteWholeFile(RealEnv(), path, text, kConfigMode));
  }
  return configs.size();
}

int RunOpen(const CommandContext& context, const ConfigsOptions& options) {
  Result<size_t> count = Open(options);
  if (!count.ok()) return context.Fail(count.status());
  if (context.json) {
    JsonBuilder document;
    document.root().Put("count", uint64_t{*count});
    context.PrintJson(document);
  }
  context.Print(std::to_string(*count) + " machine configs are in " + options.folder);
  return kExitFine;
}

}  // namespace

void AddSiteConfigs(CLI::App& site, CommandContext& context) {
  auto options = std::make_shared<ConfigsOptions>();
  CLI::App* seal = site.add_subcommand(
      "seal-configs",
      "print the key machineConfigs of a site file, which holds Talos machine configs encrypted;"
      " the password, which is asked for at the appliance's console, is read from standard input");
  seal->add_option("DIR", options->path,
                   "NAME.yaml for each machine, where NAME is its MAC address (52-54-00-ab-cd-12),"
                   " UUID, serial number, host name or group")
      ->required();
  seal->add_flag("--plain", options->is_plain,
                 "without a password: whoever has the stick has the cluster's secrets");
  seal->callback([&context, options] {
    context.run = [&context, options] { return RunSeal(context, *options); };
  });
  CLI::App* open =
      site.add_subcommand("open-configs", "write the machine configs of a site file into a folder");
  open->add_option("FILE", options->path, "the site file")->required();
  open->add_option("--password-file", options->password_file,
                   "where the password is; it is read from standard input when left out");
  open->add_option("--dir", options->folder, "where to write NAME.yaml for each")->required();
  open->callback([&context, options] {
    context.run = [&context, options] { return RunOpen(context, *options); };
  });
}

}  // namespace airgap
