// cozy-airgap registry render: what runs the registry in the cluster that takes over.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/image_identity.h"
#include "handoff/registry_manifests.h"
#include "net/authority.h"
#include "net/certs.h"

namespace airgap {
namespace {

constexpr unsigned kSecretMode = 0600;
constexpr char kZotImage[] = "ghcr.io/project-zot/zot-linux-amd64:v2.1.8";
constexpr char kDistributionImage[] = "docker.io/library/registry:3.0.0";

struct RenderOptions {
  RegistryPlan plan;
  std::string kind;
  std::string storage;
  std::string site_ca;
  std::string htpasswd;
  std::string file;
};

// One for the registry's name and the addresses of its nodes.
Status IssueCertificate(const RenderOptions& options, RegistryPlan* plan) {
  ASSIGN_OR_RETURN(Authority authority, AuthorityOfSite(RealEnv(), options.site_ca));
  std::string pattern = std::filesystem::temp_directory_path() / "cozy-airgap-registry.XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return ErrnoStatus(errno, "cannot make " + pattern);
  CertificateFiles files = CertificateFiles::In(pattern);
  CertificateNames names;
  names.dns = {plan->name};
  names.addresses = plan->nodes;
  CertificateNames left_out;
  Status status = [&]() -> Status {
    RETURN_IF_ERROR(WriteAuthority(RealEnv(), files, authority));
    RETURN_IF_ERROR(EnsureCertificates(RealEnv(), files, names, nullptr, &left_out));
    ASSIGN_OR_RETURN(plan->certificate,
                     ReadWholeFile(RealEnv(), files.server_cert, limits::identity_max_bytes));
    ASSIGN_OR_RETURN(plan->key,
                     ReadWholeFile(RealEnv(), files.server_key, limits::identity_max_bytes));
    plan->ca = authority.root();
    return OkStatus();
  }();
  std::error_code ignored;
  std::filesystem::remove_all(pattern, ignored);
  RETURN_IF_ERROR(status);
  std::vector<std::string> outside = left_out.dns;
  outside.insert(outside.end(), left_out.addresses.begin(), left_out.addresses.end());
  if (outside.empty()) return OkStatus();
  return InvalidArgument("the site's CA may not issue a certificate for " + outside[0] +
                         ": make one that may with 'cozy-airgap site init --dns NAME --subnet"
                         " SUBNET'");
}

Status Complete(RenderOptions* options) {
  RegistryPlan& plan = options->plan;
  plan.kind = options->kind == "zot" ? RegistryKind::kZot : RegistryKind::kDistribution;
  if (plan.image.empty()) {
    plan.image = plan.kind == RegistryKind::kZot ? kZotImage : kDistributionImage;
  }
  bool is_s3 = options->storage == "s3";
  if (is_s3 != !plan.s3_endpoint.empty()) {
    return InvalidArgument(
        "--storage s3 goes with --s3-endpoint and --s3-bucket, --storage pvc"
        " with --storage-class");
  }
  if (is_s3) {
    plan.s3_access_key = EnvironmentValue("AWS_ACCESS_KEY_ID");
    plan.s3_secret_key = EnvironmentValue("AWS_SECRET_ACCESS_KEY");
    if (plan.s3_access_key.empty() || plan.s3_secret_key.empty()) {
      return InvalidArgument(
          "--storage s3 takes the bucket's keys from AWS_ACCESS_KEY_ID and"
          " AWS_SECRET_ACCESS_KEY");
    }
  }
  if (!options->htpasswd.empty()) {
    ASSIGN_OR_RETURN(plan.htpasswd,
                     ReadWholeFile(RealEnv(), options->htpasswd, limits::logins_file_max_bytes));
  }
  RETURN_IF_ERROR(plan.Check());
  return IssueCertificate(*options, &plan);
}

int RunRender(const CommandContext& context, RenderOptions options) {
  Status status = Complete(&options);
  if (!status.ok()) return context.Fail(status);
  status =
      WriteWholeFile(RealEnv(), options.file, FormatRegistryManifests(options.plan), kSecretMode);
  if (!status.ok()) return context.Fail(status);
  std::string url = "https://" + options.plan.name + ":" + std::to_string(options.plan.port);
  std::string hosts;
  for (const std::string& node : options.plan.nodes)
    hosts += " --host " + node + "=" + options.plan.name;
  if (context.json) {
    JsonBuilder document;
    document.root().Put("file", options.file);
    document.root().Put("registry", url);
    document.root().Put("image", options.plan.image);
    context.PrintJson(document);
  }
  context.Print("# " + options.file + " holds a key and passwords: keep it from others");
  context.Print("# a bundle must carry " + options.plan.image);
  context.Print("kubectl apply -f " + options.file);
  context.Print("# in the site file: handoff.registry: " + url);
  context.Print("# for the nodes: cozy-airgap mirrors render --prefixed --endpoint " + url + hosts +
                " ...");
  return kExitFine;
}

}  // namespace

void AddRegistryRender(CLI::App& registry, CommandContext& context) {
  auto options = std::make_shared<RenderOptions>();
  RegistryPlan& plan = options->plan;
  CLI::App* command = registry.add_subcommand(
      "render",
      "write the manifests of a registry that a cluster's own nodes pull from: on the nodes'"
      " network, on every control plane node, with a certificate of the site's CA");
  command->add_option("--kind", options->kind, "zot or distribution")
      ->required()
      ->check(CLI::IsMember({"zot", "distribution"}));
  command->add_option("--storage", options->storage, "pvc: one volume for all; s3: a bucket")
      ->required()
      ->check(CLI::IsMember({"pvc", "s3"}));
  command->add_option("--node", plan.nodes, "the address of a node that runs it; may be repeated")
      ->required()
      ->expected(2, static_cast<int>(limits::authority_names_max_count));
  command->add_option("--site-ca", options->site_ca, "the folder that 'cozy-airgap site init' made")
      ->required();
  command->add_option("--storage-class", plan.storage_class,
                      "of pvc: one whose volumes several nodes mount at a time");
  command->add_option("--size", plan.size, "of pvc")->capture_default_str();
  command->add_option("--s3-endpoint", plan.s3_endpoint,
                      "of s3: its URL; the keys are in AWS_ACCESS_KEY_ID and"
                      " AWS_SECRET_ACCESS_KEY");
  command->add_option("--s3-bucket", plan.s3_bucket, "of s3");
  command->add_option("--image", plan.image, "the registry's own image; a bundle must carry it");
  command->add_option("--name", plan.name, "its host name")->capture_default_str();
  command->add_option("--port", plan.port, "on the nodes' addresses")
      ->check(CLI::Range(1U, 65535U))
      ->capture_default_str();
  command->add_option(
      "--htpasswd", options->htpasswd,
      "of zot: who may push, a file that `htpasswd -B` made; everybody when left out");
  command->add_option("--assets-image", plan.assets_image,
                      "an image with /cozy-airgap, as 'cozy-airgap push --tool' makes it: serves"
                      " /image/... paths out of the registry");
  command->add_option("--file", options->file, "the manifests to write")->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunRender(context, *options); };
  });
}

}  // namespace airgap
