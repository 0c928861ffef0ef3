#include "store/bundle_writer.h"

#include <algorithm>

#include "base/limits.h"
#include "base/pieces.h"
#include "store/split_file.h"

namespace airgap {
namespace {

constexpr unsigned kBundleMode = 0644;

Status WrongSize(const Descriptor& descriptor, const char* relation) {
  return Corrupt("blob " + descriptor.digest.ToString() + " has " + relation + " the " +
                 std::to_string(descriptor.size_bytes) + " bytes that its descriptor says");
}

}  // namespace

Result<std::unique_ptr<BundleWriter>> BundleWriter::Open(Env* env, const std::string& path,
                                                         const BundlePlan& plan, WriteMode mode,
                                                         uint64_t part_bytes) {
  std::unique_ptr<BundleWriter> writer(new BundleWriter(env, path, mode, part_bytes));
  ASSIGN_OR_RETURN(writer->layout_, LayOutBundle(plan));
  if (part_bytes > 0 &&
      writer->layout_.total_bytes / part_bytes >= limits::bundle_parts_max_count) {
    return LimitExceeded(path + " would have more than " +
                         std::to_string(limits::bundle_parts_max_count) +
                         " parts; give larger ones");
  }
  for (const PlacedBlob& blob : writer->layout_.blobs) {
    if (blob.planned->source != nullptr) writer->blobs_.push_back(blob);
  }
  RETURN_IF_ERROR(writer->Start());
  return writer;
}

Status BundleWriter::Start() {
  if (mode_ == WriteMode::kResumable) {
    RETURN_IF_ERROR(StartResumable());
  } else {
    RETURN_IF_ERROR(CheckSpace());
    RETURN_IF_ERROR(OpenFile());
  }
  return WriteFront();
}

Status BundleWriter::OpenFile() {
  bool is_partial = mode_ == WriteMode::kResumable;
  Result<std::unique_ptr<PendingFile>> file =
      part_bytes_ > 0 ? CreateSplit(env_, path_, kBundleMode, part_bytes_, is_partial)
      : is_partial    ? env_->OpenPartial(path_, kBundleMode)
                      : env_->CreatePending(path_, kBundleMode);
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  return OkStatus();
}

Status BundleWriter::StartResumable() {
  // The lock on the bundle's file covers the journal and what was put aside as well.
  RETURN_IF_ERROR(OpenFile());
  ASSIGN_OR_RETURN(journal_, WriteJournal::Open(env_, path_));
  if (file_->size_bytes() > 0 && !HoldsThisFront()) {
    if (part_bytes_ == 0) {
      RETURN_IF_ERROR(Leftover::PutAside(env_, path_, file_.get(), journal_.get()));
    } else {
      // Parts of another size or content: too many files to put aside.
      RETURN_IF_ERROR(file_->Discard());
      RETURN_IF_ERROR(journal_->Discard());
    }
    journal_.reset();
    file_.reset();
    RETURN_IF_ERROR(OpenFile());
    ASSIGN_OR_RETURN(journal_, WriteJournal::Open(env_, path_));
  }
  leftover_ = Leftover::Open(env_, path_);
  Status space = CheckSpace();
  // Nothing of a new file is worth keeping.
  if (!space.ok() && file_->size_bytes() == 0) {
    (void)file_->Discard();
    (void)journal_->Discard();
  }
  return space;
}

bool BundleWriter::HoldsThisFront() {
  if (file_->size_bytes() != layout_.total_bytes) return false;
  std::string held(layout_.front.size(), '\0');
  MutableByteSpan out(reinterpret_cast<uint8_t*>(held.data()), held.size());
  return file_->ReadAt(0, out).ok() && held == layout_.front;
}

Status BundleWriter::CheckSpace() {
  ASSIGN_OR_RETURN(uint64_t free_bytes, env_->FreeBytes(FolderOf(path_)));
  uint64_t allocated = 0;
  if (file_) {
    ASSIGN_OR_RETURN(allocated, file_->AllocatedBytes());
  }
  uint64_t needed = layout_.total_bytes - std::min(allocated, layout_.total_bytes);
  if (free_bytes >= needed) return OkStatus();
  return NoSpace(path_ + " needs " + std::to_string(needed) + " bytes, " + FolderOf(path_) +
                 " has " + std::to_string(free_bytes) + " left");
}

Status BundleWriter::Write(uint64_t offset, ByteSpan bytes) {
  Status status = file_->WriteAt(offset, bytes);
  if (!status.ok()) disk_failed_ = true;
  return status;
}

Status BundleWriter::WriteFront() {
  for (const PlacedBlob& blob : layout_.blobs) {
    const Descriptor& descriptor = blob.planned->descriptor;
    std::string header = BlobHeader(descriptor);
    RETURN_IF_ERROR(Write(blob.offset_bytes - header.size(), AsBytes(header)));
    if (blob.planned->source != nullptr) continue;
    RETURN_IF_ERROR(Write(blob.offset_bytes, AsBytes(blob.planned->bytes)));
    if (journal_) RETURN_IF_ERROR(journal_->Note(descriptor.digest, descriptor.size_bytes));
    done_bytes_ += descriptor.size_bytes;
    ++done_blobs_;
  }
  // With its end in place the file is as long as it will be, and the rest is a hole.
  std::string end(kBundleEndBytes, '\0');
  RETURN_IF_ERROR(Write(layout_.total_bytes - end.size(), AsBytes(end)));
  return Write(0, AsBytes(layout_.front));
}

WriteProgress BundleWriter::progress() const {
  return {done_bytes_, layout_.blobs_bytes, done_blobs_, layout_.blobs.size(), kept_bytes_};
}

Status BundleWriter::HashKept(const PlacedBlob& blob, uint64_t kept_bytes, Hasher* hasher) {
  auto read = [this](uint64_t offset, MutableByteSpan out) {
    if (stopped_) return Unavailable("stopped");
    return file_->ReadAt(offset, out);
  };
  return ReadPieces(blob.offset_bytes, kept_bytes, read, [&](MutableByteSpan piece) {
    hasher->Update(piece);
    return OkStatus();
  });
}

Status BundleWriter::Fetch(const PlacedBlob& blob, BlobSource* source, uint64_t kept_bytes) {
  const Descriptor& descriptor = blob.planned->descriptor;
  Hasher hasher;
  RETURN_IF_ERROR(HashKept(blob, kept_bytes, &hasher));
  uint64_t taken = kept_bytes;
  uint64_t noted = kept_bytes;
  auto sink = [&](ByteSpan bytes) -> Status {
    if (stopped_) return Unavailable("stopped");
    if (bytes.size() > descriptor.size_bytes - taken) return WrongSize(descriptor, "more than");
    RETURN_IF_ERROR(Write(blob.offset_bytes + taken, bytes));
    hasher.Update(bytes);
    taken += bytes.size();
    done_bytes_ += bytes.size();
    if (observer_) observer_();
    if (!journal_ || taken - noted < limits::write_journal_step_bytes) return OkStatus();
    noted = taken;
    return journal_->Note(descriptor.digest, taken);
  };
  done_bytes_ += kept_bytes;
  Status status;
  if (taken < descriptor.size_bytes) status = source->StreamFrom(descriptor, taken, sink);
  if (status.ok() && taken != descriptor.size_bytes) status = WrongSize(descriptor, "fewer than");
  if (status.ok() && hasher.Finish() != descriptor.digest) {
    status = Corrupt("the bytes of blob " + descriptor.digest.ToString() +
                     " do not match its digest; its source is damaged");
  }
  if (status.ok()) {
    kept_bytes_ += kept_bytes;
    return OkStatus();
  }
  done_bytes_ -= taken;
  // Wrong bytes are nothing to go on from; of right ones that ended early all is.
  if (journal_) {
    bool is_of_use = status.code() != Code::kCorrupt;
    RETURN_IF_ERROR(journal_->Note(descriptor.digest, is_of_use ? taken : 0));
  }
  return status;
}

Status BundleWriter::WriteBlob(const PlacedBlob& blob) {
  const Descriptor& descriptor = blob.planned->descriptor;
  uint64_t kept = journal_ ? journal_->BytesOf(descriptor.digest) : 0;
  if (kept > descriptor.size_bytes) kept = 0;
  Status status;
  bool is_written = false;
  if (kept == 0 && leftover_ && leftover_->Has(descriptor)) {
    status = Fetch(blob, leftover_.get(), 0);
    is_written = status.ok();
    if (is_written) kept_bytes_ += descriptor.size_bytes;
  }
  if (!is_written) status = Fetch(blob, blob.planned->source, kept);
  // What was kept may have been lost by a power cut: the source alone decides what is corrupt.
  if (status.code() == Code::kCorrupt && kept > 0) status = Fetch(blob, blob.planned->source, 0);
  RETURN_IF_ERROR(status);
  ++done_blobs_;
  return journal_ ? journal_->Note(descriptor.digest, descriptor.size_bytes) : OkStatus();
}

Result<Digest> BundleWriter::Commit() {
  RETURN_IF_ERROR(file_->Commit());
  if (mode_ == WriteMode::kResumable) {
    // The bundle is there and whole: what cannot be removed now the next run removes.
    (void)journal_->Discard();
    leftover_.reset();
    (void)Leftover::Remove(env_, path_);
  }
  return layout_.identity;
}

Result<Digest> WriteBundle(Env* env, const std::string& path, const BundlePlan& plan,
                           const std::function<void(const WriteProgress&)>& progress,
                           uint64_t part_bytes) {
  ASSIGN_OR_RETURN(auto writer,
                   BundleWriter::Open(env, path, plan, WriteMode::kAtOnce, part_bytes));
  if (progress) writer->SetObserver([&] { progress(writer->progress()); });
  for (const PlacedBlob& blob : writer->blobs()) RETURN_IF_ERROR(writer->WriteBlob(blob));
  return writer->Commit();
}

}  // namespace airgap
