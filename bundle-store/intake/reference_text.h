// Image references inside other text: arguments, environment variables, scripts.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "oci/reference.h"

namespace airgap {

// Calls back for each full reference (a registry host that looks like one, and a tag or a digest)
// in `text`: "--reloader=quay.io/org/reloader:v1,x" holds one. What has the same form and is none
// (the taint node.example.io/ready:NoSchedule, a URL) is left out.
void FindReferences(std::string_view text, const std::function<void(Reference)>& found);

// "oci://ghcr.io/org/charts": host and repository, without tag.
std::optional<Reference> ParseOciUrl(std::string_view url);

}  // namespace airgap
