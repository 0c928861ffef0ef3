#include "intake/from_source.h"

#include <unistd.h>

#include "intake/archive_files.h"
#include "intake/bundle_source.h"
#include "intake/docker_archive.h"
#include "intake/image_layout.h"

namespace airgap {
namespace {

struct KindName {
  SourceKind kind;
  std::string_view prefix;
};

constexpr KindName kKinds[] = {{SourceKind::kLayout, "oci:"},
                               {SourceKind::kOciArchive, "oci-archive:"},
                               {SourceKind::kDockerArchive, "docker-archive:"},
                               {SourceKind::kBundle, "bundle:"}};

Result<std::vector<OpenedSource>> One(std::unique_ptr<ImageSource> source,
                                      Result<SourceContent> content) {
  if (!content.ok()) return content.status();
  std::vector<OpenedSource> opened;
  opened.push_back({std::move(source), *std::move(content)});
  return opened;
}

Result<std::vector<OpenedSource>> OpenLayout(std::unique_ptr<LayoutFiles> files,
                                             const FromSpec& spec) {
  ASSIGN_OR_RETURN(auto layout, ImageLayout::Open(std::move(files), spec.text));
  Result<SourceContent> content = layout->Content(spec.given);
  return One(std::move(layout), std::move(content));
}

// A current `docker save` holds an OCI layout as well: its digests are the published ones.
Result<std::vector<OpenedSource>> OpenDockerArchive(std::unique_ptr<LayoutFiles> files,
                                                    const FromSpec& spec) {
  if (files->Find("oci-layout").ok() && files->Find("index.json").ok()) {
    return OpenLayout(std::move(files), spec);
  }
  ASSIGN_OR_RETURN(auto archive, DockerArchive::Open(std::move(files), spec.text));
  Result<SourceContent> content = archive->Content(spec.given);
  return One(std::move(archive), std::move(content));
}

Result<std::vector<OpenedSource>> OpenBundleSources(Env* env, const FromSpec& spec) {
  ASSIGN_OR_RETURN(auto bundles, OpenBundles(env, spec.path, nullptr));
  std::vector<OpenedSource> opened;
  for (std::shared_ptr<Bundle>& bundle : bundles) {
    auto source = std::make_unique<BundleSource>(std::move(bundle), spec.text);
    ASSIGN_OR_RETURN(SourceContent content, source->Content());
    opened.push_back({std::move(source), std::move(content)});
  }
  return opened;
}

}  // namespace

Result<FromSpec> FromSpec::Parse(std::string_view text) {
  FromSpec spec;
  std::string_view path;
  for (const KindName& kind : kKinds) {
    if (text.substr(0, kind.prefix.size()) != kind.prefix) continue;
    spec.kind = kind.kind;
    path = text.substr(kind.prefix.size());
  }
  if (path.empty()) {
    return InvalidArgument(std::string(text) +
                           ": expected oci:DIR, oci-archive:FILE, docker-archive:FILE or"
                           " bundle:FILE");
  }
  spec.path = std::string(path);
  spec.text = std::string(text);
  size_t equals = path.rfind('=');
  if (equals == std::string_view::npos || access(spec.path.c_str(), F_OK) == 0) return spec;
  std::string_view name = path.substr(equals + 1);
  Result<GivenName> given = GivenName::Parse(name);
  if (!given.ok()) return given.status().WithContext(std::string(text));
  if (spec.kind == SourceKind::kBundle) {
    return InvalidArgument(std::string(text) +
                           ": the images of a bundle have their references already");
  }
  spec.given = *std::move(given);
  spec.path = std::string(path.substr(0, equals));
  spec.text.resize(text.size() - name.size() - 1);
  return spec;
}

Result<std::vector<OpenedSource>> OpenFrom(Env* env, const FromSpec& spec,
                                           const std::string& spool_folder) {
  switch (spec.kind) {
    case SourceKind::kLayout: {
      ASSIGN_OR_RETURN(auto files, OpenLayoutFolder(env, spec.path));
      return OpenLayout(std::move(files), spec);
    }
    case SourceKind::kBundle:
      return OpenBundleSources(env, spec);
    case SourceKind::kOciArchive:
    case SourceKind::kDockerArchive:
      break;
  }
  bool is_docker = spec.kind == SourceKind::kDockerArchive;
  LinkRule links = is_docker ? LinkRule::kFollowInside : LinkRule::kRefuse;
  ASSIGN_OR_RETURN(auto files, OpenLayoutArchive(env, spec.path, links, spool_folder));
  if (is_docker) return OpenDockerArchive(std::move(files), spec);
  return OpenLayout(std::move(files), spec);
}

}  // namespace airgap
