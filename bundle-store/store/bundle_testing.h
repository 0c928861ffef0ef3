// A small real bundle for tests: one image under two upstreams, an index of two platforms, a
// referrer, and an asset of three chunks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/bundle.h"
#include "store/bundle_writer.h"
#include "store/catalog.h"

namespace airgap::testing {

// Adds blobs to a plan and remembers their descriptors.
class TestPlan {
 public:
  BundlePlan plan;

  TestPlan(std::string name, std::string version);
  Descriptor AddBlob(const std::string& bytes, const std::string& media_type);
  Descriptor AddManifest(const std::string& json, const std::string& media_type);
  // A config and one layer holding `content`.
  Descriptor AddImage(const std::string& content,
                      const std::string& media_type = media_type::kOciManifest);
  Descriptor AddIndex(const std::vector<Descriptor>& children);
  Descriptor AddReferrer(const Descriptor& subject, const std::string& artifact_type);
  Descriptor AddAsset(const std::string& path, const std::string& content);
  void AddRoot(Descriptor descriptor, const std::string& reference,
               const std::string& subject = "");

  // The bundle as bytes; aborts on failure.
  std::string Encode();
};

std::shared_ptr<Bundle> OpenBytes(std::string bytes, const std::string& name = "test.tar");

// The plan described above. References: docker.io/library/tool:1, ghcr.io/org/app:v1,
// quay.io/org/app:v1 (another image), ghcr.io/org/multi:v1 (index); asset boot/kernel, 2.5 MiB.
TestPlan MakeTestPlan();
std::string TestAssetContent();

}  // namespace airgap::testing
