#include "cli/bundle_rebuild.h"

#include <cstdio>

#include "cli/open_files.h"
#include "cli/progress.h"
#include "cli/write_planned.h"
#include "handoff/rebuild.h"

namespace airgap {

int RunRebuild(const CommandContext& context, const RebuildOptions& options) {
  bool quiet = context.quiet || context.json;
  Result<std::shared_ptr<Bundle>> like = OpenTheOne(options.like);
  if (!like.ok()) return context.Fail(like.status());
  auto opened = OpenTarget(options.registry, false);
  if (!opened.ok()) return context.Fail(opened.status());
  std::vector<std::string> missing;
  auto rebuild = [&] {
    ProgressLine line("looking", quiet);
    return RebuildPlan::Make((*opened)->target, **like, &missing, [&](const HandoffProgress& now) {
      line.UpdateCount(now.done_count, now.total_count, "");
    });
  }();
  for (const std::string& part : missing) {
    fprintf(stderr, "cozy-airgap: missing: %s\n", part.c_str());
  }
  if (!rebuild.ok()) return context.Fail(rebuild.status());
  PlannedWrite write{options.file,          options.split, WriteMode::kResumable,
                     options.registry.jobs, "fetching",    quiet};
  uint64_t bytes = 0;
  Result<Digest> identity = WritePlanned(write, (*rebuild)->plan(), &bytes);
  if (!identity.ok()) return context.Fail(identity.status());
  ReportPlanned(context, options.file, **like, (*rebuild)->plan(), bytes);
  return kExitFine;
}

}  // namespace airgap
