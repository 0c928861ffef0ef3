// Layouts and tars in memory for the tests of what bundles are made from.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "intake/layout_files.h"
#include "oci/manifest.h"

namespace airgap::testing {

// Files by path, all in memory.
class MemoryFiles : public LayoutFiles {
 public:
  std::map<std::string, std::string> files;

  const std::string& name() const override { return name_; }
  Result<FileExtent> Find(const std::string& path) override;

 private:
  std::string name_ = "layout";
};

// An OCI image layout being made.
class LayoutMaker {
 public:
  LayoutMaker();
  Descriptor AddBlob(const std::string& bytes, const std::string& media_type);
  // A manifest of one config and one layer that holds `content`.
  Descriptor AddImage(const std::string& content, const Descriptor* subject = nullptr);
  Descriptor AddIndex(const std::vector<Descriptor>& children);
  // Lists a manifest in index.json; no name when `ref_name` is empty.
  void List(Descriptor descriptor, const std::string& ref_name = "");

  std::map<std::string, std::string>& files() { return files_; }
  // With index.json.
  std::unique_ptr<LayoutFiles> Files() const;
  void WriteTo(const std::string& folder) const;

 private:
  std::map<std::string, std::string> Finished() const;
  std::map<std::string, std::string> files_;
  std::vector<Descriptor> listed_;
};

// One entry of a ustar archive: type '0' file, '1' hard link, '2' symbolic link, '5' folder.
std::string TarEntryBytes(const std::string& name, const std::string& content, char type = '0',
                          const std::string& link = "");
// The entries and the end of the archive.
std::string TarBytes(const std::vector<std::string>& entries);

}  // namespace airgap::testing
