// What stands after --from: "oci:DIR", "oci-archive:FILE", "docker-archive:FILE", "bundle:FILE",
// each but the last with "=REF" where its images have no full reference.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "intake/image_name.h"
#include "intake/image_source.h"

namespace airgap {

enum class SourceKind { kLayout, kOciArchive, kDockerArchive, kBundle };

struct FromSpec {
  SourceKind kind = SourceKind::kLayout;
  std::string path;
  GivenName given;
  std::string text;  // without "=REF"

  // A path that exists as it stands is taken whole, "=" and all.
  static Result<FromSpec> Parse(std::string_view text);
};

// An open source and what it holds.
struct OpenedSource {
  std::unique_ptr<ImageSource> source;
  SourceContent content;
};

// Every source at the path: one, or one for each bundle of an appliance image. A compressed
// archive is unpacked into a nameless file in `spool_folder`, gone when the source is.
Result<std::vector<OpenedSource>> OpenFrom(Env* env, const FromSpec& spec,
                                           const std::string& spool_folder);

}  // namespace airgap
