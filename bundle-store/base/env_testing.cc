#include "base/env_testing.h"

#include <cstring>

namespace airgap::testing {
namespace {

class FaultFile : public PendingFile {
 public:
  FaultFile(std::unique_ptr<PendingFile> file, FaultEnv* env) : file_(std::move(file)), env_(env) {}

  Status Append(ByteSpan bytes) override {
    if (!env_->CountChange()) return file_->Append(bytes);
    (void)file_->Append(bytes.first(bytes.size() / 2));
    return env_->Fault();
  }
  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    if (!env_->CountChange()) return file_->WriteAt(offset, bytes);
    (void)file_->WriteAt(offset, bytes.first(bytes.size() / 2));
    return env_->Fault();
  }
  Status ReadAt(uint64_t offset, MutableByteSpan out) override {
    return file_->ReadAt(offset, out);
  }
  Status Sync() override { return env_->CountChange() ? env_->Fault() : file_->Sync(); }
  Status Commit() override { return env_->CountChange() ? env_->Fault() : file_->Commit(); }
  Status CommitAs(const std::string& path) override {
    return env_->CountChange() ? env_->Fault() : file_->CommitAs(path);
  }
  uint64_t size_bytes() const override { return file_->size_bytes(); }
  Result<uint64_t> AllocatedBytes() const override { return file_->AllocatedBytes(); }
  Status Discard() override { return env_->CountChange() ? env_->Fault() : file_->Discard(); }

 private:
  std::unique_ptr<PendingFile> file_;
  FaultEnv* env_;
};

class FaultWritable : public WritableFile {
 public:
  FaultWritable(std::unique_ptr<WritableFile> file, FaultEnv* env)
      : file_(std::move(file)), env_(env) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    if (!env_->CountChange()) return file_->WriteAt(offset, bytes);
    (void)file_->WriteAt(offset, bytes.first(bytes.size() / 2));
    return env_->Fault();
  }
  Status Sync() override { return env_->CountChange() ? env_->Fault() : file_->Sync(); }

 private:
  std::unique_ptr<WritableFile> file_;
  FaultEnv* env_;
};

}  // namespace

Status MemoryFile::ReadAt(uint64_t offset, MutableByteSpan out) const {
  if (offset > content_.size() || out.size() > content_.size() - offset) {
    return Corrupt(name_ + " ends at byte " + std::to_string(content_.size()));
  }
  ++reads_;
  read_bytes_ += out.size();
  if (!out.empty()) memcpy(out.data(), content_.data() + offset, out.size());
  return OkStatus();
}

Result<std::shared_ptr<ReadableFile>> FaultEnv::OpenReadable(const std::string& path) {
  return RealEnv()->OpenReadable(path);
}

Result<std::unique_ptr<WritableFile>> FaultEnv::OpenWritable(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, RealEnv()->OpenWritable(path));
  return std::unique_ptr<WritableFile>(std::make_unique<FaultWritable>(std::move(file), this));
}

Result<std::unique_ptr<PendingFile>> FaultEnv::CreatePending(const std::string& path,
                                                             unsigned mode) {
  if (CountChange()) return Fault();
  ASSIGN_OR_RETURN(auto file, RealEnv()->CreatePending(path, mode));
  return std::unique_ptr<PendingFile>(std::make_unique<FaultFile>(std::move(file), this));
}

Result<std::unique_ptr<PendingFile>> FaultEnv::OpenPartial(const std::string& path, unsigned mode) {
  if (CountChange()) return Fault();
  ASSIGN_OR_RETURN(auto file, RealEnv()->OpenPartial(path, mode));
  return std::unique_ptr<PendingFile>(std::make_unique<FaultFile>(std::move(file), this));
}

Result<std::vector<std::string>> FaultEnv::ListFiles(const std::string& folder) {
  return RealEnv()->ListFiles(folder);
}

Status FaultEnv::RemoveFile(const std::string& path) {
  return CountChange() ? Fault() : RealEnv()->RemoveFile(path);
}

Result<uint64_t> FaultEnv::FreeBytes(const std::string& folder) {
  (void)folder;
  return free_bytes;
}

}  // namespace airgap::testing
