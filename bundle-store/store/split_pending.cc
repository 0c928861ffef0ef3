// Writing a bundle in parts: CreateSplit of store/split_file.h.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <vector>

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

// The SHA-256 of a part, read back from where it was written.
Result<Digest> DigestOf(PendingFile* file, uint64_t size) {
  return DigestOfStretch(
      0, size, [file](uint64_t offset, MutableByteSpan out) { return file->ReadAt(offset, out); });
}

class SplitPending : public PendingFile {
 public:
  SplitPending(Env* env, std::string path, unsigned mode, uint64_t part_bytes, bool is_partial)
      : env_(env),
        path_(std::move(path)),
        mode_(mode),
        part_bytes_(part_bytes),
        is_partial_(is_partial) {}

  // Takes the parts that an earlier run left, the first one always: it holds the lock.
  Status OpenParts() {
    RETURN_IF_ERROR(PartFor(0).status());
    while (env_->OpenReadable(PartName(path_, parts_.size()) + ".partial").ok()) {
      RETURN_IF_ERROR(PartFor(parts_.size() * part_bytes_).status());
    }
    end_bytes_ = (parts_.size() - 1) * part_bytes_ + parts_.back()->size_bytes();
    return OkStatus();
  }

  Status Append(ByteSpan bytes) override { return WriteAt(end_bytes_, bytes); }

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    while (!bytes.empty()) {
      ASSIGN_OR_RETURN(PendingFile * part, PartFor(offset));
      uint64_t within = offset % part_bytes_;
      size_t step = std::min<uint64_t>(bytes.size(), part_bytes_ - within);
      RETURN_IF_ERROR(part->WriteAt(within, bytes.first(step)));
      bytes = bytes.subspan(step);
      offset += step;
    }
    for (uint64_t known = end_bytes_;
         known < offset && !end_bytes_.compare_exchange_weak(known, offset);) {
    }
    return OkStatus();
  }

  Status ReadAt(uint64_t offset, MutableByteSpan out) override {
    uint64_t end = end_bytes_;
    if (out.size() > end || offset > end - out.size()) {
      return Corrupt(path_ + " ends at byte " + std::to_string(end));
    }
    while (!out.empty()) {
      ASSIGN_OR_RETURN(PendingFile * part, PartFor(offset));
      uint64_t within = offset % part_bytes_;
      size_t step = std::min<uint64_t>(out.size(), part_bytes_ - within);
      RETURN_IF_ERROR(part->ReadAt(within, out.first(step)));
      out = out.subspan(step);
      offset += step;
    }
    return OkStatus();
  }

  Status Sync() override {
    for (auto& part : parts_) RETURN_IF_ERROR(part->Sync());
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
      RETURN_IF_ERROR(Fill(parts_[i].get(), part.size_bytes));
      RETURN_IF_ERROR(parts_[i]->Sync());
      ASSIGN_OR_RETURN(part.digest, DigestOf(parts_[i].get(), part.size_bytes));
      manifest.parts.push_back(std::move(part));
    }
    ASSIGN_OR_RETURN(manifest.identity, ReadIdentity(PendingView(this, path, end_bytes_)));
    Status status = Name(path, manifest);
    if (status.ok()) return status;
    // Without the manifest the parts are nothing.
    for (size_t i = 0; i < parts_.size(); ++i) (void)env_->RemoveFile(PartName(path, i));
    return status;
  }

  uint64_t size_bytes() const override { return end_bytes_; }

  Result<uint64_t> AllocatedBytes() const override {
    uint64_t all = 0;
    for (const auto& part : parts_) {
      ASSIGN_OR_RETURN(uint64_t bytes, part->AllocatedBytes());
      all += bytes;
    }
    return all;
  }

  Status Discard() override {
    for (auto& part : parts_) RETURN_IF_ERROR(part->Discard());
    return OkStatus();
  }

 private:
  Result<PendingFile*> PartFor(uint64_t offset) {
    size_t number = offset / part_bytes_;
    if (number >= limits::bundle_parts_max_count) {
      return LimitExceeded(path_ + " would have more than " +
                           std::to_string(limits::bundle_parts_max_count) +
                           " parts; give larger ones");
    }
    std::lock_guard lock(mutex_);
    while (parts_.size() <= number) {
      std::string name = PartName(path_, parts_.size());
      auto file = is_partial_ ? env_->OpenPartial(name, mode_) : env_->CreatePending(name, mode_);
      if (!file.ok()) return file.status();
      parts_.push_back(*std::move(file));
    }
    return parts_[number].get();
  }

  // What nobody wrote at its end is zeros.
  static Status Fill(PendingFile* part, uint64_t size) {
    static constexpr uint8_t kZero = 0;
    if (part->size_bytes() >= size) return OkStatus();
    return part->WriteAt(size - 1, {&kZero, 1});
  }

  // The manifest comes last: what it names is there.
  Status Name(const std::string& path, const SplitManifest& manifest) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      RETURN_IF_ERROR(parts_[i]->CommitAs(PartName(path, i)));
    }
    return WriteWholeFile(env_, path + kSplitManifestSuffix, manifest.Format(), mode_);
  }

  Env* env_;
  std::string path_;
  unsigned mode_;
  uint64_t part_bytes_;
  bool is_partial_;
  std::mutex mutex_;  // guards parts_ while blobs are written
  std::vector<std::unique_ptr<PendingFile>> parts_;
  std::atomic<uint64_t> end_bytes_{0};
};

}  // namespace

Result<std::unique_ptr<PendingFile>> CreateSplit(Env* env, const std::string& path, unsigned mode,
                                                 uint64_t part_bytes, bool is_partial) {
  std::string manifest = path + kSplitManifestSuffix;
  if (env->OpenReadable(manifest).status().code() != Code::kNotFound) {
    return InvalidArgument(manifest +
                           " is there already; remove it and its parts first, or choose"
                           " another name");
  }
  auto file = std::make_unique<SplitPending>(env, path, mode, part_bytes, is_partial);
  if (is_partial) RETURN_IF_ERROR(file->OpenParts());
  return std::unique_ptr<PendingFile>(std::move(file));
}

}  // namespace airgap
