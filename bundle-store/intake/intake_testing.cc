#include "intake/intake_testing.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/env_testing.h"

namespace airgap::testing {
namespace {

std::string BlobPath(const Digest& digest) { return "blobs/sha256/" + digest.Hex(); }

}  // namespace

Result<FileExtent> MemoryFiles::Find(const std::string& path) {
  auto found = files.find(path);
  if (found == files.end()) return NotFound(path + " is not in " + name_);
  return FileExtent{std::make_shared<MemoryFile>(found->second, path), 0, found->second.size()};
}

LayoutMaker::LayoutMaker() { files_["oci-layout"] = "{\"imageLayoutVersion\":\"1.0.0\"}"; }

Descriptor LayoutMaker::AddBlob(const std::string& bytes, const std::string& media_type) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = Digest::Of(AsBytes(bytes));
  descriptor.size_bytes = bytes.size();
  files_[BlobPath(descriptor.digest)] = bytes;
  return descriptor;
}

Descriptor LayoutMaker::AddImage(const std::string& content, const Descriptor* subject) {
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kOciManifest);
  AddBlob("{\"os\":\"linux\"}", media_type::kOciConfig).WriteTo(root.PutObject("config"));
  AddBlob(content, media_type::kOciLayerGzip).WriteTo(root.PutArray("layers").AddObject());
  if (subject != nullptr) subject->WriteTo(root.PutObject("subject"));
  return AddBlob(builder.ToText(), media_type::kOciManifest);
}

Descriptor LayoutMaker::AddIndex(const std::vector<Descriptor>& children) {
  JsonBuilder builder;
  builder.root().Put("schemaVersion", 2);
  builder.root().Put("mediaType", media_type::kOciIndex);
  JsonNode list = builder.root().PutArray("manifests");
  for (const Descriptor& child : children) child.WriteTo(list.AddObject());
  return AddBlob(builder.ToText(), media_type::kOciIndex);
}

void LayoutMaker::List(Descriptor descriptor, const std::string& ref_name) {
  if (!ref_name.empty()) descriptor.annotations[annotation::kRefName] = ref_name;
  listed_.push_back(std::move(descriptor));
}

std::map<std::string, std::string> LayoutMaker::Finished() const {
  std::map<std::string, std::string> files = files_;
  JsonBuilder builder;
  builder.root().Put("schemaVersion", 2);
  JsonNode list = builder.root().PutArray("manifests");
  for (const Descriptor& descriptor : listed_) descriptor.WriteTo(list.AddObject());
  files.emplace("index.json", builder.ToText());  // unless a test wrote its own
  return files;
}

std::unique_ptr<LayoutFiles> LayoutMaker::Files() const {
  auto files = std::make_unique<MemoryFiles>();
  files->files = Finished();
  return files;
}

void LayoutMaker::WriteTo(const std::string& folder) const {
  for (const auto& [path, content] : Finished()) {
    std::filesystem::path file = std::filesystem::path(folder) / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }
}

std::string TarEntryBytes(const std::string& name, const std::string& content, char type,
                          const std::string& link) {
  std::string header(512, '\0');
  auto put = [&header](size_t at, const std::string& text) {
    memcpy(header.data() + at, text.data(), text.size());
  };
  char size[12];
  snprintf(size, sizeof size, "%011zo", content.size());
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, size);
  put(136, "00000000000");
  put(148, "        ");
  header[156] = type;
  put(157, link);
  put(257, std::string("ustar\0"
                       "00",
                       8));
  unsigned sum = 0;
  for (char c : header) sum += static_cast<uint8_t>(c);
  char checksum[8];
  snprintf(checksum, sizeof checksum, "%06o", sum);
  put(148, std::string(checksum, 7));
  std::string padding((512 - content.size() % 512) % 512, '\0');
  return header + content + padding;
}

std::string TarBytes(const std::vector<std::string>& entries) {
  std::string bytes;
  for (const std::string& entry : entries) bytes += entry;
  return bytes + std::string(1024, '\0');
}

}  // namespace airgap::testing
