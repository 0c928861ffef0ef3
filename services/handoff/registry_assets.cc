#include "handoff/registry_assets.h"

#include "base/limits.h"
#include "handoff/push_plan.h"

namespace airgap {

Result<std::shared_ptr<AssetReader>> OpenRegistryAsset(const HandoffTarget& target,
                                                       const std::string& repository,
                                                       const std::string& path) {
  Reference place = target.Of(repository);
  std::string what = "asset /" + path;
  std::string media_type;
  auto text = target.client->GetManifest(place, kAssetTag, &media_type);
  if (text.status().code() == Code::kNotFound) return NotFound("the registry has no " + what);
  if (!text.ok()) return text.status();
  ASSIGN_OR_RETURN(Manifest manifest, Manifest::Parse(*text, media_type, what));
  auto named = manifest.annotations.find(annotation::kAssetPath);
  // Two paths may be one in the grammar of repository names.
  if (named == manifest.annotations.end() || named->second != path) {
    return NotFound("the registry has no " + what);
  }
  if (manifest.layers.size() != 1 || !manifest.config) {
    return Corrupt("the manifest of " + what + " does not have exactly one layer");
  }
  if (manifest.config->size_bytes > limits::asset_config_max_bytes) {
    return LimitExceeded("the config of " + what + " is too large");
  }
  std::string config(manifest.config->size_bytes, '\0');
  RETURN_IF_ERROR(target.client->ReadBlob(
      place, *manifest.config, 0, {reinterpret_cast<uint8_t*>(config.data()), config.size()}));
  if (Digest::Of(AsBytes(config)) != manifest.config->digest) {
    return Corrupt("the config of " + what + " does not match its digest");
  }
  Descriptor layer = manifest.layers[0];
  ASSIGN_OR_RETURN(std::vector<Digest> chunks,
                   ParseAssetChunks(config, layer.size_bytes, "the config of " + what));
  RegistryClient* client = target.client;
  return AssetReader::OfChunks(path, layer, std::move(chunks),
                               [client, place, layer](uint64_t offset, MutableByteSpan out) {
                                 return client->ReadBlob(place, layer, offset, out);
                               });
}

}  // namespace airgap
