// The one seam to disk and clock. Programs use RealEnv(); tests put FaultEnv (base/fault_env.h) or
// a slow medium in its place.
//
// Every object here is safe to use from several threads unless it says otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace airgap {

using ByteSpan = std::span<const uint8_t>;
using MutableByteSpan = std::span<uint8_t>;

// Owns a file descriptor; closes it at the end. Movable only.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();
  void Reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Consecutive bytes of one file descriptor, which belongs to somebody else; -1: there are none.
struct FileSegment {
  int fd = -1;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
};

// A file or block device open for reading at any offset.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;

  // Fills `out` from `offset`. A file that ends before is Code::kCorrupt ("... ends at N").
  virtual Status ReadAt(uint64_t offset, MutableByteSpan out) const = 0;
  virtual uint64_t size_bytes() const = 0;
  // As the operator named it; for messages.
  virtual const std::string& name() const = 0;
  // For sendfile and fadvise; owned by this object. -1 where there is none (a fake).
  virtual int fd() const = 0;
  // What follows from `offset` on, as far as it lies together; `offset` is not past the end.
  virtual FileSegment SegmentAt(uint64_t offset) const {
    return {fd(), offset, size_bytes() - offset};
  }
};

// A file or block device that is there already, open to be changed in place.
// Not for several threads at once.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Past the end of a regular file makes it longer.
  virtual Status WriteAt(uint64_t offset, ByteSpan bytes) = 0;
  // fsync. What is read afterwards comes from the medium again, as far as the system lets go of
  // what it remembers.
  virtual Status Sync() = 0;
};

// A file being made: invisible under its name until Commit(). Destroying it uncommitted removes
// it, unless it is a partial file. Not for several threads at once, but WriteAt() and ReadAt(),
// which several may call for ranges of their own.
class PendingFile {
 public:
  virtual ~PendingFile() = default;
  virtual Status Append(ByteSpan bytes) = 0;
  virtual Status WriteAt(uint64_t offset, ByteSpan bytes) = 0;
  // Shares `bytes` of another file's blocks, where both lie on one file system that can (XFS,
  // btrfs): nothing is read or written. False, and nothing is changed, where it cannot; so it is
  // with offsets and lengths that are no multiple of kCloneAlignBytes.
  virtual Result<bool> CloneAt(uint64_t /*offset*/, const ReadableFile& /*from*/,
                               uint64_t /*from_offset*/, uint64_t /*bytes*/) {
    return false;
  }
  static constexpr uint64_t kCloneAlignBytes =
      uint64_t{64} * 1024;  // no file system has larger blocks
  // As WriteAt(), for much that nobody reads again soon: past the page cache where the file system
  // can, so far as `offset`, where `bytes` lie and their number are multiples of kDirectAlignBytes.
  virtual Status WriteThrough(uint64_t offset, ByteSpan bytes) { return WriteAt(offset, bytes); }
  static constexpr uint64_t kDirectAlignBytes = 4096;  // no disk asks for more
  // Bytes that were written, read back. Past the end is kCorrupt.
  virtual Status ReadAt(uint64_t offset, MutableByteSpan out) = 0;
  // fsync: what was written is on the disk, under no name yet. Commit() does it too.
  virtual Status Sync() = 0;
  // fsync, rename over the final name, fsync of the folder. Call once.
  virtual Status Commit() = 0;
  // The same, but to a name that was not known at the start, on the same file system.
  virtual Status CommitAs(const std::string& path) = 0;
  // Of a partial file: where it ends, and the bytes of the disk that it takes (holes take none).
  virtual uint64_t size_bytes() const = 0;
  virtual Result<uint64_t> AllocatedBytes() const = 0;
  // Removes it, a partial file too.
  virtual Status Discard() = 0;
};

class Env {
 public:
  virtual ~Env() = default;

  // A regular file or block device. Its size is read once, at open.
  virtual Result<std::shared_ptr<ReadableFile>> OpenReadable(const std::string& path) = 0;
  // Never makes the file and never cuts it.
  virtual Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) = 0;
  // A temp file beside `path` that Commit() renames to `path`. `mode`: permission bits.
  virtual Result<std::unique_ptr<PendingFile>> CreatePending(const std::string& path,
                                                             unsigned mode) = 0;
  // The same under the fixed name `path`.partial: what an earlier run left there is opened with
  // its content, and what this one leaves uncommitted stays. One program at a time: kUnavailable
  // names the file when another has it.
  virtual Result<std::unique_ptr<PendingFile>> OpenPartial(const std::string& path,
                                                           unsigned mode) = 0;
  // Names of the files in a folder, sorted; folders and what else lies there are left out.
  virtual Result<std::vector<std::string>> ListFiles(const std::string& folder) = 0;
  // A file that is not there is fine.
  virtual Status RemoveFile(const std::string& path) = 0;
  // Free bytes for ordinary users on the file system that holds `folder`.
  virtual Result<uint64_t> FreeBytes(const std::string& folder) = 0;
  // Seconds since 1970, UTC. May be years off on a machine without a battery.
  virtual int64_t NowUnixSeconds() = 0;
};

Env* RealEnv();

// Small conveniences over an Env.

// The whole file, at most `max_bytes`; larger is Code::kLimitExceeded.
Result<std::string> ReadWholeFile(Env* env, const std::string& path, uint64_t max_bytes);
// Pending, append, commit.
Status WriteWholeFile(Env* env, const std::string& path, std::string_view content, unsigned mode);
// The value of an environment variable, or "". Nothing here changes the environment, so that
// reading it is safe in every thread.
std::string EnvironmentValue(const char* name);
// mkdir -p; folders that exist are fine.
Status MakeFolders(const std::string& path);
// "." for a bare name.
std::string FolderOf(const std::string& path);
std::string BaseName(const std::string& path);

inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace airgap
