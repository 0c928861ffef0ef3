#include "base/env.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <mutex>

#include "base/limits.h"

namespace airgap {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) Reset(other.Release());
  return *this;
}

int UniqueFd::Release() {
  int fd = fd_;
  fd_ = -1;
  return fd;
}

void UniqueFd::Reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

namespace {

Status ReadFully(int fd, uint64_t offset, MutableByteSpan out, const std::string& name) {
  size_t done = 0;
  while (done < out.size()) {
    ssize_t n = pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return ErrnoStatus(errno, "cannot read " + name + " at " + std::to_string(offset + done));
    }
    if (n == 0) {
      return Corrupt(name + " ends at byte " + std::to_string(offset + done) + ", " +
                     std::to_string(out.size() - done) + " bytes too early");
    }
    done += static_cast<size_t>(n);
  }
  return OkStatus();
}

class RealReadableFile : public ReadableFile {
 public:
  RealReadableFile(UniqueFd fd, std::string name, uint64_t size)
      : fd_(std::move(fd)), name_(std::move(name)), size_(size) {}

  Status ReadAt(uint64_t offset, MutableByteSpan out) const override {
    return ReadFully(fd_.get(), offset, out, name_);
  }
  uint64_t size_bytes() const override { return size_; }
  const std::string& name() const override { return name_; }
  int fd() const override { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::string name_;
  uint64_t size_;
};

Status WriteFully(int fd, uint64_t offset, ByteSpan bytes, const std::string& name) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n =
        pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "cannot write " + name);
    done += static_cast<size_t>(n);
  }
  return OkStatus();
}

class RealWritableFile : public WritableFile {
 public:
  RealWritableFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    return WriteFully(fd_.get(), offset, bytes, name_);
  }
  Status Sync() override {
    if (fsync(fd_.get()) != 0) return ErrnoStatus(errno, "cannot sync " + name_);
    (void)posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
    return OkStatus();
  }

 private:
  UniqueFd fd_;
  std::string name_;
};

Status SyncFolder(const std::string& folder) {
  UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) {
    return ErrnoStatus(errno, "cannot sync folder " + folder);
  }
  return OkStatus();
}

class RealPendingFile : public PendingFile {
 public:
  RealPendingFile(UniqueFd fd, std::string temp_path, std::string path)
      : fd_(std::move(fd)), temp_path_(std::move(temp_path)), path_(std::move(path)) {}
  // A partial file that has `size` bytes already.
  RealPendingFile(UniqueFd fd, std::string temp_path, std::string path, uint64_t size)
      : RealPendingFile(std::move(fd), std::move(temp_path), std::move(path)) {
    end_ = size;
    is_kept_ = true;
  }
  ~RealPendingFile() override {
    if (!is_kept_) unlink(temp_path_.c_str());
  }

  Status Append(ByteSpan bytes) override {
    RETURN_IF_ERROR(WriteFully(fd_.get(), end_, bytes, temp_path_));
    StartWriting(end_, bytes.size());
    end_ += bytes.size();
    return OkStatus();
  }
  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    RETURN_IF_ERROR(WriteFully(fd_.get(), offset, bytes, temp_path_));
    StartWriting(offset, bytes.size());
    Reach(offset + bytes.size());
    return OkStatus();
  }
  Status WriteThrough(uint64_t offset, ByteSpan bytes) override {
    size_t direct = bytes.size() - bytes.size() % kDirectAlignBytes;
    bool is_aligned = offset % kDirectAlignBytes == 0 &&
                      reinterpret_cast<uintptr_t>(bytes.data()) % kDirectAlignBytes == 0;
    size_t done = is_aligned ? WriteDirect(offset, bytes.first(direct)) : 0;
    Reach(offset + done);
    // What is left is written by the other way, which says what is wrong, if anything is.
    return done == bytes.size() ? OkStatus() : WriteAt(offset + done, bytes.subspan(done));
  }
  Result<bool> CloneAt(uint64_t offset, const ReadableFile& from, uint64_t from_offset,
                       uint64_t bytes) override {
    if ((offset | from_offset | bytes) % kCloneAlignBytes != 0 || bytes == 0) return false;
    file_clone_range range{from.fd(), from_offset, bytes, offset};
    if (ioctl(fd_.get(), FICLONERANGE, &range) == 0) {
      Reach(offset + bytes);
      return true;
    }
    // Whatever else may be wrong shows when the bytes are written.
    if (errno != ENOSPC && errno != EIO) return false;
    return ErrnoStatus(errno, "cannot share blocks of " + from.name() + " with " + temp_path_);
  }
  Status ReadAt(uint64_t offset, MutableByteSpan out) override {
    return ReadFully(fd_.get(), offset, out, temp_path_);
  }
  Status Sync() override {
    return fsync(fd_.get()) == 0 ? OkStatus() : ErrnoStatus(errno, "cannot sync " + temp_path_);
  }
  Status Commit() override { return CommitAs(path_); }
  Status CommitAs(const std::string& path) override {
    RETURN_IF_ERROR(Sync());
    if (rename(temp_path_.c_str(), path.c_str()) != 0) {
      return ErrnoStatus(errno, "cannot rename " + temp_path_ + " to " + path);
    }
    is_kept_ = true;
    return SyncFolder(FolderOf(path));
  }
  uint64_t size_bytes() const override { return end_; }
  Result<uint64_t> AllocatedBytes() const override {
    struct stat st = {};
    if (fstat(fd_.get(), &st) != 0) return ErrnoStatus(errno, "cannot stat " + temp_path_);
    return static_cast<uint64_t>(st.st_blocks) * 512;
  }
  Status Discard() override {
    is_kept_ = true;
    if (unlink(temp_path_.c_str()) == 0 || errno == ENOENT) return OkStatus();
    return ErrnoStatus(errno, "cannot remove " + temp_path_);
  }

 private:
  void Reach(uint64_t end) {
    for (uint64_t known = end_; known < end && !end_.compare_exchange_weak(known, end);) {
    }
  }

  // The disk writes while the next bytes are read and hashed, not all of it at the end: whenever a
  // step of the file is full. Only a hint: Sync() is what waits and reports.
  void StartWriting(uint64_t offset, uint64_t size) const {
    constexpr uint64_t kStepBytes = 8 * limits::kMiB;
    uint64_t first = offset / kStepBytes;
    uint64_t full = (offset + size) / kStepBytes;
    if (full == first) return;
    sync_file_range(fd_.get(), static_cast<off_t>(first * kStepBytes),
                    static_cast<off_t>((full - first) * kStepBytes), SYNC_FILE_RANGE_WRITE);
  }

  // How many of the bytes it wrote past the page cache.
  size_t WriteDirect(uint64_t offset, ByteSpan bytes) {
    std::call_once(direct_once_, [this] {
      direct_fd_ = UniqueFd(open(temp_path_.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC | O_NOFOLLOW));
    });
    size_t done = 0;
    while (direct_fd_.valid() && done < bytes.size()) {
      ssize_t n = pwrite(direct_fd_.get(), bytes.data() + done, bytes.size() - done,
                         static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0 || static_cast<size_t>(n) % kDirectAlignBytes != 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

  UniqueFd fd_;
  std::once_flag direct_once_;
  UniqueFd direct_fd_;  // the same file, past the page cache; invalid where it cannot be
  std::string temp_path_;
  std::string path_;
  std::atomic<uint64_t> end_ = 0;
  bool is_kept_ = false;
};

Result<uint64_t> SizeOf(int fd, const std::string& path) {
  struct stat st = {};
  if (fstat(fd, &st) != 0) return ErrnoStatus(errno, "cannot stat " + path);
  if (S_ISREG(st.st_mode)) return static_cast<uint64_t>(st.st_size);
  if (S_ISBLK(st.st_mode)) {
    uint64_t size = 0;
    if (ioctl(fd, BLKGETSIZE64, &size) != 0) {
      return ErrnoStatus(errno, "cannot read the size of " + path);
    }
    return size;
  }
  return InvalidArgument(path + " is neither a file nor a block device");
}

class RealEnvImpl : public Env {
 public:
  Result<std::shared_ptr<ReadableFile>> OpenReadable(const std::string& path) override {
    // O_NONBLOCK: opening a pipe or an empty drive must not hang; regular reads ignore it.
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return ErrnoStatus(errno, "cannot open " + path);
    ASSIGN_OR_RETURN(uint64_t size, SizeOf(fd.get(), path));
    return std::shared_ptr<ReadableFile>(
        std::make_shared<RealReadableFile>(std::move(fd), path, size));
  }

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override {
    UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return ErrnoStatus(errno, "cannot open " + path + " to change it");
    ASSIGN_OR_RETURN(uint64_t size, SizeOf(fd.get(), path));  // refuses pipes and the like
    (void)size;
    return std::unique_ptr<WritableFile>(std::make_unique<RealWritableFile>(std::move(fd), path));
  }

  Result<std::unique_ptr<PendingFile>> CreatePending(const std::string& path,
                                                     unsigned mode) override {
    std::string temp = path + ".partial-XXXXXX";
    UniqueFd fd(mkostemp(temp.data(), O_CLOEXEC));
    if (!fd.valid()) return ErrnoStatus(errno, "cannot create " + path);
    if (fchmod(fd.get(), mode) != 0) {
      Status status = ErrnoStatus(errno, "cannot set the mode of " + temp);
      unlink(temp.c_str());
      return status;
    }
    return std::unique_ptr<PendingFile>(
        std::make_unique<RealPendingFile>(std::move(fd), temp, path));
  }

  Result<std::unique_ptr<PendingFile>> OpenPartial(const std::string& path,
                                                   unsigned mode) override {
    std::string name = path + ".partial";
    for (;;) {
      UniqueFd fd(open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode));
      if (!fd.valid()) return ErrnoStatus(errno, "cannot create " + name);
      if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "cannot lock " + name);
        return Unavailable(name + " is being written by another program; let it finish");
      }
      // Who had the lock may have renamed or removed the file meanwhile.
      struct stat locked = {};
      struct stat named = {};
      if (fstat(fd.get(), &locked) != 0) return ErrnoStatus(errno, "cannot stat " + name);
      if (stat(name.c_str(), &named) != 0 || named.st_ino != locked.st_ino) continue;
      if (!S_ISREG(locked.st_mode)) return InvalidArgument(name + " is no file; remove it");
      return std::unique_ptr<PendingFile>(std::make_unique<RealPendingFile>(
          std::move(fd), name, path, static_cast<uint64_t>(locked.st_size)));
    }
  }

  Result<std::vector<std::string>> ListFiles(const std::string& folder) override {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      if (at->is_regular_file(error)) names.push_back(at->path().filename());
    }
    if (error) return ErrnoStatus(error.value(), "cannot list " + folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status RemoveFile(const std::string& path) override {
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return OkStatus();
    return ErrnoStatus(errno, "cannot remove " + path);
  }

  Result<uint64_t> FreeBytes(const std::string& folder) override {
    struct statvfs st = {};
    if (statvfs(folder.c_str(), &st) != 0) {
      return ErrnoStatus(errno, "cannot read the free space of " + folder);
    }
    return static_cast<uint64_t>(st.f_bavail) * st.f_frsize;
  }

  int64_t NowUnixSeconds() override { return static_cast<int64_t>(time(nullptr)); }
};

}  // namespace

Env* RealEnv() {
  static RealEnvImpl env;
  return &env;
}

Result<std::string> ReadWholeFile(Env* env, const std::string& path, uint64_t max_bytes) {
  ASSIGN_OR_RETURN(auto file, env->OpenReadable(path));
  if (file->size_bytes() > max_bytes) {
    return LimitExceeded(path + " has " + std::to_string(file->size_bytes()) + " bytes; at most " +
                         std::to_string(max_bytes) + " are accepted");
  }
  std::string content(file->size_bytes(), '\0');
  RETURN_IF_ERROR(file->ReadAt(0, {reinterpret_cast<uint8_t*>(content.data()), content.size()}));
  return content;
}

Status WriteWholeFile(Env* env, const std::string& path, std::string_view content, unsigned mode) {
  ASSIGN_OR_RETURN(auto file, env->CreatePending(path, mode));
  RETURN_IF_ERROR(file->Append(AsBytes(content)));
  return file->Commit();
}

std::string EnvironmentValue(const char* name) {
  const char* value = getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

Status MakeFolders(const std::string& path) {
  for (size_t i = 1; i <= path.size(); ++i) {
    if (i != path.size() && path[i] != '/') continue;
    std::string folder = path.substr(0, i);
    if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
      return ErrnoStatus(errno, "cannot make folder " + folder);
    }
  }
  return OkStatus();
}

std::string FolderOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string BaseName(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace airgap
