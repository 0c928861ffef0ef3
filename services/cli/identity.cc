// cozy-airgap identity: the CA and the server certificate of this machine.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "net/certs.h"

namespace airgap {
namespace {

constexpr uint64_t kNamesMaxBytes = limits::site_host_names_max_count * 256;

constexpr unsigned kProblemsMode = 0640;

struct IdentityOptions {
  std::string folder;
  std::string names_path;
  std::string problems_path;
  bool watch = false;
};

// Those of this machine, and those in the file; which may come later.
Result<CertificateNames> Names(const IdentityOptions& options) {
  CertificateNames names = NamesOfMachine();
  if (options.names_path.empty()) return names;
  auto text = ReadWholeFile(RealEnv(), options.names_path, kNamesMaxBytes);
  if (!text.ok() && text.status().code() == Code::kNotFound) return names;
  if (!text.ok()) return text.status();
  std::istringstream lines(*text);
  for (std::string name; std::getline(lines, name);) {
    bool is_new = std::find(names.dns.begin(), names.dns.end(), name) == names.dns.end();
    if (!name.empty() && is_new) names.dns.push_back(name);
  }
  return names;
}

// For console and status. Written only when it says something else than before.
Status TellLeftOut(const IdentityOptions& options, const CertificateNames& left_out) {
  if (options.problems_path.empty()) return OkStatus();
  std::string text;
  auto tell = [&text](const std::string& name) {
    text.append(name).append(
        " is not in the certificate, for the image's CA may not issue for it: build the image with"
        " --subnet or --site-ca\n");
  };
  for (const std::string& name : left_out.dns) tell(name);
  for (const std::string& address : left_out.addresses) tell(address);
  auto before = ReadWholeFile(RealEnv(), options.problems_path, limits::site_report_max_bytes);
  bool is_same = before.ok() ? *before == text : text.empty();
  if (is_same) return OkStatus();
  return WriteWholeFile(RealEnv(), options.problems_path, text, kProblemsMode);
}

Status Ensure(const IdentityOptions& options, bool* changed) {
  ASSIGN_OR_RETURN(CertificateNames names, Names(options));
  CertificateNames left_out;
  RETURN_IF_ERROR(EnsureCertificates(RealEnv(), CertificateFiles::In(options.folder), names,
                                     changed, &left_out));
  return TellLeftOut(options, left_out);
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

// Looks at addresses and names every second; they come late and change.
int Watch(const CommandContext& context, const IdentityOptions& options) {
  Status last;
  auto look = [&] {
    bool changed = false;
    Status status = Ensure(options, &changed);
    if (!status.ok() && status.message() != last.message()) context.Fail(status);
    if (changed) context.Print("the server certificate covers the names and addresses of now");
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
  Status ensured = Ensure(options, nullptr);
  if (!ensured.ok()) return context.Fail(ensured);
  int code = Report(context, CertificateFiles::In(options.folder));
  if (code != kExitFine || !options.watch) return code;
  fflush(stdout);
  return Watch(context, options);
}

}  // namespace

void AddIdentity(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand(
      "identity", "make a CA and a server certificate for every address of this machine");
  auto options = std::make_shared<IdentityOptions>();
  command->add_option("--dir", options->folder, "where ca.pem, ca.key, server.pem, server.key are")
      ->required();
  command->add_option("--names", options->names_path,
                      "a file with more host names for the certificate, one per line; it need not"
                      " be there");
  command->add_option("--problems", options->problems_path,
                      "where to write the names that the CA may not issue for, one line each");
  command->add_flag("--watch", options->watch,
                    "stay, and renew the certificate when names or addresses change");
  command->callback([options, &context] {
    context.run = [options, &context] { return RunIdentity(context, *options); };
  });
}

}  // namespace airgap
