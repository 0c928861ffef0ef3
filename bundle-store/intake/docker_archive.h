// What `docker save` wrote before it wrote OCI layouts: manifest.json, configs, layers as tars.
// https://github.com/moby/docker-image-spec/blob/main/v1.2.md "Combined Image JSON + Filesystem
// Changeset Format"
//
// Such an archive holds no manifest, so one is made: Docker schema 2 over the config and the
// layers as they stand. The same archive gives the same digest.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "intake/image_name.h"
#include "intake/image_source.h"
#include "intake/layout_files.h"

namespace airgap {

// One element of manifest.json.
struct DockerArchiveImage {
  std::string config_path;
  std::vector<std::string> repo_tags;
  std::vector<std::string> layer_paths;
};

// `what` names the text in errors (kCorrupt).
Result<std::vector<DockerArchiveImage>> ParseDockerManifestJson(std::string_view text,
                                                                const std::string& what);

class DockerArchive : public ImageSource {
 public:
  static Result<std::unique_ptr<DockerArchive>> Open(std::unique_ptr<LayoutFiles> files,
                                                     std::string spec);
  Result<SourceContent> Content(const GivenName& given);

  const std::string& name() const override { return spec_; }
  Result<std::string> ReadManifest(const Descriptor& descriptor) override;
  Status CheckBlob(const Descriptor& descriptor) override;
  Result<std::vector<Descriptor>> Referrers(const Digest& subject) override;
  Result<Descriptor> ResolveTag(const std::string& tag) override;
  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override;

 private:
  struct MadeImage {
    Descriptor manifest;
    std::vector<std::string> repo_tags;
  };
  DockerArchive(std::unique_ptr<LayoutFiles> files, std::string spec)
      : files_(std::move(files)), spec_(std::move(spec)) {}
  Status AddImage(const DockerArchiveImage& image);
  Result<Descriptor> AddConfig(const std::string& path, std::vector<Digest>* diff_ids);
  Result<Descriptor> AddLayer(const std::string& path, const Digest& diff_id);
  Status NameOne(const MadeImage& image, const GivenName& given, SourceContent* content) const;

  std::unique_ptr<LayoutFiles> files_;
  std::string spec_;
  std::vector<MadeImage> images_;
  std::map<Digest, std::string> manifests_;
  std::map<Digest, FileExtent> blobs_;
};

}  // namespace airgap
