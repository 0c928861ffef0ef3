// Image references: registry host, repository, tag, digest.
// Grammar: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "oci/digest.h"

namespace airgap {

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/...)*, at most 255 bytes.
bool IsRepositoryName(std::string_view name);
// [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
bool IsTag(std::string_view tag);
// "ghcr.io", "localhost", "10.0.0.1:5000", "[fd00::1]:5000": what may stand before the first
// slash of a reference, or in ?ns=.
bool IsRegistryHost(std::string_view host);

// One name of an image, with its registry host spelled out.
struct Reference {
  std::string host;        // "docker.io", never "index.docker.io" or "registry-1.docker.io"
  std::string repository;  // "library/busybox"
  std::string tag;         // may be empty when there is a digest
  std::optional<Digest> digest;

  // Full form as in index.json: "docker.io/library/busybox:1.36[@sha256:...]".
  std::string ToString() const;
  // "docker.io/library/busybox"
  std::string Name() const { return host + "/" + repository; }

  // What people write: "busybox" is docker.io/library/busybox:latest. A first component is a host
  // when it holds a dot or a colon or is "localhost".
  static Result<Reference> ParseFamiliar(std::string_view text);
  // Only full references: host/repository with a tag, a digest or both.
  static Result<Reference> ParseFull(std::string_view text);
};

// The aliases of Docker Hub are docker.io; everything else is itself.
std::string CanonicalHost(std::string_view host);

}  // namespace airgap
