// A recipe: the YAML file that says what goes into a bundle. ../recipes/README.md documents it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "oci/manifest.h"
#include "oci/reference.h"

namespace airgap {

struct RecipeImage {
  Reference reference;
  std::vector<Platform> platforms;  // empty: the recipe's
  bool is_sparse = false;
};

// A file to carry, from the disk or from a URL.
struct RecipeAsset {
  std::string path;  // that it is served at
  std::string file;  // relative to the recipe; empty when there is a URL
  std::string url;
  std::optional<Digest> digest;  // that it must have
};

struct RecipeRegistry {
  std::string mirror;  // URL to read from instead; may be empty
  bool is_insecure = false;
};

struct Recipe {
  std::string name;
  std::string version;
  std::vector<Platform> platforms;
  std::vector<std::string> from;  // as after --from
  std::vector<RecipeImage> images;
  std::vector<RecipeAsset> assets;                   // those of `talos` included
  std::map<std::string, RecipeRegistry> registries;  // by canonical host
};

// kInvalidArgument for the first mistake; `mistakes` (may be null) gets all of them, one line each
// with line and key. `what` names the text.
Result<Recipe> ParseRecipe(std::string_view text, const std::string& what,
                           std::vector<std::string>* mistakes);

// A recipe for the references of a plain list: one a line, empty lines and what follows # left
// out. Each comes once, in the order of the list. kInvalidArgument names the line.
Result<std::string> RecipeFromList(std::string_view list, const std::string& what,
                                   const std::string& name, const std::string& version,
                                   const std::vector<Platform>& platforms);

}  // namespace airgap
