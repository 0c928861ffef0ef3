#include "intake/recipe.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/yaml_mapping.h"
#include "intake/asset_file.h"
#include "intake/from_source.h"

namespace airgap {
namespace {

constexpr char kImageFactory[] = "https://factory.talos.dev";

bool IsUrl(std::string_view text) {
  return text.substr(0, 8) == "https://" || text.substr(0, 7) == "http://";
}

// What stands between two slashes of an image-factory path.
bool IsPathWord(std::string_view text) {
  return !text.empty() && text.front() != '.' &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
             "0123456789._+-") == std::string_view::npos;
}

class RecipeReader {
 public:
  RecipeReader(Recipe* recipe, YamlMistakes* mistakes) : recipe_(recipe), mistakes_(mistakes) {}

  void Read(YamlView root) {
    ReadYamlMapping(
        root, "",
        {{"name", [&](YamlView value) { recipe_->name = Text(value, "name"); }},
         {"version", [&](YamlView value) { recipe_->version = Text(value, "version"); }},
         {"platforms",
          [&](YamlView value) { ReadPlatforms(value, "platforms", &recipe_->platforms); }},
         {"images", [&](YamlView value) { Each(value, "images", &RecipeReader::ReadImage); }},
         {"from", [&](YamlView value) { Each(value, "from", &RecipeReader::ReadFrom); }},
         {"assets", [&](YamlView value) { Each(value, "assets", &RecipeReader::ReadAsset); }},
         {"talos", [&](YamlView value) { Each(value, "talos", &RecipeReader::ReadTalos); }},
         {"registries", [&](YamlView value) { ReadRegistries(value); }}},
        mistakes_);
  }

 private:
  std::string Text(YamlView value, std::string_view where) {
    return ReadYamlString(value, where, mistakes_);
  }

  void Each(YamlView value, std::string_view where, void (RecipeReader::*read)(YamlView)) {
    auto read_one = [&](YamlView element) { (this->*read)(element); };
    ReadYamlSequence(value, where, read_one, mistakes_);
  }

  void ReadPlatforms(YamlView value, std::string_view where, std::vector<Platform>* platforms) {
    ReadYamlSequence(
        value, where,
        [&](YamlView element) {
          Result<Platform> platform = Platform::Parse(Text(element, where));
          if (platform.ok()) {
            platforms->push_back(*std::move(platform));
          } else {
            Mistake(element, where, platform.status());
          }
        },
        mistakes_);
  }

  void Mistake(YamlView at, std::string_view where, const Status& status) {
    mistakes_->Add(at, std::string(where) + ": " + status.message());
  }

  void TakeReference(YamlView value, RecipeImage* image) {
    std::string text = Text(value, "images");
    if (text.empty()) return;
    Result<Reference> reference = Reference::ParseFamiliar(text);
    if (!reference.ok()) return Mistake(value, "images", reference.status());
    if (!images_.insert(reference->ToString()).second) {
      mistakes_->Add(value, "images: " + reference->ToString() + " stands twice");
    }
    image->reference = *std::move(reference);
  }

  void ReadImage(YamlView element) {
    RecipeImage image;
    if (!element.IsMapping()) {
      TakeReference(element, &image);
    } else {
      ReadYamlMapping(
          element, "images",
          {{"reference", [&](YamlView value) { TakeReference(value, &image); }},
           {"platforms",
            [&](YamlView value) { ReadPlatforms(value, "images: platforms", &image.platforms); }},
           {"sparse",
            [&](YamlView value) {
              image.is_sparse = ReadYamlBool(value, "images: sparse", mistakes_);
            }}},
          mistakes_);
      if (!element["reference"].exists()) mistakes_->Add(element, "images: 'reference' is missing");
    }
    recipe_->images.push_back(std::move(image));
  }

  void ReadFrom(YamlView element) {
    std::string text = Text(element, "from");
    if (text.empty()) return;  // which is told
    Result<FromSpec> spec = FromSpec::Parse(text);
    if (!spec.ok()) return Mistake(element, "from", spec.status());
    recipe_->from.push_back(std::move(text));
  }

  void TakeDigest(YamlView value, RecipeAsset* asset) {
    Result<Digest> digest = Digest::Parse("sha256:" + Text(value, "assets: sha256"));
    if (!digest.ok()) return Mistake(value, "assets: sha256", digest.status());
    asset->digest = *digest;
  }

  void ReadAsset(YamlView element) {
    RecipeAsset asset;
    ReadYamlMapping(element, "assets",
                    {{"path", [&](YamlView value) { asset.path = Text(value, "assets: path"); }},
                     {"file", [&](YamlView value) { asset.file = Text(value, "assets: file"); }},
                     {"url", [&](YamlView value) { asset.url = Text(value, "assets: url"); }},
                     {"sha256", [&](YamlView value) { TakeDigest(value, &asset); }}},
                    mistakes_);
    if (!element.IsMapping()) return;
    if (asset.file.empty() == asset.url.empty()) {
      mistakes_->Add(element, "assets: one of 'file' and 'url' is needed");
    }
    if (!asset.url.empty() && !IsUrl(asset.url)) {
      mistakes_->Add(element["url"], "assets: url: expected https://...");
    }
    AddAsset(element, "assets", std::move(asset));
  }

  void AddAsset(YamlView at, std::string_view where, RecipeAsset asset) {
    Status status = CheckAssetPath(asset.path);
    if (!status.ok()) return Mistake(at, where, status);
    if (!paths_.insert(asset.path).second) {
      mistakes_->Add(at, std::string(where) + ": path " + asset.path + " stands twice");
    }
    recipe_->assets.push_back(std::move(asset));
  }

  // Assets of the image factory, under its own paths.
  // https://github.com/siderolabs/image-factory#get-imageschematicversionpath
  void ReadTalos(YamlView element) {
    std::string version;
    std::string schematic;
    std::string factory = kImageFactory;
    std::vector<YamlView> files;
    ReadYamlMapping(
        element, "talos",
        {{"version", [&](YamlView value) { version = Text(value, "talos: version"); }},
         {"schematic", [&](YamlView value) { schematic = Text(value, "talos: schematic"); }},
         {"factory", [&](YamlView value) { factory = Text(value, "talos: factory"); }},
         {"files",
          [&](YamlView value) {
            ReadYamlSequence(
                value, "talos: files", [&](YamlView file) { files.push_back(file); }, mistakes_);
          }}},
        mistakes_);
    if (!element.IsMapping()) return;
    if (!IsPathWord(version) || version.front() != 'v') {
      return mistakes_->Add(element, "talos: version: expected one like v1.13.6");
    }
    if (!Digest::Parse("sha256:" + schematic).ok()) {
      return mistakes_->Add(element, "talos: schematic: expected 64 hexadecimal digits");
    }
    if (!IsUrl(factory)) return mistakes_->Add(element, "talos: factory: expected https://...");
    if (files.empty()) return mistakes_->Add(element, "talos: 'files' is missing");
    while (factory.back() == '/') factory.pop_back();
    for (YamlView file : files) AddTalosFile(file, factory, schematic, version);
  }

  void AddTalosFile(YamlView file, const std::string& factory, const std::string& schematic,
                    const std::string& version) {
    std::string name = Text(file, "talos: files");
    if (!IsPathWord(name)) {
      return mistakes_->Add(file, "talos: files: '" + name + "' is no file name");
    }
    RecipeAsset asset;
    asset.path = "image/" + schematic;
    asset.path += "/" + version;
    asset.path += "/" + name;
    asset.url = factory + "/" + asset.path;
    AddAsset(file, "talos: files", std::move(asset));
  }

  void ReadRegistries(YamlView registries) {
    if (!registries.IsMapping()) {
      return mistakes_->Add(registries, "registries: expected registry hosts with values");
    }
    registries.ForEachMember([&](YamlView key, YamlView value) {
      std::string host = CanonicalHost(key.String().value_or(""));
      if (!IsRegistryHost(host)) {
        mistakes_->Add(key, "registries: '" + host + "' is no registry host");
        return true;
      }
      RecipeRegistry& registry = recipe_->registries[host];
      ReadYamlMapping(value, "registries: " + host,
                      {{"mirror",
                        [&](YamlView mirror) {
                          registry.mirror = Text(mirror, "registries: mirror");
                          if (registry.mirror.empty() || IsUrl(registry.mirror)) return;
                          mistakes_->Add(mirror, "registries: mirror: expected https://...");
                        }},
                       {"insecure",
                        [&](YamlView insecure) {
                          registry.is_insecure =
                              ReadYamlBool(insecure, "registries: insecure", mistakes_);
                        }}},
                      mistakes_);
      return true;
    });
  }

  Recipe* recipe_;
  YamlMistakes* mistakes_;
  std::set<std::string> images_;
  std::set<std::string> paths_;
};

std::string_view Trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return line;
}

}  // namespace

Result<Recipe> ParseRecipe(std::string_view text, const std::string& what,
                           std::vector<std::string>* mistakes) {
  Result<YamlDocument> document = YamlDocument::Parse(text, limits::recipe_max_bytes, what);
  if (!document.ok()) {
    if (mistakes != nullptr) mistakes->push_back(document.status().message());
    return document.status();
  }
  Recipe recipe;
  YamlMistakes found;
  RecipeReader(&recipe, &found).Read(document->root());
  if (found.empty()) return recipe;
  for (const std::string& line : found.lines()) {
    if (mistakes == nullptr) break;
    mistakes->push_back(what + ": ");
    mistakes->back() += line;
  }
  return InvalidArgument(what + ": " + found.lines().front());
}

Result<std::string> RecipeFromList(std::string_view list, const std::string& what,
                                   const std::string& name, const std::string& version,
                                   const std::vector<Platform>& platforms) {
  for (const std::string& text : {name, version}) {
    if (text.find_first_of("\"\\\n\r\t") == std::string::npos) continue;
    return InvalidArgument("'" + text + "' is no name for a bundle or its version");
  }
  std::string recipe = "name: \"" + name + "\"\nversion: \"" + version + "\"\nplatforms:\n";
  for (const Platform& platform : platforms) {
    recipe += "  - " + platform.ToString();
    recipe += "\n";
  }
  recipe += "images:\n";
  std::set<std::string> taken;
  size_t number = 0;
  for (size_t at = 0; at < list.size();) {
    size_t end = std::min(list.find('\n', at), list.size());
    std::string_view line = Trimmed(list.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty()) continue;
    Result<Reference> reference = Reference::ParseFamiliar(line);
    if (!reference.ok()) {
      return reference.status().WithContext(what + ": line " + std::to_string(number));
    }
    std::string full = reference->ToString();
    if (!taken.insert(full).second) continue;
    // An IPv6 address in brackets would be a list.
    bool needs_quotes = full.front() == '[';
    recipe += needs_quotes ? "  - \"" + full + "\"\n" : "  - " + full + "\n";
  }
  if (taken.empty()) return InvalidArgument(what + " lists no images");
  return recipe;
}

}  // namespace airgap
