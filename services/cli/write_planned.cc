#include "cli/write_planned.h"

#include <atomic>
#include <mutex>

#include "base/format_bytes.h"
#include "cli/parallel.h"
#include "cli/stop_signal.h"
#include "cli/write_watcher.h"
#include "store/split_file.h"

namespace airgap {

Result<Digest> WritePlanned(const PlannedWrite& write, const BundlePlan& plan, uint64_t* bytes) {
  uint64_t part_bytes = 0;
  if (!write.split.empty()) {
    Result<uint64_t> size = ParsePartSize(write.split);
    if (!size.ok()) return size.status().WithContext("--split");
    part_bytes = *size;
  }
  const std::atomic<bool>* stop = StopOnSignal();
  ASSIGN_OR_RETURN(auto writer,
                   BundleWriter::Open(RealEnv(), write.file, plan, write.mode, part_bytes));
  *bytes = writer->progress().total_bytes;
  std::mutex mutex;
  Status failure;
  {
    WriteWatcher watcher(writer.get(), write.title, write.quiet, stop);
    const std::vector<PlacedBlob>& blobs = writer->blobs();
    RunParallel(write.threads, blobs.size(), [&](size_t number) {
      Status status = *stop ? Unavailable("stopped by a signal") : writer->WriteBlob(blobs[number]);
      std::lock_guard lock(mutex);
      if (!status.ok() && failure.ok()) failure = status;
      return status.ok();
    });
  }
  RETURN_IF_ERROR(failure);
  return writer->Commit();
}

void ReportPlanned(const CommandContext& context, const std::string& file, const Bundle& like,
                   const BundlePlan& plan, uint64_t bytes) {
  if (context.json) {
    JsonBuilder document;
    JsonNode root = document.root();
    root.Put("file", file);
    root.Put("name", like.name());
    root.Put("version", like.version());
    root.Put("identity", like.identity().ToString());
    root.Put("blobs", uint64_t{plan.blob_count()});
    root.Put("bytes", bytes);
    context.PrintJson(document);
    return;
  }
  context.Print(file + ": " + like.name() + " " + like.version());
  context.Print("identity   " + like.identity().ToString());
  context.Print("blobs      " + std::to_string(plan.blob_count()));
  context.Print("size       " + FormatBytes(bytes));
}

}  // namespace airgap
