#include "cli/create_request.h"

#include <algorithm>

#include "base/limits.h"
#include "intake/asset_file.h"
#include "store/split_file.h"

namespace airgap {
namespace {

constexpr char kNothing[] =
    "nothing to put into the bundle: give --recipe, --from, --image or --asset";

Result<RecipeAsset> ParseAsset(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return InvalidArgument("--asset " + text +
                           ": expected HTTP/PATH=FILE or HTTP/PATH=https://...");
  }
  RecipeAsset asset;
  asset.path = text.substr(0, equals);
  std::string from = text.substr(equals + 1);
  bool is_url = from.rfind("https://", 0) == 0 || from.rfind("http://", 0) == 0;
  (is_url ? asset.url : asset.file) = from;
  RETURN_IF_ERROR(CheckAssetPath(asset.path).WithContext("--asset"));
  return asset;
}

Status AddMirror(const std::string& host, const std::string& url, const std::string& context,
                 RegistryClientOptions* registry) {
  registry->mirrors[host] = url;
  Result<RegistryEndpoint> endpoint = EndpointFor(host, *registry);
  return endpoint.ok() ? OkStatus() : endpoint.status().WithContext(context);
}

// Flags win over the recipe.
Status TakeRegistries(const CreateOptions& options, const Recipe& recipe,
                      RegistryClientOptions* registry) {
  for (const auto& [host, from_recipe] : recipe.registries) {
    if (from_recipe.is_insecure) registry->insecure_hosts.insert(host);
    if (from_recipe.mirror.empty()) continue;
    RETURN_IF_ERROR(AddMirror(host, from_recipe.mirror, options.recipe, registry));
  }
  for (const std::string& text : options.mirrors) {
    size_t equals = text.find('=');
    std::string host = CanonicalHost(text.substr(0, equals));
    if (equals == std::string::npos || !IsRegistryHost(host)) {
      return InvalidArgument("--mirror " + text + ": expected HOST=URL");
    }
    RETURN_IF_ERROR(AddMirror(host, text.substr(equals + 1), "--mirror " + text, registry));
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

Status TakeImages(const CreateOptions& options, Recipe* recipe, CreateRequest* request) {
  request->images = std::move(recipe->images);
  for (const std::string& text : options.images) {
    Result<Reference> reference = Reference::ParseFamiliar(text);
    if (!reference.ok()) return reference.status().WithContext("--image");
    request->images.push_back({*std::move(reference), {}, false});
  }
  for (RecipeImage& image : request->images) {
    if (image.platforms.empty()) image.platforms = request->platforms;
    if (image.platforms.empty()) image.platforms.push_back({"linux", "amd64", ""});
    image.is_sparse = image.is_sparse || options.is_sparse;
  }
  return OkStatus();
}

Status TakeAssets(const CreateOptions& options, Recipe* recipe, CreateRequest* request) {
  for (RecipeAsset& asset : recipe->assets) {
    if (!asset.file.empty() && asset.file.front() != '/') {
      asset.file = FolderOf(options.recipe) + "/" + asset.file;
    }
    request->assets.push_back(std::move(asset));
  }
  for (const std::string& text : options.assets) {
    ASSIGN_OR_RETURN(RecipeAsset asset, ParseAsset(text));
    request->assets.push_back(std::move(asset));
  }
  return OkStatus();
}

Status TakeFrom(const std::vector<std::string>& texts, CreateRequest* request) {
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(FromSpec spec, FromSpec::Parse(text));
    request->from.push_back(std::move(spec));
  }
  return OkStatus();
}

}  // namespace

bool CreateRequest::IsRemote() const {
  return !images.empty() || std::any_of(assets.begin(), assets.end(), [](const RecipeAsset& asset) {
    return !asset.url.empty();
  });
}

Result<CreateRequest> ParseCreateRequest(const CreateOptions& options,
                                         std::vector<std::string>* mistakes) {
  Recipe recipe;
  if (!options.recipe.empty()) {
    ASSIGN_OR_RETURN(std::string text,
                     ReadWholeFile(RealEnv(), options.recipe, limits::recipe_max_bytes));
    ASSIGN_OR_RETURN(recipe, ParseRecipe(text, options.recipe, mistakes));
  }
  CreateRequest request;
  request.file = options.file;
  request.bases = options.bases;
  request.name = options.name.empty() ? recipe.name : options.name;
  request.version = options.version.empty() ? recipe.version : options.version;
  request.jobs = options.jobs;
  if (!options.split.empty()) {
    Result<uint64_t> part_bytes = ParsePartSize(options.split);
    if (!part_bytes.ok()) return part_bytes.status().WithContext("--split");
    request.part_bytes = *part_bytes;
  }
  if (request.name.empty()) return InvalidArgument("the bundle has no name: give --name");
  if (request.version.empty()) return InvalidArgument("the bundle has no version: give --version");
  request.platforms = std::move(recipe.platforms);
  if (!options.platforms.empty()) request.platforms.clear();
  for (const std::string& text : options.platforms) {
    ASSIGN_OR_RETURN(Platform platform, Platform::Parse(text));
    request.platforms.push_back(std::move(platform));
  }
  RETURN_IF_ERROR(TakeRegistries(options, recipe, &request.registry));
  RETURN_IF_ERROR(TakeFrom(recipe.from, &request));
  RETURN_IF_ERROR(TakeFrom(options.from, &request));
  RETURN_IF_ERROR(TakeImages(options, &recipe, &request));
  RETURN_IF_ERROR(TakeAssets(options, &recipe, &request));
  if (request.from.empty() && request.images.empty() && request.assets.empty()) {
    return InvalidArgument(kNothing);
  }
  return request;
}

}  // namespace airgap
