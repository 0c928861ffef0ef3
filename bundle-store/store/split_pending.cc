// Writing a bundle in parts: SplitEnv of store/split_file.h.
#include <algorithm>
#include <cstdio>
#include <deque>

#include "base/limits.h"
#include "store/split_file.h"
#include "store/tar.h"

namespace airgap {
namespace {

std::string PartName(const std::string& path, size_t number) {
  char digits[32];
  snprintf(digits, sizeof digits, ".part-%03zu", number + 1);
  return path + digits;
}

// What was written so far, for those who only read.
class PendingView : public ReadableFile {
 public:
  PendingView(PendingFile* file, std::string name, uint64_t size)
      : file_(file), name_(std::move(name)), size_(size) {}
  Status ReadAt(uint64_t offset, MutableByteSpan out) const override {
    return file_->ReadAt(offset, out);
  }
  uint64_t size_bytes() const override { return size_; }
  const std::string& name() const override { return name_; }
  int fd() const override { return -1; }

 private:
  PendingFile* file_;
  std::string name_;
  uint64_t size_;
};

Result<Digest> ReadIdentity(const ReadableFile& file) {
  ASSIGN_OR_RETURN(TarEntry layout, ReadTarEntry(file, 0, file.size_bytes(), 0));
  ASSIGN_OR_RETURN(TarEntry index, ReadTarEntry(file, 0, file.size_bytes(), layout.NextOffset()));
  if (index.is_end || index.size_bytes > limits::index_json_max_bytes) {
    return Corrupt(file.name() + " is no bundle: its second tar entry is not index.json");
  }
  std::string text(index.size_bytes, '\0');
  RETURN_IF_ERROR(file.ReadAt(index.payload_offset_bytes,
                              {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  return Digest::Of(AsBytes(text));
}

// One part on its way. What is written in order is hashed on the way; the rest is read back.
class PendingPart {
 public:
  explicit PendingPart(std::unique_ptr<PendingFile> file) : file_(std::move(file)) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) {
    if (offset < hashed_bytes_) {
      (void)hasher_.Finish();
      hashed_bytes_ = 0;
      is_rewritten_ = true;
    }
    RETURN_IF_ERROR(file_->WriteAt(offset, bytes));
    if (offset == hashed_bytes_ && !is_rewritten_) {
      hasher_.Update(bytes);
      hashed_bytes_ += bytes.size();
    }
    end_bytes_ = std::max(end_bytes_, offset + bytes.size());
    return OkStatus();
  }

  // On the disk, `size` bytes long; what nobody wrote is zeros.
  Result<Digest> Finish(uint64_t size) {
    static constexpr uint8_t kZero = 0;
    if (end_bytes_ < size) RETURN_IF_ERROR(file_->WriteAt(size - 1, {&kZero, 1}));
    RETURN_IF_ERROR(file_->Sync());
    std::vector<uint8_t> buffer(limits::io_buffer_bytes);
    while (hashed_bytes_ < size) {
      MutableByteSpan bytes(buffer.data(), std::min<uint64_t>(buffer.size(), size - hashed_bytes_));
      RETURN_IF_ERROR(file_->ReadAt(hashed_bytes_, bytes));
      hasher_.Update(bytes);
      hashed_bytes_ += bytes.size();
    }
    return hasher_.Finish();
  }

  PendingFile* file() const { return file_.get(); }

 private:
  std::unique_ptr<PendingFile> file_;
  Hasher hasher_;
  uint64_t hashed_bytes_ = 0;  // from the start
  uint64_t end_bytes_ = 0;
  bool is_rewritten_ = false;
};

class SplitPending : public PendingFile {
 public:
  SplitPending(Env* env, std::string path, unsigned mode, uint64_t part_bytes)
      : env_(env), path_(std::move(path)), mode_(mode), part_bytes_(part_bytes) {}

  Status Append(ByteSpan bytes) override { return WriteAt(end_bytes_, bytes); }

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    while (!bytes.empty()) {
      ASSIGN_OR_RETURN(PendingPart * part, PartFor(offset));
      uint64_t within = offset % part_bytes_;
      size_t step = std::min<uint64_t>(bytes.size(), part_bytes_ - within);
      RETURN_IF_ERROR(part->WriteAt(within, bytes.first(step)));
      bytes = bytes.subspan(step);
      offset += step;
      end_bytes_ = std::max(end_bytes_, offset);
    }
    return OkStatus();
  }

  Status ReadAt(uint64_t offset, MutableByteSpan out) override {
    if (out.size() > end_bytes_ || offset > end_bytes_ - out.size()) {
      return Corrupt(path_ + " ends at byte " + std::to_string(end_bytes_));
    }
    while (!out.empty()) {
      uint64_t within = offset % part_bytes_;
      size_t step = std::min<uint64_t>(out.size(), part_bytes_ - within);
      RETURN_IF_ERROR(parts_[offset / part_bytes_].file()->ReadAt(within, out.first(step)));
      out = out.subspan(step);
      offset += step;
    }
    return OkStatus();
  }

  Status Sync() override {
    for (PendingPart& part : parts_) RETURN_IF_ERROR(part.file()->Sync());
    return OkStatus();
  }

  Status Commit() override { return CommitAs(path_); }

  Status CommitAs(const std::string& path) override {
    SplitManifest manifest;
    manifest.size_bytes = end_bytes_;
    for (size_t i = 0; i < parts_.size(); ++i) {
      SplitPart part;
      part.name = BaseName(PartName(path, i));
      part.size_bytes = std::min(part_bytes_, end_bytes_ - i * part_bytes_);
      ASSIGN_OR_RETURN(part.digest, parts_[i].Finish(part.size_bytes));
      manifest.parts.push_back(std::move(part));
    }
    ASSIGN_OR_RETURN(manifest.identity, ReadIdentity(PendingView(this, path, end_bytes_)));
    Status status = Name(path, manifest);
    if (status.ok()) return status;
    // Without the manifest the parts are nothing.
    for (size_t i = 0; i < parts_.size(); ++i) (void)env_->RemoveFile(PartName(path, i));
    return status;
  }

 private:
  Result<PendingPart*> PartFor(uint64_t offset) {
    size_t number = offset / part_bytes_;
    if (number >= limits::bundle_parts_max_count) {
      return LimitExceeded(path_ + " would have more than " +
                           std::to_string(limits::bundle_parts_max_count) +
                           " parts; give larger ones");
    }
    while (parts_.size() <= number) {
      ASSIGN_OR_RETURN(auto file, env_->CreatePending(PartName(path_, parts_.size()), mode_));
      parts_.emplace_back(std::move(file));
    }
    return &parts_[number];
  }

  // The manifest comes last: what it names is there.
  Status Name(const std::string& path, const SplitManifest& manifest) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      RETURN_IF_ERROR(parts_[i].file()->CommitAs(PartName(path, i)));
    }
    return WriteWholeFile(env_, path + kSplitManifestSuffix, manifest.Format(), mode_);
  }

  Env* env_;
  std::string path_;
  unsigned mode_;
  uint64_t part_bytes_;
  std::deque<PendingPart> parts_;
  uint64_t end_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<PendingFile>> SplitEnv::CreatePending(const std::string& path,
                                                             unsigned mode) {
  std::string manifest = path + kSplitManifestSuffix;
  if (env_->OpenReadable(manifest).status().code() != Code::kNotFound) {
    return InvalidArgument(manifest +
                           " is there already; remove it and its parts first, or choose"
                           " another name");
  }
  return std::unique_ptr<PendingFile>(
      std::make_unique<SplitPending>(env_, path, mode, part_bytes_));
}

}  // namespace airgap
