// Which full reference an image of a layout or archive gets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "oci/manifest.h"
#include "oci/reference.h"

namespace airgap {

// The REF of "--from SOURCE=REF": a full reference for the one image that the source holds, or
// host/repository for all that have a bare tag or no name at all.
struct GivenName {
  std::optional<Reference> reference;
  std::string host;
  std::string repository;

  bool given() const { return reference.has_value() || !host.empty(); }
  static Result<GivenName> Parse(std::string_view text);
};

// A full reference with its short forms spelled out, or nothing when `text` is none.
std::optional<Reference> FullReference(std::string_view text);

// From the descriptor's annotations (org.opencontainers.image.ref.name; io.containerd.image.name
// where the first is only a tag), completed by `given`. kInvalidArgument says how to name it;
// `source` is what the operator wrote after --from.
Result<Reference> NameImage(const Descriptor& descriptor, const GivenName& given,
                            const std::string& source);

// "assets/<path in the grammar of repository names>": where an asset stands under airgap.internal.
std::string AssetRepository(std::string_view path);

}  // namespace airgap
