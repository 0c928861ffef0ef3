#include "cli/site_file.h"

#include <cstdio>

#include "base/limits.h"

namespace airgap {

Result<SiteFile> OpenSiteFile(Env* env, const std::string& path) {
  SiteFile file;
  ASSIGN_OR_RETURN(file.text, ReadWholeFile(env, path, limits::site_file_max_bytes));
  file.checked = CheckSite(file.text);
  return file;
}

int FailSite(const CommandContext& context, const std::string& path, const CheckedSite& checked) {
  JsonBuilder document;
  document.root().Put("file", path);
  document.root().Put("ok", false);
  JsonNode mistakes = document.root().PutArray("mistakes");
  for (const SiteMistake& mistake : checked.mistakes) {
    fprintf(stderr, "cozy-airgap: %s: %s\n", path.c_str(), mistake.ToString().c_str());
    JsonNode node = mistakes.AddObject();
    node.Put("line", uint64_t{mistake.line});
    node.Put("key", mistake.key);
    node.Put("message", mistake.message);
  }
  if (context.json) context.PrintJson(document);
  return kExitCheckFailed;
}

}  // namespace airgap
