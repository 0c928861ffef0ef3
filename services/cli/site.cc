// cozy-airgap site check | read: the site file, before it goes into an image and out of one.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/site_file.h"
#include "net/authority.h"
#include "oci/digest.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr unsigned kLoginsMode = 0640;
constexpr unsigned kSecretMode = 0600;

constexpr uint64_t kSignatureMaxBytes = 1024;

struct SiteOptions {
  std::string path;  // of the file, or of the medium
  // With one of these `path` is a file. A CA's certificate: a signature lies beside it.
  std::string signed_by;
  std::string confirmed;  // SHA-256 in hex: somebody has seen it
  std::string folder;
};

int RunCheck(const CommandContext& context, const SiteOptions& options) {
  Result<SiteFile> file = OpenSiteFile(RealEnv(), options.path);
  if (!file.ok()) return context.Fail(file.status());
  if (!file->checked.mistakes.empty()) return FailSite(context, options.path, file->checked);
  if (context.json) {
    JsonBuilder document;
    document.root().Put("file", options.path);
    document.root().Put("ok", true);
    document.root().PutArray("mistakes");
    context.PrintJson(document);
  }
  context.Print(options.path + " is fine");
  return kExitFine;
}

// One for each thing that something acts on, and none for what the site file leaves out.
Status WriteParts(const std::string& folder, const Site& site) {
  auto write = [&](const char* name, const std::string& content, unsigned mode) {
    if (content.empty()) return OkStatus();
    return WriteWholeFile(RealEnv(), folder + "/" + name, content, mode);
  };
  std::string host_names;
  for (const std::string& name : site.host_names) host_names.append(name).append("\n");
  RETURN_IF_ERROR(write("name", site.name, kPublicMode));
  RETURN_IF_ERROR(write("host-names", host_names, kPublicMode));
  RETURN_IF_ERROR(write("login-to-pull", site.push.login_to_pull ? "yes\n" : "", kPublicMode));
  RETURN_IF_ERROR(write("bundle-keys", FormatBundleKeys(site), kPublicMode));
  RETURN_IF_ERROR(write("network", FormatNetwork(site), kPublicMode));
  RETURN_IF_ERROR(write("netboot", FormatNetboot(site), kPublicMode));
  RETURN_IF_ERROR(write("console-password", site.console_password, kSecretMode));
  RETURN_IF_ERROR(write("machine-configs", site.machine_configs, kSecretMode));
  RETURN_IF_ERROR(write("control-logins", FormatLogins(site.control_users), kLoginsMode));
  RETURN_IF_ERROR(write("handoff", FormatHandoff(site), kLoginsMode));
  return write("logins", FormatLogins(site.push.users), kLoginsMode);
}

// Why the medium's site file is not used: for the console and the status.
void WriteProblems(const std::string& folder, const std::string& lines) {
  (void)WriteWholeFile(RealEnv(), folder + "/problems",
                       lines + "the site file is not used: this appliance runs with defaults\n",
                       kPublicMode);
}

Result<std::string> TextOfMedium(const SiteOptions& options) {
  ASSIGN_OR_RETURN(auto medium, RealEnv()->OpenReadable(options.path));
  return ReadTextPartition(kSiteText, *medium);
}

Result<std::string> TextOfSignedFile(const SiteOptions& options) {
  std::string name = BaseName(options.path);
  ASSIGN_OR_RETURN(std::string ca,
                   ReadWholeFile(RealEnv(), options.signed_by, limits::identity_max_bytes));
  ASSIGN_OR_RETURN(std::string text,
                   ReadWholeFile(RealEnv(), options.path, limits::site_file_max_bytes));
  auto signature =
      ReadWholeFile(RealEnv(), options.path + kSiteSignatureSuffix, kSignatureMaxBytes);
  Status status = signature.status();
  if (signature.ok()) status = CheckSignedText(ca, text, *signature);
  if (status.ok()) return text;
  return InvalidArgument(name + kSiteSignatureSuffix +
                         " is no signature of it by this site's CA: make one with 'cozy-airgap"
                         " site sign'");
}

Result<std::string> TextOfConfirmedFile(const SiteOptions& options) {
  ASSIGN_OR_RETURN(std::string text,
                   ReadWholeFile(RealEnv(), options.path, limits::site_file_max_bytes));
  if (Digest::Of(AsBytes(text)).Hex() == options.confirmed) return text;
  return InvalidArgument(BaseName(options.path) +
                         " is not the file that was confirmed: look at it again");
}

Result<std::string> TextOf(const SiteOptions& options) {
  if (!options.signed_by.empty()) return TextOfSignedFile(options);
  return options.confirmed.empty() ? TextOfMedium(options) : TextOfConfirmedFile(options);
}

int RunRead(const CommandContext& context, const SiteOptions& options) {
  Status made = MakeFolders(options.folder);
  if (!made.ok()) return context.Fail(made);
  Result<std::string> text = TextOf(options);
  if (text.status().code() == Code::kNotFound) return context.Fail(text.status());
  if (!text.ok()) {
    WriteProblems(options.folder, text.status().message() + "\n");
    return context.Fail(text.status());
  }
  CheckedSite checked = CheckSite(*text);
  if (!checked.mistakes.empty()) {
    std::string lines;
    for (const SiteMistake& mistake : checked.mistakes) {
      lines.append("site file: ").append(mistake.ToString()).append("\n");
    }
    WriteProblems(options.folder, lines);
    return FailSite(context, options.path, checked);
  }
  Status written = WriteParts(options.folder, checked.site);
  if (!written.ok()) return context.Fail(written);
  context.Print("the site file of " + options.path + " is in " + options.folder);
  return kExitFine;
}

}  // namespace

void AddSite(CLI::App& site, CommandContext& context) {
  auto options = std::make_shared<SiteOptions>();
  CLI::App* check = site.add_subcommand("check", "find every mistake in a site file");
  check->add_option("FILE", options->path, "the site file")->required();
  check->callback([&context, options] {
    context.run = [&context, options] { return RunCheck(context, *options); };
  });
  CLI::App* read = site.add_subcommand(
      "read", "take the site file of an image apart, as the appliance does when it boots");
  read->add_option("MEDIUM", options->path, "the image, or the device that holds it")->required();
  CLI::Option* signed_by =
      read->add_option("--signed-by", options->signed_by,
                       "MEDIUM is a site file, and beside it FILE.sig, which the CA with this"
                       " certificate must have made");
  read->add_option("--confirmed", options->confirmed,
                   "MEDIUM is a site file whose bytes must have this SHA-256 (in hex), which"
                   " somebody has confirmed")
      ->excludes(signed_by);
  read->add_option(
          "--dir", options->folder,
          "where to write name, host-names, logins, login-to-pull, control-logins,"
          " console-password, bundle-keys, network, netboot, machine-configs, handoff, or problems")
      ->required();
  read->callback([&context, options] {
    context.run = [&context, options] { return RunRead(context, *options); };
  });
}

}  // namespace airgap
