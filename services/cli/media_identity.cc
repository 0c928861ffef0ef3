// cozy-airgap media identity: the identity of an image, as the appliance takes it when it boots.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "net/authority.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

struct MediaIdentityOptions {
  std::string path;
  std::string folder;
};

int RunMediaIdentity(const CommandContext& context, const MediaIdentityOptions& options) {
  Result<Authority> authority = [&]() -> Result<Authority> {
    ASSIGN_OR_RETURN(auto medium, RealEnv()->OpenReadable(options.path));
    ASSIGN_OR_RETURN(std::string text, ReadTextPartition(kIdentityText, *medium));
    return ParseIdentity(text, "the identity of " + options.path);
  }();
  if (!authority.ok()) return context.Fail(authority.status());
  Status status = MakeFolders(options.folder);
  CertificateFiles files = CertificateFiles::In(options.folder);
  if (status.ok()) status = WriteAuthority(RealEnv(), files, *authority);
  if (!status.ok()) return context.Fail(status);
  Result<std::string> fingerprint = CertificateFingerprint(authority->root());
  if (!fingerprint.ok()) return context.Fail(fingerprint.status());
  if (context.json) {
    JsonBuilder document;
    document.root().Put("ca", files.ca_cert);
    document.root().Put("caFingerprint", *fingerprint);
    context.PrintJson(document);
  }
  context.Print("CA           " + files.ca_cert);
  context.Print("fingerprint  " + *fingerprint);
  return kExitFine;
}

}  // namespace

void AddMediaIdentity(CLI::App& media, CommandContext& context) {
  auto options = std::make_shared<MediaIdentityOptions>();
  CLI::App* command = media.add_subcommand(
      "identity", "take the identity out of an image, as the appliance does when it boots");
  command->add_option("MEDIUM", options->path, "the image, or the device that holds it")
      ->required();
  command->add_option("--dir", options->folder, "where to write ca.pem, issuer.pem and ca.key")
      ->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunMediaIdentity(context, *options); };
  });
}

}  // namespace airgap
