#include "overlay/upload.h"

#include <algorithm>
#include <vector>

namespace airgap {
namespace {

int64_t SteadySeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void Upload::Touch() { touched_s_ = SteadySeconds(); }

unsigned Upload::idle_s() const {
  if (is_taken_) return 0;
  return static_cast<unsigned>(std::max<int64_t>(SteadySeconds() - touched_s_, 0));
}

Status Upload::Append(ByteSpan bytes) {
  Touch();
  if (file_ == nullptr) return Unavailable("upload session " + id_ + " has ended");
  // Written at its place, so that bytes of a write that failed half-way are written over.
  RETURN_IF_ERROR(file_->WriteAt(received_bytes_, bytes));
  hasher_.Update(bytes);
  received_bytes_ += bytes.size();
  return OkStatus();
}

Result<Digest> Upload::Hash(DigestAlgorithm algorithm) {
  if (file_ == nullptr) return Unavailable("upload session " + id_ + " has ended");
  if (algorithm == DigestAlgorithm::kSha256) return hasher_.Finish();
  auto read = [this](uint64_t offset, MutableByteSpan out) {
    Touch();
    return file_->ReadAt(offset, out);
  };
  return DigestOfStretch(0, received_bytes_, read, algorithm);
}

Status Upload::Sync() {
  if (file_ == nullptr) return Unavailable("upload session " + id_ + " has ended");
  return file_->Sync();
}

Status Upload::CommitAs(const std::string& path) {
  std::unique_ptr<PendingFile> file = std::move(file_);
  if (file == nullptr) return Unavailable("upload session " + id_ + " has ended");
  return file->CommitAs(path);
}

Upload::Turn::Turn(std::shared_ptr<Upload> upload) {
  if (!upload->is_taken_.exchange(true)) upload_ = std::move(upload);
}

void Upload::Turn::End() {
  if (upload_ == nullptr) return;
  upload_->Touch();
  upload_->is_taken_ = false;
  upload_ = nullptr;
}

}  // namespace airgap
