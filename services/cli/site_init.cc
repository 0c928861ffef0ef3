// cozy-airgap site init: the CA of a site, which stays with its operator.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/image_identity.h"
#include "net/authority.h"
#include "site/checker.h"

namespace airgap {
namespace {

constexpr unsigned kCertificateMode = 0644;
constexpr unsigned kKeyMode = 0600;

struct InitOptions {
  std::string folder;
  std::string name = "cozy-airgap site";
  AuthorityReach reach;
};

Status CheckInit(InitOptions* options) {
  if (options->name.empty() || options->name.size() > limits::site_name_max_characters) {
    return InvalidArgument("--name: want 1 to " + std::to_string(limits::site_name_max_characters) +
                           " characters");
  }
  if (options->reach.dns.size() > limits::authority_names_max_count ||
      options->reach.subnets.size() > limits::authority_subnets_max_count) {
    return LimitExceeded("a site's CA has at most " +
                         std::to_string(limits::authority_names_max_count) + " names and " +
                         std::to_string(limits::authority_subnets_max_count) + " subnets");
  }
  for (const std::string& name : options->reach.dns) {
    if (!IsHostName(name)) {
      return InvalidArgument("--dns " + name + ": want a DNS name like seed.example.org");
    }
  }
  if (options->reach.subnets.empty()) options->reach.subnets = PrivateSubnets();
  for (const std::string& path :
       {SiteCaCertificatePath(options->folder), SiteCaKeyPath(options->folder)}) {
    if (access(path.c_str(), F_OK) != 0) continue;
    return InvalidArgument(path + " is there: a site's CA is made once; give another --dir");
  }
  return OkStatus();
}

int RunInit(const CommandContext& context, InitOptions options) {
  Status fine = CheckInit(&options);
  if (!fine.ok()) return context.Fail(fine);
  Result<Authority> authority = MakeSiteAuthority(options.name, options.reach);
  if (!authority.ok()) return context.Fail(authority.status());
  Status status = MakeFolders(options.folder);
  std::string key_path = SiteCaKeyPath(options.folder);
  std::string path = SiteCaCertificatePath(options.folder);
  if (status.ok()) status = WriteWholeFile(RealEnv(), key_path, authority->key, kKeyMode);
  if (status.ok()) {
    status = WriteWholeFile(RealEnv(), path, authority->certificate, kCertificateMode);
  }
  if (!status.ok()) return context.Fail(status);
  Result<std::string> fingerprint = CertificateFingerprint(authority->certificate);
  if (!fingerprint.ok()) return context.Fail(fingerprint.status());
  if (context.json) {
    JsonBuilder document;
    document.root().Put("ca", path);
    document.root().Put("key", key_path);
    document.root().Put("caFingerprint", *fingerprint);
    context.PrintJson(document);
  }
  context.Print("CA           " + path + ": what nodes have to trust");
  context.Print("key          " + key_path + ": keep it here; it goes onto no stick");
  context.Print("fingerprint  " + *fingerprint);
  return kExitFine;
}

}  // namespace

void AddSiteInit(CLI::App& site, CommandContext& context) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = site.add_subcommand(
      "init", "make the CA of a site, from which 'image build --site-ca' issues that of an image");
  command->add_option("--dir", options->folder, "where ca.pem and ca.key are to be")->required();
  command->add_option("--name", options->name, "what the site is called, in the certificate");
  command->add_option("--dns", options->reach.dns,
                      "a name that appliances of the site may have, and every name below it; may"
                      " be repeated");
  command->add_option("--subnet", options->reach.subnets,
                      "a subnet that they may have addresses in, like 10.0.0.0/8; may be repeated;"
                      " without: the private ranges");
  command->callback([&context, options] {
    context.run = [&context, options] { return RunInit(context, *options); };
  });
}

}  // namespace airgap
