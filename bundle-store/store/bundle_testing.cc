#include "store/bundle_testing.h"

#include <cstdio>
#include <cstdlib>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"

namespace airgap::testing {
namespace {

void Check(const Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "test bundle: %s\n", status.message().c_str());
  abort();
}

Descriptor Describe(const std::string& bytes, const std::string& media_type) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = Digest::Of(AsBytes(bytes));
  descriptor.size_bytes = bytes.size();
  return descriptor;
}

std::string ConfigTypeOf(const std::string& manifest_type) {
  return manifest_type == media_type::kDockerManifest
             ? "application/vnd.docker.container.image.v1+json"
             : media_type::kOciConfig;
}

}  // namespace

TestPlan::TestPlan(std::string name, std::string version) {
  plan.SetName(std::move(name));
  plan.SetVersion(std::move(version));
  plan.AddPlatform("linux/amd64");
}

Descriptor TestPlan::AddBlob(const std::string& bytes, const std::string& media_type) {
  Descriptor descriptor = Describe(bytes, media_type);
  Check(plan.AddBytes(descriptor, ManifestKind::kNone, bytes));
  return descriptor;
}

Descriptor TestPlan::AddManifest(const std::string& json, const std::string& media_type) {
  Descriptor descriptor = Describe(json, media_type);
  Check(plan.AddBytes(descriptor, KindOfMediaType(media_type), json));
  return descriptor;
}

Descriptor TestPlan::AddImage(const std::string& content, const std::string& media_type) {
  Descriptor config = AddBlob("{\"os\":\"linux\",\"content\":\"" + content.substr(0, 16) + "\"}",
                              ConfigTypeOf(media_type));
  Descriptor layer = AddBlob(content, media_type::kOciLayerGzip);
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type);
  config.WriteTo(root.PutObject("config"));
  layer.WriteTo(root.PutArray("layers").AddObject());
  return AddManifest(builder.ToText(), media_type);
}

Descriptor TestPlan::AddIndex(const std::vector<Descriptor>& children) {
  JsonBuilder builder;
  builder.root().Put("schemaVersion", 2);
  builder.root().Put("mediaType", media_type::kOciIndex);
  JsonNode list = builder.root().PutArray("manifests");
  for (const Descriptor& child : children) child.WriteTo(list.AddObject());
  return AddManifest(builder.ToText(), media_type::kOciIndex);
}

Descriptor TestPlan::AddReferrer(const Descriptor& subject, const std::string& artifact_type) {
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kOciManifest);
  root.Put("artifactType", artifact_type);
  AddBlob("{}", media_type::kOciEmpty).WriteTo(root.PutObject("config"));
  AddBlob("content of " + artifact_type, artifact_type)
      .WriteTo(root.PutArray("layers").AddObject());
  subject.WriteTo(root.PutObject("subject"));
  root.PutObject("annotations").Put("made.by", "test");
  return AddManifest(builder.ToText(), media_type::kOciManifest);
}

Descriptor TestPlan::AddAsset(const std::string& path, const std::string& content) {
  JsonBuilder config_builder;
  config_builder.root().Put("chunkSize", limits::asset_chunk_bytes);
  JsonNode chunks = config_builder.root().PutArray("chunks");
  for (size_t at = 0; at < content.size(); at += limits::asset_chunk_bytes) {
    chunks.Add(Digest::Of(AsBytes(content.substr(at, limits::asset_chunk_bytes))).Hex());
  }
  Descriptor config =
      AddBlob(config_builder.ToText(), "application/vnd.cozystack.airgap.asset.config.v1+json");
  Descriptor layer = AddBlob(content, "application/octet-stream");
  layer.annotations[annotation::kTitle] = path.substr(path.rfind('/') + 1);
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kOciManifest);
  root.Put("artifactType", "application/vnd.cozystack.airgap.asset.v1");
  config.WriteTo(root.PutObject("config"));
  layer.WriteTo(root.PutArray("layers").AddObject());
  Descriptor manifest = AddManifest(builder.ToText(), media_type::kOciManifest);
  manifest.annotations[annotation::kAssetPath] = path;
  AddRoot(manifest, "airgap.internal/assets/" + path + "@" + manifest.digest.ToString());
  return layer;
}

void TestPlan::AddRoot(Descriptor descriptor, const std::string& reference,
                       const std::string& subject) {
  descriptor.annotations[annotation::kRefName] = reference;
  if (!subject.empty()) descriptor.annotations[annotation::kSubject] = subject;
  plan.AddRoot(std::move(descriptor));
}

std::string TestPlan::Encode() {
  TempFolder folder;
  std::string path = folder / "bundle.tar";
  Result<Digest> identity = WriteBundle(RealEnv(), path, plan, nullptr);
  Check(identity.ok() ? OkStatus() : identity.status());
  Result<std::string> bytes = ReadWholeFile(RealEnv(), path, UINT64_MAX);
  Check(bytes.ok() ? OkStatus() : bytes.status());
  return *bytes;
}

std::shared_ptr<Bundle> OpenBytes(std::string bytes, const std::string& name) {
  uint64_t size = bytes.size();
  Result<std::shared_ptr<Bundle>> bundle =
      Bundle::Open(std::make_shared<MemoryFile>(std::move(bytes), name), 0, size);
  Check(bundle.ok() ? OkStatus() : bundle.status());
  return *bundle;
}

std::string TestAssetContent() {
  std::string content;
  for (uint32_t i = 0; content.size() < 5 * limits::asset_chunk_bytes / 2; ++i) {
    content += static_cast<char>(i * 2654435761U >> 24);
  }
  return content;
}

TestPlan MakeTestPlan() {
  TestPlan test("demo", "1.0");
  Descriptor tool = test.AddImage("tool layer");
  test.AddRoot(tool, "docker.io/library/tool:1");
  test.AddRoot(test.AddImage("app layer from ghcr"), "ghcr.io/org/app:v1");
  test.AddRoot(test.AddImage("app layer from quay", media_type::kDockerManifest),
               "quay.io/org/app:v1");
  Descriptor amd64 = test.AddImage("multi amd64");
  amd64.platform = Platform{"linux", "amd64", ""};
  Descriptor arm64 = test.AddImage("multi arm64");
  arm64.platform = Platform{"linux", "arm64", ""};
  test.AddRoot(test.AddIndex({amd64, arm64}), "ghcr.io/org/multi:v1");
  Descriptor sbom = test.AddReferrer(tool, "application/spdx+json");
  test.AddRoot(sbom, "docker.io/library/tool@" + sbom.digest.ToString(), tool.digest.ToString());
  test.AddAsset("boot/kernel", TestAssetContent());
  return test;
}

}  // namespace airgap::testing
