// What the commands have in common that take a site file.
#pragma once

#include <string>

#include "base/env.h"
#include "cli/command.h"
#include "site/site.h"

namespace airgap {

// Of the file beside a site file that holds its signature.
inline constexpr char kSiteSignatureSuffix[] = ".sig";

struct SiteFile {
  std::string text;
  CheckedSite checked;
};

// Errors: what reading gave. A file with mistakes is no error here.
Result<SiteFile> OpenSiteFile(Env* env, const std::string& path);

// Tells every mistake, "cozy-airgap: FILE: line N: ..." each, or with --output json as "mistakes";
// gives the exit code.
int FailSite(const CommandContext& context, const std::string& path, const CheckedSite& checked);

}  // namespace airgap
