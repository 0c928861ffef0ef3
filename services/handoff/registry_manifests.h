// What a cluster needs so that a registry runs in it that its own nodes can pull from before
// anything else is up: on the network of the nodes, on several of them, with a certificate of the
// site's CA.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace airgap {

enum class RegistryKind { kDistribution, kZot };

struct RegistryPlan {
  RegistryKind kind = RegistryKind::kDistribution;
  std::string image;  // of the registry itself
  std::string name = "registry.cozy-system";
  unsigned port = 5443;
  std::vector<std::string> nodes;  // addresses of those that run it
  std::string certificate;         // PEM, with what is above it
  std::string key;                 // PEM
  // Of zot: who may push, bcrypt; everybody may pull, for nodes have no login. Empty: everybody may
  // do everything.
  std::string htpasswd;
  // One volume that every replica mounts.
  std::string storage_class;
  std::string size = "200Gi";
  // Or, with an endpoint, an S3 bucket.
  std::string s3_endpoint;  // "http://seaweedfs-s3.tenant-root.svc:8333"
  std::string s3_bucket;
  std::string s3_access_key;
  std::string s3_secret_key;
  // Runs `cozy-airgap serve --from-registry`; empty: nobody does.
  std::string assets_image;
  unsigned assets_port = 8480;
  std::string ca;  // PEM: of the certificate, for that

  // kInvalidArgument: what is wrong with it.
  Status Check() const;
};

// The registry's own configuration: YAML of distribution, or JSON of zot.
std::string FormatRegistryConfig(const RegistryPlan& plan);
// For kubectl.
std::string FormatRegistryManifests(const RegistryPlan& plan);

}  // namespace airgap
