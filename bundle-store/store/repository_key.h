// What a client may write for one repository, and the one key that it stands for.
#pragma once

#include <string>
#include <string_view>

namespace airgap {

// "busybox" on Docker Hub is "library/busybox"; every other name is itself.
std::string FullRepositoryName(std::string_view host, std::string_view name);

// The upstream host that the first component of a path stands for, in its canonical form. In a path
// of another registry a port's colon cannot stand; "localhost_5000" means "localhost:5000".
std::string HostOfPathComponent(std::string_view component);

// "ghcr.io/org/x" for ns "ghcr.io" and name "org/x" (or "ghcr.io/org/x", as a mirror with an
// override path asks), or for no ns and name "ghcr.io/org/x". A name without ns whose first
// component is no host is its own key.
std::string RepositoryKey(std::string_view ns, std::string_view name);

}  // namespace airgap
