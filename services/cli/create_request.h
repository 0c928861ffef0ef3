// What `bundle create` was asked for: flags and recipe as one request, understood before anything
// is opened.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "intake/from_source.h"
#include "intake/recipe.h"
#include "pull/registry_client.h"

namespace airgap {

// As given on the command line.
struct CreateOptions {
  std::string recipe;
  std::string name;
  std::string version;
  std::string file;
  std::vector<std::string> bases;
  std::vector<std::string> from;
  std::vector<std::string> images;
  std::vector<std::string> assets;
  std::vector<std::string> platforms;
  std::vector<std::string> mirrors;
  std::vector<std::string> insecure;
  std::string registry_ca;
  std::string credentials;
  bool is_sparse = false;
  unsigned jobs = 0;
  std::string split;  // the size of parts, or ""
};

struct CreateRequest {
  std::string name;
  std::string version;
  std::string file;
  std::vector<std::string> bases;  // bundles whose blobs are left out
  std::vector<FromSpec> from;
  std::vector<RecipeImage> images;  // each with its platforms
  std::vector<RecipeAsset> assets;  // files relative to the current folder
  std::vector<Platform> platforms;  // as asked for; may be empty
  RegistryClientOptions registry;
  unsigned jobs = 0;
  uint64_t part_bytes = 0;  // 0: one file

  // Whether something comes over the network: then an interrupted run is gone on with.
  bool IsRemote() const;
};

// kInvalidArgument for the first mistake; `mistakes` gets every mistake of the recipe.
Result<CreateRequest> ParseCreateRequest(const CreateOptions& options,
                                         std::vector<std::string>* mistakes);

}  // namespace airgap
