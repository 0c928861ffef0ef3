// Fakes of the disk for tests: a file in memory, and an Env that fails on request.
#pragma once

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>

#include "base/env.h"

namespace airgap::testing {

// Bytes in memory as a ReadableFile; fd() is -1.
class MemoryFile : public ReadableFile {
 public:
  explicit MemoryFile(std::string content, std::string name = "memory")
      : content_(std::move(content)), name_(std::move(name)) {}
  Status ReadAt(uint64_t offset, MutableByteSpan out) const override;
  uint64_t size_bytes() const override { return content_.size(); }
  const std::string& name() const override { return name_; }
  int fd() const override { return -1; }
  uint64_t reads() const { return reads_; }
  uint64_t read_bytes() const { return read_bytes_; }

 private:
  std::string content_;
  std::string name_;
  mutable std::atomic<uint64_t> reads_{0};
  mutable std::atomic<uint64_t> read_bytes_{0};
};

// The real disk, on which the Nth change (append, write, commit, removal; counted from 1) fails
// with `error_number`. A write that fails writes half of its bytes first, as a torn write does.
class FaultEnv : public Env {
 public:
  explicit FaultEnv(uint64_t fail_at = 0, int error_number = EIO)
      : fail_at_(fail_at), error_number_(error_number) {}
  Result<std::shared_ptr<ReadableFile>> OpenReadable(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override;
  Result<std::unique_ptr<PendingFile>> CreatePending(const std::string& path,
                                                     unsigned mode) override;
  Result<std::unique_ptr<PendingFile>> OpenPartial(const std::string& path, unsigned mode) override;
  Result<std::vector<std::string>> ListFiles(const std::string& folder) override;
  Status RemoveFile(const std::string& path) override;
  Result<uint64_t> FreeBytes(const std::string& folder) override;
  int64_t NowUnixSeconds() override { return now_unix_s; }

  // True when this change is the one to fail.
  bool CountChange() { return ++changes_ == fail_at_; }
  Status Fault() const { return ErrnoStatus(error_number_, "injected"); }
  uint64_t changes() const { return changes_; }

  uint64_t free_bytes = uint64_t{1} << 50;
  int64_t now_unix_s = 1'800'000'000;

 private:
  uint64_t fail_at_;
  int error_number_;
  std::atomic<uint64_t> changes_{0};
};

}  // namespace airgap::testing
