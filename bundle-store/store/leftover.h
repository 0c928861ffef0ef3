// What an interrupted run for another content left under the same name: most of its blobs are
// wanted again, so they are copied instead of fetched.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "store/bundle.h"
#include "store/bundle_plan.h"
#include "store/write_journal.h"

namespace airgap {

// Safe to use from several threads.
class Leftover : public BlobSource {
 public:
  // Moves what `file` and `journal` hold to a name of its own beside `path`, unless what stands
  // there already is more.
  static Status PutAside(Env* env, const std::string& path, PendingFile* file,
                         WriteJournal* journal);
  // What was put aside for `path`; null when there is nothing of use.
  static std::unique_ptr<Leftover> Open(Env* env, const std::string& path);

  // Whether the blob was complete when the run ended. Its bytes still need to be verified.
  bool Has(const Descriptor& descriptor) const;
  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override;
  // Removes what was put aside for `path`, if anything was.
  static Status Remove(Env* env, const std::string& path);

 private:
  Leftover() = default;
  std::shared_ptr<Bundle> bundle_;
  std::unique_ptr<WriteJournal> journal_;
};

}  // namespace airgap
