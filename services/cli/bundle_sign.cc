// cozy-airgap bundle sign
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "store/sign_bundle.h"

namespace airgap {
namespace {

struct SignOptions {
  std::string file;
  std::string key;
};

void Report(const CommandContext& context, const Digest& key_id,
            const std::vector<SignedBundle>& bundles) {
  JsonBuilder document;
  document.root().Put("keyId", key_id.ToString());
  JsonNode list = document.root().PutArray("bundles");
  for (const SignedBundle& one : bundles) {
    JsonNode node = list.AddObject();
    node.Put("location", one.bundle->location());
    node.Put("identity", one.bundle->identity().ToString());
    node.Put("wasSigned", one.was_signed);
    node.Put("lostOlderList", one.lost_older_list);
    if (one.lost_older_list) {
      fprintf(stderr,
              "cozy-airgap: %s: the list of signatures was damaged and is a new one; those who"
              " signed before must sign again\n",
              one.bundle->location().c_str());
    }
    context.Print(one.bundle->location() + (one.was_signed ? " was signed" : " is signed") +
                  " by key " + key_id.ToString() + (one.was_signed ? " already" : ""));
    context.Print("identity  " + one.bundle->identity().ToString());
  }
  if (context.json) context.PrintJson(document);
}

int RunSign(const CommandContext& context, const SignOptions& options) {
  Result<PrivateKey> key = PrivateKey::ReadFile(RealEnv(), options.key);
  if (!key.ok()) return context.Fail(key.status());
  Result<std::vector<SignedBundle>> bundles = SignBundles(RealEnv(), options.file, *key);
  if (!bundles.ok()) return context.Fail(bundles.status());
  Report(context, key->public_key().id(), *bundles);
  return kExitFine;
}

}  // namespace

void AddBundleSign(CLI::App& bundle, CommandContext& context) {
  CLI::App* sign =
      bundle.add_subcommand("sign", "sign a bundle where it lies, with an Ed25519 key");
  auto options = std::make_shared<SignOptions>();
  sign->add_option("FILE", options->file,
                   "a bundle, the manifest of a split one, or an appliance image")
      ->required();
  sign->add_option("--key", options->key,
                   "private key in PEM, as 'openssl genpkey -algorithm ed25519' makes it")
      ->required();
  sign->callback([&context, options] {
    context.run = [&context, options] { return RunSign(context, *options); };
  });
}

}  // namespace airgap
