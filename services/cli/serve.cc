// cozy-airgap serve: registry, boot assets and status in one process on one port.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/serve_command.h"
#include "cli/serve_registry.h"

namespace airgap {

void AddServe(CLI::App& app, CommandContext& context) {
  CLI::App* command =
      app.add_subcommand("serve", "serve bundles from this machine, everything on one port");
  auto options = std::make_shared<ServeOptions>();
  auto registry = std::make_shared<RegistryOptions>();
  options->http.tls_listen = ":5000";
  CLI::Option_group* source = command->add_option_group("what");
  source->add_option("--bundle", options->bundles.paths, "a bundle, or a medium with bundles");
  source->add_option("--from-registry", registry->registry,
                     "boot assets and disk images alone, out of a registry that 'cozy-airgap push'"
                     " filled: https://HOST[:PORT][/PREFIX]");
  source->require_option(1);
  command->add_option("--registry-ca", registry->ca, "of that: PEM file of CAs to trust as well");
  command->add_option("--credentials", registry->credentials,
                      "of that: docker's config.json (default: where docker keeps it)");
  command->add_option("--listen", options->http.tls_listen, "HTTPS on ADDR:PORT or :PORT")
      ->capture_default_str();
  command->add_option("--http", options->http.plain_listen,
                      "boot assets over plain HTTP too, on ADDR:PORT");
  command->add_option("--tftp", options->tftp_listen, "boot assets over TFTP too, on ADDR:PORT");
  command->add_option("--tls-cert", options->http.tls.cert_path, "PEM: a certificate to use");
  command->add_option("--tls-key", options->http.tls.key_path, "PEM: its key");
  command->add_option("--state", options->state_folder,
                      "folder that keeps the CA made here; ~/.local/state/cozy-airgap when left"
                      " out");
  PushSetup::AddTo(command, &options->push);
  AddNetbootOptions(command, &options->netboot);
  command->callback([options, registry, &context] {
    context.run = [options, registry, &context] {
      if (!registry->registry.empty()) return RunServeRegistry(context, *options, *registry);
      return RunServe(context, *options);
    };
  });
}

}  // namespace airgap
