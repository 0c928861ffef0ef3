// cozy-airgap bundle create
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "intake/asset_file.h"
#include "intake/collector.h"
#include "intake/from_source.h"
#include "pull/repository_source.h"

namespace airgap {
namespace {

constexpr char kFooter[] = R"(Sources:
  oci:DIR               an OCI image layout in a folder
  oci-archive:FILE      a tar of one, plain or packed with gzip, xz or zstd
  docker-archive:FILE   what docker save wrote
  bundle:FILE           another bundle, or an appliance image
Images keep the full reference that the source gives them. To those without one, give it:
  --from oci:DIR=ghcr.io/org/app:v1   the one image of the source
  --from oci:DIR=ghcr.io/org/app      all of them, each with its own tag
Platforms: an image index named by digest comes whole. Named by a tag, --image takes the manifest
of the one --platform (linux/amd64 if none is given), or all of it when several are given; --from
takes it whole unless exactly one --platform is given. REF@DIGEST keeps an index whole.)";

struct CreateOptions {
  std::string name;
  std::string version;
  std::string file;
  std::vector<std::string> from;
  std::vector<std::string> images;
  std::vector<std::string> assets;
  std::vector<std::string> platforms;
  std::vector<std::string> mirrors;
  std::vector<std::string> insecure;
  std::string registry_ca;
  std::string credentials;
};

struct AssetSpec {
  std::string path;
  std::string file;
};

// Everything that was asked for, understood before anything is opened.
struct CreateRequest {
  std::vector<FromSpec> from;
  std::vector<Reference> images;
  std::vector<AssetSpec> assets;
  std::vector<Platform> platforms;
  RegistryClientOptions registry;
};

Result<AssetSpec> ParseAsset(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return InvalidArgument("--asset " + text + ": expected HTTP/PATH=FILE");
  }
  AssetSpec asset{text.substr(0, equals), text.substr(equals + 1)};
  RETURN_IF_ERROR(CheckAssetPath(asset.path).WithContext("--asset"));
  return asset;
}

Status ParseMirrors(const CreateOptions& options, RegistryClientOptions* registry) {
  for (const std::string& text : options.mirrors) {
    size_t equals = text.find('=');
    std::string host = CanonicalHost(text.substr(0, equals));
    if (equals == std::string::npos || !IsRegistryHost(host)) {
      return InvalidArgument("--mirror " + text + ": expected HOST=URL");
    }
    registry->mirrors[host] = text.substr(equals + 1);
    Result<RegistryEndpoint> endpoint = EndpointFor(host, *registry);
    if (!endpoint.ok()) return endpoint.status().WithContext("--mirror " + text);
  }
  for (const std::string& host : options.insecure) {
    if (!IsRegistryHost(host)) {
      return InvalidArgument("--insecure-registry " + host + ": expected HOST or HOST:PORT");
    }
    registry->insecure_hosts.insert(CanonicalHost(host));
  }
  registry->ca_file = options.registry_ca;
  registry->credentials_file = options.credentials;
  return OkStatus();
}

Result<CreateRequest> ParseRequest(const CreateOptions& options) {
  CreateRequest request;
  for (const std::string& text : options.from) {
    ASSIGN_OR_RETURN(FromSpec spec, FromSpec::Parse(text));
    request.from.push_back(std::move(spec));
  }
  for (const std::string& text : options.images) {
    Result<Reference> reference = Reference::ParseFamiliar(text);
    if (!reference.ok()) return reference.status().WithContext("--image");
    request.images.push_back(*std::move(reference));
  }
  for (const std::string& text : options.assets) {
    ASSIGN_OR_RETURN(AssetSpec asset, ParseAsset(text));
    request.assets.push_back(std::move(asset));
  }
  for (const std::string& text : options.platforms) {
    ASSIGN_OR_RETURN(Platform platform, Platform::Parse(text));
    request.platforms.push_back(std::move(platform));
  }
  RETURN_IF_ERROR(ParseMirrors(options, &request.registry));
  if (request.from.empty() && request.images.empty() && request.assets.empty()) {
    return InvalidArgument("nothing to put into the bundle: give --from, --image or --asset");
  }
  return request;
}

// Gathers a plan from all sources, which live as long as this does.
class BundleMaker {
 public:
  BundleMaker(const CreateOptions& options, CreateRequest request)
      : options_(options), request_(std::move(request)), collector_(&plan_) {}

  Status Gather() {
    plan_.SetName(options_.name);
    plan_.SetVersion(options_.version);
    for (const FromSpec& spec : request_.from) RETURN_IF_ERROR(TakeFrom(spec));
    for (const Reference& image : request_.images) RETURN_IF_ERROR(TakeImage(image));
    for (const AssetSpec& asset : request_.assets) RETURN_IF_ERROR(TakeAssetFile(asset));
    for (const Platform& platform : request_.platforms) platforms_.insert(platform.ToString());
    if (platforms_.empty()) platforms_.insert(kDefaultPlatform);
    for (const std::string& platform : platforms_) plan_.AddPlatform(platform);
    return OkStatus();
  }

  const BundlePlan& plan() const { return plan_; }
  const Collector& collector() const { return collector_; }

 private:
  static constexpr char kDefaultPlatform[] = "linux/amd64";

  std::optional<Platform> OnlyPlatform() const {
    if (request_.platforms.size() != 1) return std::nullopt;
    return request_.platforms[0];
  }

  Status TakeFrom(const FromSpec& spec) {
    ASSIGN_OR_RETURN(auto opened, OpenFrom(RealEnv(), spec, FolderOf(options_.file)));
    for (OpenedSource& source : opened) {
      ImageSource* images = source.source.get();
      sources_.push_back(std::move(source.source));
      for (const NamedImage& image : source.content.images) {
        RETURN_IF_ERROR(collector_.TakeImage(images, image, OnlyPlatform()));
      }
      for (const Descriptor& asset : source.content.assets) {
        RETURN_IF_ERROR(collector_.TakeAsset(images, asset));
      }
      if (!request_.platforms.empty()) continue;
      platforms_.insert(source.content.platforms.begin(), source.content.platforms.end());
    }
    return OkStatus();
  }

  Result<RepositorySource*> Repository(const Reference& reference) {
    if (!client_) {
      ASSIGN_OR_RETURN(client_, RegistryClient::Create(request_.registry));
    }
    auto [at, is_new] = repositories_.emplace(reference.Name(), nullptr);
    if (is_new) at->second = std::make_unique<RepositorySource>(client_.get(), reference);
    return at->second.get();
  }

  Status TakeImage(const Reference& reference) {
    ASSIGN_OR_RETURN(RepositorySource * repository, Repository(reference));
    std::string wanted = reference.tag.empty() ? reference.digest->ToString() : reference.tag;
    Result<Descriptor> descriptor = repository->ResolveTag(wanted);
    if (!descriptor.ok()) {
      if (descriptor.status().code() == Code::kCorrupt) return descriptor.status();
      collector_.AddMissing({reference.ToString(), "the image", descriptor.status().message()});
      return OkStatus();
    }
    std::optional<Platform> platform = OnlyPlatform();
    if (request_.platforms.empty()) platform = Platform{"linux", "amd64", ""};
    return collector_.TakeImage(repository, {*descriptor, reference}, platform);
  }

  Status TakeAssetFile(const AssetSpec& spec) {
    ASSIGN_OR_RETURN(auto asset, AssetFile::Open(RealEnv(), spec.path, spec.file));
    ASSIGN_OR_RETURN(Descriptor manifest, asset->AddTo(&plan_));
    asset_files_.push_back(std::move(asset));
    return collector_.AddAssetRoot(spec.path, manifest);
  }

  const CreateOptions& options_;
  CreateRequest request_;
  BundlePlan plan_;
  Collector collector_;
  std::set<std::string> platforms_;
  std::vector<std::unique_ptr<ImageSource>> sources_;
  std::unique_ptr<RegistryClient> client_;
  std::map<std::string, std::unique_ptr<RepositorySource>> repositories_;
  std::vector<std::unique_ptr<AssetFile>> asset_files_;
};

int FailMissing(const CommandContext& context, const std::vector<MissingPart>& missing) {
  for (const MissingPart& part : missing) {
    fprintf(stderr, "cozy-airgap: missing: %s: %s: %s\n", part.wanted_by.c_str(), part.what.c_str(),
            part.cause.c_str());
  }
  std::string line = std::to_string(missing.size()) + (missing.size() == 1 ? " part" : " parts") +
                     " missing, so no bundle was made";
  fprintf(stderr, "cozy-airgap: %s\n", line.c_str());
  if (context.json) {
    JsonBuilder document;
    JsonNode error = document.root().PutObject("error");
    error.Put("code", CodeName(Code::kNotFound));
    error.Put("message", line);
    JsonNode parts = document.root().PutArray("missing");
    for (const MissingPart& part : missing) {
      JsonNode node = parts.AddObject();
      node.Put("wantedBy", part.wanted_by);
      node.Put("what", part.what);
      node.Put("cause", part.cause);
    }
    context.PrintJson(document);
  }
  return kExitCouldNot;
}

void Report(const CommandContext& context, const CreateOptions& options, const BundleMaker& maker,
            const Digest& identity) {
  struct stat st {};
  uint64_t bytes = stat(options.file.c_str(), &st) == 0 ? static_cast<uint64_t>(st.st_size) : 0;
  const Collector& taken = maker.collector();
  if (context.json) {
    JsonBuilder document;
    JsonNode root = document.root();
    root.Put("file", options.file);
    root.Put("name", options.name);
    root.Put("version", options.version);
    root.Put("identity", identity.ToString());
    root.Put("images", uint64_t{taken.image_count()});
    root.Put("referrers", uint64_t{taken.referrer_count()});
    root.Put("assets", uint64_t{taken.asset_count()});
    root.Put("blobs", uint64_t{maker.plan().blob_count()});
    root.Put("bytes", bytes);
    context.PrintJson(document);
    return;
  }
  context.Print(options.file + ": " + options.name + " " + options.version);
  context.Print("identity   " + identity.ToString());
  context.Print("images     " + std::to_string(taken.image_count()));
  context.Print("referrers  " + std::to_string(taken.referrer_count()));
  context.Print("assets     " + std::to_string(taken.asset_count()));
  context.Print("blobs      " + std::to_string(maker.plan().blob_count()));
  context.Print("size       " + FormatBytes(bytes));
}

int RunCreate(const CommandContext& context, const CreateOptions& options) {
  Result<CreateRequest> request = ParseRequest(options);
  if (!request.ok()) return context.Fail(request.status());
  BundleMaker maker(options, *std::move(request));
  if (Status status = maker.Gather(); !status.ok()) return context.Fail(status);
  if (!maker.collector().missing().empty()) {
    return FailMissing(context, maker.collector().missing());
  }
  Result<Digest> identity = NotFound("");
  {
    ProgressLine line("writing", context.quiet || context.json);
    identity = WriteBundle(RealEnv(), options.file, maker.plan(), [&](const WriteProgress& now) {
      line.Update(
          now.done_bytes, now.total_bytes,
          std::to_string(now.done_blobs) + " of " + std::to_string(now.total_blobs) + " blobs");
    });
  }
  if (!identity.ok()) return context.Fail(identity.status());
  Report(context, options, maker, *identity);
  return kExitFine;
}

}  // namespace

void AddBundleCreate(CLI::App& bundle, CommandContext& context) {
  CLI::App* create = bundle.add_subcommand("create", "put images and files into one bundle");
  auto options = std::make_shared<CreateOptions>();
  create->footer(kFooter);
  create->add_option("--name", options->name, "the bundle's name")->required();
  create->add_option("--version", options->version, "its version")->required();
  create->add_option("--file", options->file, "the bundle to write; appears when it is complete")
      ->required();
  auto add_list = [&](const char* flag, std::vector<std::string>& list, const char* type,
                      const char* help) {
    create->add_option(flag, list, help)->type_name(type)->allow_extra_args(false);
  };
  add_list("--from", options->from, "SOURCE", "take all that a source holds (see below)");
  add_list("--image", options->images, "REF", "pull an image, with signatures and referrers");
  add_list("--asset", options->assets, "HTTP/PATH=FILE", "carry a file, to be served there");
  add_list("--platform", options->platforms, "OS/ARCH", "as in linux/amd64 (see below)");
  add_list("--mirror", options->mirrors, "HOST=URL",
           "read a registry's content there; http:// is plain, a path precedes the repository");
  add_list("--insecure-registry", options->insecure, "HOST",
           "speak plain HTTP to a registry that is not on loopback");
  create->add_option("--registry-ca", options->registry_ca, "PEM file of CAs to trust as well");
  create->add_option("--credentials", options->credentials,
                     "docker's config.json (default: where docker keeps it)");
  create->callback([&context, options] {
    context.run = [&context, options] { return RunCreate(context, *options); };
  });
}

}  // namespace airgap
