// What an unfinished bundle holds already: a file beside it with one line for each step of a blob,
// "<64 hex> <bytes from the blob's beginning>".
//
// It is a hint that saves fetching, never a proof: whoever goes on from it hashes the bytes on the
// disk again. So it is not synced, and a line that cannot be read is left out.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env.h"
#include "oci/digest.h"

namespace airgap {

// Safe to use from several threads.
class WriteJournal {
 public:
  // The journal that belongs to the bundle at `bundle_path`, with what an earlier run left.
  static Result<std::unique_ptr<WriteJournal>> Open(Env* env, const std::string& bundle_path);

  uint64_t BytesOf(const Digest& digest) const;
  uint64_t total_bytes() const;  // of all blobs
  Status Note(const Digest& digest, uint64_t bytes);

  // Gives the file to another bundle's path, and knows nothing more of it.
  Status MoveTo(const std::string& bundle_path);
  Status Discard() { return file_->Discard(); }
  // The one of `bundle_path`, if there is one.
  static Status Remove(Env* env, const std::string& bundle_path);

 private:
  explicit WriteJournal(std::unique_ptr<PendingFile> file) : file_(std::move(file)) {}
  Status Read();

  mutable std::mutex mutex_;
  std::unique_ptr<PendingFile> file_;
  std::map<Digest, uint64_t> bytes_;
};

}  // namespace airgap
