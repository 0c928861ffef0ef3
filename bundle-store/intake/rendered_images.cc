#include "intake/rendered_images.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/limits.h"
#include "intake/gunzip.h"
#include "intake/reference_text.h"

namespace airgap {
namespace {

constexpr std::array<std::string_view, 3> kContainerLists = {"containers", "initContainers",
                                                             "ephemeralContainers"};
constexpr char kPackedPrefix[] = "H4sI";  // base64 of gzip's first bytes

bool IsContainerList(std::string_view key) {
  return std::find(kContainerLists.begin(), kContainerLists.end(), key) != kContainerLists.end();
}

bool EndsWithImage(std::string_view key) {
  return key.ends_with("image") || key.ends_with("Image") || key.ends_with("IMAGE");
}

std::string TextOf(YamlView view) { return std::string(view.String().value_or("")); }

bool IsHeldField(std::string_view name) {
  return name == "data" || name == "stringData" || name == "binaryData";
}

// "Deployment cozy-system/api"
std::string NameObject(YamlView root) {
  std::string name = TextOf(root["kind"]);
  YamlView metadata = root["metadata"];
  if (!metadata["name"].String()) return name;
  name += " ";
  if (metadata["namespace"].String()) name += TextOf(metadata["namespace"]) + "/";
  return name + TextOf(metadata["name"]);
}

// A version and no range: "1.2.3", "v1.2.3-rc.1+build".
bool IsExactVersion(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  if (version.empty() || version[0] < '0' || version[0] > '9') return false;
  if (std::count(version.begin(), version.end(), '.') < 2) return false;
  return version.find_first_of(" *xX<>=~^|,") == std::string_view::npos;
}

// OCI tags have no "+"; Helm writes "_".
std::string TagOfVersion(std::string version) {
  std::replace(version.begin(), version.end(), '+', '_');
  return version;
}

}  // namespace

Status RenderedImages::TakeText(std::string_view text, const std::string& file) {
  std::string unpacked;
  if (IsGzip(text)) {
    ASSIGN_OR_RETURN(unpacked, Gunzip(text, limits::rendered_file_max_bytes, file));
    text = unpacked;
  }
  if (text.size() > limits::rendered_file_max_bytes) {
    return LimitExceeded(file + " has " + std::to_string(text.size()) + " bytes; at most " +
                         std::to_string(limits::rendered_file_max_bytes) + " are read");
  }
  unpacked_bytes_ += text.size();
  if (unpacked_bytes_ > limits::rendered_total_max_bytes) {
    return LimitExceeded("the manifests up to " + file + " have more than " +
                         std::to_string(limits::rendered_total_max_bytes) +
                         " bytes; check them in parts");
  }
  YamlStream stream(text, file);
  for (;;) {
    ASSIGN_OR_RETURN(std::optional<YamlDocument> document, stream.Next());
    if (!document) return OkStatus();
    Source source;
    source.file = file;
    YamlView root = document->root();
    if (root.IsMapping()) {
      RETURN_IF_ERROR(TakeObject(root, source));
      continue;
    }
    Status status;
    root.ForEach([&](YamlView element) {
      status = TakeObject(element, source);
      return status.ok();
    });
    RETURN_IF_ERROR(status);
  }
}

Status RenderedImages::TakeObject(YamlView root, Source source) {
  source.kind = TextOf(root["kind"]);
  if (source.kind.ends_with("List") && root["items"].IsSequence()) {
    Status status;
    root["items"].ForEach([&](YamlView item) {
      status = TakeObject(item, source);
      return status.ok();
    });
    return status;
  }
  if (!source.kind.empty()) {
    ++object_count_;
    std::string name = NameObject(root);
    source.object = source.object.empty() ? name : source.object + ": " + name;
  }
  RETURN_IF_ERROR(TakeFlux(root, source));
  bool is_holder = source.kind == "ConfigMap" || source.kind == "Secret";
  if (is_holder && !source.is_inner) RETURN_IF_ERROR(TakeHolder(root, source));
  Status status;
  root.ForEachMember([&](YamlView key, YamlView value) {
    std::string_view name = key.String().value_or("");
    // What was, not what will be; and what was just read.
    if (!source.kind.empty() && name == "status") return true;
    if (is_holder && !source.is_inner && IsHeldField(name)) return true;
    Level level{nullptr, name, false, 0, root};
    status = Walk(value, level, source);
    return status.ok();
  });
  return status;
}

Status RenderedImages::TakeHolder(YamlView root, const Source& source) {
  bool is_secret = source.kind == "Secret";
  RETURN_IF_ERROR(TakeHeld(root["data"], source, "data", is_secret));
  RETURN_IF_ERROR(TakeHeld(root["stringData"], source, "stringData", false));
  return TakeHeld(root["binaryData"], source, "binaryData", true);
}

Status RenderedImages::TakeHeld(YamlView members, const Source& source, std::string_view field,
                                bool is_base64) {
  Status status;
  members.ForEachMember([&](YamlView key, YamlView value) {
    std::optional<std::string_view> text = value.String();
    if (!text) return true;
    Source inner = source;
    inner.line = value.line();
    inner.field_prefix = std::string(field) + "[" + TextOf(key) + "]";
    inner.is_inner = true;
    std::optional<std::string> decoded;
    if (is_base64) decoded = DecodeBase64(*text);
    status = TakeInner(decoded ? std::string_view(*decoded) : *text, inner);
    return status.ok();
  });
  return status;
}

// The value of a ConfigMap or Secret: manifests, packed or not, or any other text.
Status RenderedImages::TakeInner(std::string_view text, const Source& source) {
  std::optional<std::string> decoded;
  if (text.starts_with(kPackedPrefix)) decoded = DecodeBase64(text);
  if (decoded) text = *decoded;
  std::string unpacked;
  if (IsGzip(text)) {
    std::string what = source.file + ": line " + std::to_string(source.line) + ": " +
                       source.object + " " + source.field_prefix;
    ASSIGN_OR_RETURN(unpacked, Gunzip(text, limits::rendered_embedded_max_bytes, what));
    text = unpacked;
    unpacked_bytes_ += text.size();
    if (unpacked_bytes_ > limits::rendered_total_max_bytes) {
      return LimitExceeded(what + ": the manifests up to here have more than " +
                           std::to_string(limits::rendered_total_max_bytes) +
                           " bytes; check them in parts");
    }
  }
  YamlStream stream(text, source.file);
  for (;;) {
    Result<std::optional<YamlDocument>> document = stream.Next();
    if (document.ok() && !*document) return OkStatus();
    if (!document.ok()) break;
    YamlView root = (*document)->root();
    if (root.IsNull()) continue;
    if (!root.IsMapping()) break;
    RETURN_IF_ERROR(TakeObject(root, source));
  }
  return ScanText(YamlView(), text, Level{}, source);
}

// https://fluxcd.io/flux/components/source/ocirepositories/ and helmrepositories/
Status RenderedImages::TakeFlux(YamlView root, const Source& source) {
  YamlView spec = root["spec"];
  std::string object_namespace = TextOf(root["metadata"]["namespace"]);
  if (source.kind == "OCIRepository") return TakeOciRepository(spec, source);
  if (source.kind == "HelmRepository") {
    std::optional<Reference> url = ParseOciUrl(TextOf(spec["url"]));
    if (!url) return OkStatus();
    FoundReference found;
    found.text = "oci://" + url->Name();
    found.reference = std::move(url);
    found.is_prefix = true;
    found.place = {source.file, spec["url"].line(), source.object, "spec.url"};
    helm_repositories_[object_namespace + "/" + TextOf(root["metadata"]["name"])] =
        std::move(found);
  }
  if (source.kind == "HelmRelease") TakeChart(spec["chart"]["spec"], object_namespace, source);
  if (source.kind == "HelmChart") TakeChart(spec, object_namespace, source);
  return OkStatus();
}

Status RenderedImages::TakeOciRepository(YamlView spec, const Source& source) {
  std::optional<Reference> reference = ParseOciUrl(TextOf(spec["url"]));
  if (!reference) return OkStatus();
  YamlView ref = spec["ref"];
  Result<Digest> digest = Digest::Parse(TextOf(ref["digest"]));
  if (digest.ok()) reference->digest = *digest;
  // A semver range says nothing of one tag: some tag must be there.
  bool is_range = ref["semver"].String().has_value();
  if (ref["tag"].String() && !is_range) reference->tag = TextOf(ref["tag"]);
  if (reference->tag.empty() && !reference->digest && !is_range) reference->tag = "latest";
  FoundPlace place{source.file, spec["url"].line(), source.object, "spec.url"};
  if (source.line != 0) place.line = source.line;
  return Add(*std::move(reference), Certainty::kCertain, std::move(place));
}

void RenderedImages::TakeChart(YamlView chart_spec, std::string_view object_namespace,
                               const Source& source) {
  YamlView from = chart_spec["sourceRef"];
  if (TextOf(from["kind"]) != "HelmRepository" || !chart_spec["chart"].String()) return;
  std::string where = TextOf(from["namespace"]);
  if (where.empty()) where = object_namespace;
  charts_.push_back({where + "/" + TextOf(from["name"]),
                     TextOf(chart_spec["chart"]),
                     TextOf(chart_spec["version"]),
                     {source.file, source.line != 0 ? source.line : chart_spec["chart"].line(),
                      source.object, "chart"}});
}

Status RenderedImages::Finish() {
  std::map<std::string, FoundReference> unused = helm_repositories_;
  for (ChartUse& use : charts_) {
    auto repository = helm_repositories_.find(use.repository);
    if (repository == helm_repositories_.end()) continue;
    unused.erase(use.repository);
    Reference chart = *repository->second.reference;
    chart.repository += "/" + use.chart;
    std::string tag = TagOfVersion(use.version);
    if (IsExactVersion(use.version) && IsTag(tag)) chart.tag = tag;
    RETURN_IF_ERROR(Add(std::move(chart), Certainty::kCertain, std::move(use.place)));
  }
  for (auto& [name, repository] : unused) RETURN_IF_ERROR(found_->Add(std::move(repository)));
  return OkStatus();
}

Status RenderedImages::Walk(YamlView view, const Level& level, const Source& source) {
  Status status;
  if (view.IsMapping()) {
    RETURN_IF_ERROR(TakeCombination(view, level, source));
    view.ForEachMember([&](YamlView key, YamlView value) {
      std::string_view name = key.String().value_or("");
      bool is_schema = source.kind == "CustomResourceDefinition";
      if (is_schema && (name == "description" || name == "example")) return true;
      Level below{&level, name, false, 0, view};
      status = Walk(value, below, source);
      return status.ok();
    });
    return status;
  }
  if (view.IsSequence()) {
    size_t index = 0;
    view.ForEach([&](YamlView element) {
      Level below{&level, level.key, true, index++, YamlView()};
      status = Walk(element, below, source);
      return status.ok();
    });
    return status;
  }
  return TakeScalar(view, level, source);
}

Status RenderedImages::TakeScalar(YamlView view, const Level& level, const Source& source) {
  std::optional<std::string_view> text = view.String();
  if (!text || text->empty()) return OkStatus();
  const Level* parent = level.parent;
  bool in_element = parent != nullptr && parent->is_element;
  if (level.key == "image" && in_element && IsContainerList(parent->key)) {
    return AddText(*text, Certainty::kCertain, view, level, source);
  }
  // An image volume: volumes[].image.reference.
  bool in_image = parent != nullptr && !parent->is_element && parent->key == "image";
  if (level.key == "reference" && in_image && parent->parent != nullptr &&
      parent->parent->is_element && parent->parent->key == "volumes") {
    return AddText(*text, Certainty::kCertain, view, level, source);
  }
  bool is_plain_word = text->find_first_of("/:@") == std::string_view::npos;
  bool may_be_short =
      level.key == "image" && !source.is_inner && source.kind != "CustomResourceDefinition";
  if (EndsWithImage(level.key) && (!is_plain_word || may_be_short) &&
      Reference::ParseFamiliar(*text).ok()) {
    return AddText(*text, Certainty::kLikely, view, level, source);
  }
  // An operator's environment: the tag is often in a variable of its own.
  std::string variable = TextOf(level.sibling_of["name"]);
  if (level.key == "value" && in_element && variable.find("IMAGE") != std::string::npos) {
    std::optional<Reference> untagged = ParseOciUrl("oci://" + std::string(*text));
    bool has_version = text->find_first_of(":@", text->rfind('/') + 1) != std::string_view::npos;
    if (untagged && !has_version && text->find('.') < text->find('/')) {
      return Add(*std::move(untagged), Certainty::kLikely, PlaceOf(view, level, source));
    }
  }
  return ScanText(view, *text, level, source);
}

// What charts write as values: image: {registry: R, repository: N, tag: T, digest: D}.
Status RenderedImages::TakeCombination(YamlView mapping, const Level& level, const Source& source) {
  std::string repository = TextOf(mapping["repository"]);
  std::string tag = TextOf(mapping["tag"]);
  std::string digest = TextOf(mapping["digest"]);
  if (repository.empty() || (tag.empty() && digest.empty())) return OkStatus();
  std::string text;
  if (std::string registry = TextOf(mapping["registry"]); !registry.empty()) text = registry + "/";
  text += repository;
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty() && tag.find('@') == std::string::npos) text += "@" + digest;
  if (!Reference::ParseFamiliar(text).ok()) return OkStatus();
  return AddText(text, Certainty::kLikely, mapping["repository"], level, source);
}

Status RenderedImages::ScanText(YamlView view, std::string_view text, const Level& level,
                                const Source& source) {
  Status status;
  FindReferences(text, [&](Reference reference) {
    if (!status.ok()) return;
    status = Add(std::move(reference), Certainty::kLikely, PlaceOf(view, level, source));
  });
  return status;
}

Status RenderedImages::AddText(std::string_view text, Certainty certainty, YamlView view,
                               const Level& level, const Source& source) {
  Result<Reference> reference = Reference::ParseFamiliar(text);
  FoundPlace place = PlaceOf(view, level, source);
  if (reference.ok()) return Add(*std::move(reference), certainty, std::move(place));
  return AddUnreadable(text, certainty, std::move(place));
}

Status RenderedImages::AddUnreadable(std::string_view text, Certainty certainty, FoundPlace place) {
  FoundReference found;
  found.text = std::string(text.substr(0, limits::reference_max_bytes));
  found.certainty = certainty;
  found.place = std::move(place);
  return found_->Add(std::move(found));
}

Status RenderedImages::Add(Reference reference, Certainty certainty, FoundPlace place) {
  FoundReference found;
  found.text = reference.ToString();
  // Put together from several fields, any of which can be wrong.
  if (!Reference::ParseFamiliar(found.text).ok()) {
    return AddUnreadable(found.text, certainty, std::move(place));
  }
  found.reference = std::move(reference);
  found.certainty = certainty;
  found.place = std::move(place);
  return found_->Add(std::move(found));
}

FoundPlace RenderedImages::PlaceOf(YamlView view, const Level& level, const Source& source) {
  std::string field;
  for (const Level* at = &level; at != nullptr; at = at->parent) {
    std::string part;
    if (at->is_element) {
      part.append("[").append(std::to_string(at->index)).append("]");
    } else {
      part.append(at->parent == nullptr ? "" : ".").append(at->key);
    }
    field.insert(0, part);
  }
  if (!source.field_prefix.empty()) {
    field = field.empty() ? source.field_prefix : source.field_prefix + ": " + field;
  }
  size_t line = source.line != 0 ? source.line : view.line();
  return {source.file, line, source.object, std::move(field)};
}

}  // namespace airgap
