// cozy-airgap site sign: a site file that may come on a volume of its own.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/image_identity.h"
#include "cli/site_file.h"
#include "net/authority.h"

namespace airgap {
namespace {

constexpr unsigned kSignatureMode = 0644;

struct SignOptions {
  std::string path;
  std::string ca_folder;
};

Result<std::string> Sign(const SignOptions& options, const std::string& text) {
  std::string certificate_path = SiteCaCertificatePath(options.ca_folder);
  ASSIGN_OR_RETURN(std::string certificate,
                   ReadWholeFile(RealEnv(), certificate_path, limits::identity_max_bytes));
  ASSIGN_OR_RETURN(std::string key, ReadWholeFile(RealEnv(), SiteCaKeyPath(options.ca_folder),
                                                  limits::identity_max_bytes));
  ASSIGN_OR_RETURN(Authority site, ParseAuthority(certificate, key, certificate_path));
  return SignText(site, text);
}

int RunSign(const CommandContext& context, const SignOptions& options) {
  Result<SiteFile> site = OpenSiteFile(RealEnv(), options.path);
  if (!site.ok()) return context.Fail(site.status());
  if (!site->checked.mistakes.empty()) return FailSite(context, options.path, site->checked);
  Result<std::string> signature = Sign(options, site->text);
  if (!signature.ok()) return context.Fail(signature.status());
  std::string out = options.path + kSiteSignatureSuffix;
  Status written = WriteWholeFile(RealEnv(), out, *signature, kSignatureMode);
  if (!written.ok()) return context.Fail(written);
  if (context.json) {
    JsonBuilder document;
    document.root().Put("file", options.path);
    document.root().Put("signature", out);
    context.PrintJson(document);
  }
  context.Print(out + ": put it beside " + BaseName(options.path) +
                " on a volume labelled AIRGAP-SITE, for appliances of this site");
  return kExitFine;
}

}  // namespace

void AddSiteSign(CLI::App& site, CommandContext& context) {
  auto options = std::make_shared<SignOptions>();
  CLI::App* command = site.add_subcommand(
      "sign", "sign a site file with the site's CA, for a volume labelled AIRGAP-SITE");
  command->add_option("FILE", options->path, "the site file")->required();
  command->add_option("--site-ca", options->ca_folder, "the folder of 'site init'")->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunSign(context, *options); };
  });
}

}  // namespace airgap
