// Which images a release needs, as far as its rendered Kubernetes manifests say: the images of pod
// specs, Flux's OCI sources, and texts that read like references. Manifests inside of ConfigMaps
// and Secrets are read too, one level deep, packed with gzip or not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "intake/found_references.h"

namespace airgap {

class RenderedImages {
 public:
  explicit RenderedImages(FoundReferences* found) : found_(found) {}

  // A stream of YAML documents or JSON, packed with gzip or not. Errors name file and line:
  // kInvalidArgument (not YAML), kCorrupt (damaged gzip), kLimitExceeded.
  Status TakeText(std::string_view text, const std::string& file);
  // Adds what needs several objects to be known: charts in the HelmRepositories that hold them.
  Status Finish();

  size_t object_count() const { return object_count_; }  // with a kind; those of lists count each

 private:
  // Where the walk is: a chain on the stack, the innermost first.
  struct Level {
    const Level* parent = nullptr;
    std::string_view key;     // of a mapping's member; of a sequence's element: the sequence's
    bool is_element = false;  // of a sequence
    size_t index = 0;         // of an element
    YamlView sibling_of;      // the mapping that the member is in
  };
  // What is being read.
  struct Source {
    std::string file;
    std::string object;
    std::string field_prefix;  // of what lies inside another object: "data[a.yaml]: "
    std::string kind;
    size_t line = 0;        // when not 0: of all that is found, as in a packed text
    bool is_inner = false;  // inside of a ConfigMap or Secret
  };
  struct ChartUse {
    std::string repository;  // "namespace/name" of a HelmRepository
    std::string chart;
    std::string version;
    FoundPlace place;
  };

  Status TakeObject(YamlView root, Source source);
  Status TakeHolder(YamlView root, const Source& source);
  Status TakeHeld(YamlView members, const Source& source, std::string_view field, bool is_base64);
  Status TakeInner(std::string_view text, const Source& source);
  Status TakeFlux(YamlView root, const Source& source);
  Status TakeOciRepository(YamlView spec, const Source& source);
  void TakeChart(YamlView chart_spec, std::string_view object_namespace, const Source& source);

  Status Walk(YamlView view, const Level& level, const Source& source);
  Status TakeScalar(YamlView view, const Level& level, const Source& source);
  Status TakeCombination(YamlView mapping, const Level& level, const Source& source);
  Status ScanText(YamlView view, std::string_view text, const Level& level, const Source& source);
  Status AddText(std::string_view text, Certainty certainty, YamlView view, const Level& level,
                 const Source& source);
  // Its place and text are reported; no bundle can have it.
  Status AddUnreadable(std::string_view text, Certainty certainty, FoundPlace place);
  Status Add(Reference reference, Certainty certainty, FoundPlace place);
  static FoundPlace PlaceOf(YamlView view, const Level& level, const Source& source);

  FoundReferences* found_;
  size_t object_count_ = 0;
  uint64_t unpacked_bytes_ = 0;
  std::map<std::string, FoundReference> helm_repositories_;  // by "namespace/name"
  std::vector<ChartUse> charts_;
};

}  // namespace airgap
