// cozy-airgap identity: the CA and the server certificate of this machine.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "net/certs.h"

namespace airgap {
namespace {

struct IdentityOptions {
  std::string folder;
  bool watch = false;
};

Status Ensure(const CertificateFiles& files, bool* changed) {
  return EnsureCertificates(RealEnv(), files, NamesOfMachine(), changed);
}

int Report(const CommandContext& context, const CertificateFiles& files) {
  constexpr uint64_t kMaxBytes = 64 * limits::kKiB;
  Result<std::string> pem = ReadWholeFile(RealEnv(), files.ca_cert, kMaxBytes);
  if (!pem.ok()) return context.Fail(pem.status());
  Result<std::string> fingerprint = CertificateFingerprint(*pem);
  if (!fingerprint.ok()) return context.Fail(fingerprint.status());
  if (context.json) {
    JsonBuilder document;
    document.root().Put("ca", files.ca_cert);
    document.root().Put("caFingerprint", *fingerprint);
    document.root().Put("certificate", files.server_cert);
    document.root().Put("key", files.server_key);
    context.PrintJson(document);
  }
  context.Print("CA           " + files.ca_cert);
  context.Print("fingerprint  " + *fingerprint);
  context.Print("certificate  " + files.server_cert);
  context.Print("key          " + files.server_key);
  return kExitFine;
}

// Looks at the addresses every second; they come late and change.
int Watch(const CommandContext& context, const CertificateFiles& files) {
  Status last;
  auto look = [&] {
    bool changed = false;
    Status status = Ensure(files, &changed);
    if (!status.ok() && status.message() != last.message()) context.Fail(status);
    if (changed) context.Print("the server certificate covers the addresses of now");
    fflush(stdout);
    last = status;
  };
  RunUntilStopped(look, look);
  return kExitFine;
}

int RunIdentity(const CommandContext& context, const IdentityOptions& options) {
  if (options.watch) BlockSignals();
  Status made = MakeFolders(options.folder);
  if (!made.ok()) return context.Fail(made);
  CertificateFiles files = CertificateFiles::In(options.folder);
  Status ensured = Ensure(files, nullptr);
  if (!ensured.ok()) return context.Fail(ensured);
  int code = Report(context, files);
  if (code != kExitFine || !options.watch) return code;
  fflush(stdout);
  return Watch(context, files);
}

}  // namespace

void AddIdentity(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand(
      "identity", "make a CA and a server certificate for every address of this machine");
  auto options = std::make_shared<IdentityOptions>();
  command->add_option("--dir", options->folder, "where ca.pem, ca.key, server.pem, server.key are")
      ->required();
  command->add_flag("--watch", options->watch,
                    "stay, and renew the certificate when addresses change");
  command->callback([options, &context] {
    context.run = [options, &context] { return RunIdentity(context, *options); };
  });
}

}  // namespace airgap
