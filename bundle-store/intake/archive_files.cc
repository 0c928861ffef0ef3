#include "intake/archive_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr uint64_t kBlockBytes = 512;

uint64_t RoundUp(uint64_t size) { return (size + kBlockBytes - 1) / kBlockBytes * kBlockBytes; }

// A file without a name: gone when it is closed, whatever happens to the program.
class SpoolFile : public ReadableFile {
 public:
  static Result<std::shared_ptr<SpoolFile>> Create(const std::string& folder) {
    std::string path = folder + "/.cozy-airgap-spool-XXXXXX";
    UniqueFd fd(mkostemp(path.data(), O_CLOEXEC));
    if (!fd.valid()) return ErrnoStatus(errno, "cannot create a file in " + folder);
    unlink(path.c_str());
    return std::shared_ptr<SpoolFile>(
        new SpoolFile(std::move(fd), "the unpacked archive in " + folder));
  }

  Status Append(ByteSpan bytes) {
    for (size_t done = 0; done < bytes.size();) {
      ssize_t n =
          pwrite(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(size_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus(errno, "cannot write " + name_);
      done += static_cast<size_t>(n);
      size_ += static_cast<uint64_t>(n);
    }
    return OkStatus();
  }

  Status ReadAt(uint64_t offset, MutableByteSpan out) const override {
    for (size_t done = 0; done < out.size();) {
      ssize_t n =
          pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus(errno, "cannot read " + name_);
      if (n == 0) return Corrupt(name_ + " ends too early");
      done += static_cast<size_t>(n);
    }
    return OkStatus();
  }
  uint64_t size_bytes() const override { return size_; }
  const std::string& name() const override { return name_; }
  int fd() const override { return fd_.get(); }

 private:
  SpoolFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  UniqueFd fd_;
  std::string name_;
  uint64_t size_ = 0;
};

// "./a/b" is "a/b". Anything that is absolute or climbs is an error.
Result<std::string> CleanName(std::string_view name, const std::string& archive) {
  auto bad = [&](const char* why) {
    return Corrupt(archive + " holds an entry named '" + std::string(name.substr(0, 200)) +
                   "', which " + why);
  };
  if (name.empty()) return bad("is empty");
  if (name.size() > limits::archive_name_max_bytes) return bad("is too long");
  if (name.front() == '/') return bad("is absolute");
  std::string clean;
  for (std::string_view rest = name; !rest.empty();) {
    size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (part == "..") return bad("leaves the archive");
    if (part.empty() || part == ".") continue;
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  return clean;
}

class ArchiveFiles : public LayoutFiles {
 public:
  explicit ArchiveFiles(std::string name) : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }

  Result<FileExtent> Find(const std::string& path) override {
    auto found = files_.find(path);
    if (found == files_.end()) {
      auto link = links_.find(path);
      if (link != links_.end()) found = files_.find(link->second);
    }
    if (found == files_.end()) return NotFound(path + " is not in " + name_);
    return found->second;
  }

 private:
  friend class ArchiveReader;
  std::string name_;
  std::map<std::string, FileExtent> files_;
  std::map<std::string, std::string> links_;  // to a path inside
};

struct ArchiveCloser {
  void operator()(archive* a) const { archive_read_free(a); }
};

// Lists one archive.
class ArchiveReader {
 public:
  ArchiveReader(Env* env, const std::string& path, LinkRule links, const std::string& folder)
      : env_(env), path_(path), link_rule_(links), spool_folder_(folder) {}

  Result<std::unique_ptr<LayoutFiles>> Read() {
    ASSIGN_OR_RETURN(file_, env_->OpenReadable(path_));
    files_ = std::make_unique<ArchiveFiles>(path_);
    reader_.reset(archive_read_new());
    if (!reader_) return Status(Code::kIo, "out of memory");
    archive_read_support_format_tar(reader_.get());
    archive_read_support_filter_gzip(reader_.get());
    archive_read_support_filter_xz(reader_.get());
    archive_read_support_filter_zstd(reader_.get());
    if (archive_read_open_fd(reader_.get(), file_->fd(), limits::io_buffer_bytes) != ARCHIVE_OK) {
      return Damaged("is no tar archive (plain, or packed with gzip, xz or zstd)");
    }
    for (;;) {
      archive_entry* entry = nullptr;
      int result = archive_read_next_header(reader_.get(), &entry);
      RETURN_IF_ERROR(PlacePrevious());
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) return Damaged("is damaged");
      RETURN_IF_ERROR(TakeEntry(entry));
    }
    return std::unique_ptr<LayoutFiles>(std::move(files_));
  }

 private:
  Status Damaged(const std::string& what) {
    const char* text = archive_error_string(reader_.get());
    return Corrupt(path_ + " " + what + (text == nullptr ? "" : std::string(": ") + text));
  }

  bool IsPlain() { return archive_filter_code(reader_.get(), 0) == ARCHIVE_FILTER_NONE; }

  // The payload of the entry before ends, padded, where this header begins.
  Status PlacePrevious() {
    if (pending_ == nullptr) return OkStatus();
    FileExtent& extent = *pending_;
    pending_ = nullptr;
    auto next = static_cast<uint64_t>(archive_read_header_position(reader_.get()));
    uint64_t padded = RoundUp(extent.size_bytes);
    if (padded > next || next > RoundUp(file_->size_bytes()) ||
        next - padded + extent.size_bytes > file_->size_bytes()) {
      return Corrupt(path_ + " is cut off: it ends in the middle of " + pending_name_);
    }
    extent.offset_bytes = next - padded;
    return OkStatus();
  }

  Status TakeEntry(archive_entry* entry) {
    if (++count_ > limits::archive_entries_max_count) {
      return LimitExceeded(path_ + " has more than " +
                           std::to_string(limits::archive_entries_max_count) + " entries");
    }
    const char* raw_name = archive_entry_pathname(entry);
    ASSIGN_OR_RETURN(std::string name, CleanName(raw_name == nullptr ? "" : raw_name, path_));
    if (archive_entry_hardlink(entry) != nullptr) {
      return Corrupt(path_ + ": entry " + name + " is a hard link; an image archive has none");
    }
    switch (archive_entry_filetype(entry)) {
      case AE_IFDIR:
        return OkStatus();
      case AE_IFLNK:
        return TakeLink(entry, name);
      case AE_IFREG:
        return TakeFile(entry, name);
      default:
        return Corrupt(path_ + ": entry " + name + " is neither a file nor a folder");
    }
  }

  Status TakeLink(archive_entry* entry, const std::string& name) {
    if (link_rule_ == LinkRule::kRefuse) {
      return Corrupt(path_ + ": entry " + name + " is a link; an image layout has none");
    }
    const char* raw_target = archive_entry_symlink(entry);
    std::string target = raw_target == nullptr ? "" : raw_target;
    // docker save links <id>/layer.tar to ../<id>/layer.tar or ../<digest>.tar.
    constexpr std::string_view kUp = "../";
    std::string folder = FolderOf(name);
    if (target.compare(0, kUp.size(), kUp) == 0 && folder != ".") {
      target.erase(0, kUp.size());
      folder = FolderOf(folder);
    }
    if (folder != "." && !target.empty() && target.front() != '/') target = folder + "/" + target;
    ASSIGN_OR_RETURN(std::string clean, CleanName(target, path_ + ": link " + name));
    files_->links_[name] = clean;
    return OkStatus();
  }

  Status TakeFile(archive_entry* entry, const std::string& name) {
    if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0 ||
        archive_entry_sparse_count(entry) > 0) {
      return Corrupt(path_ + ": entry " + name + " is no plain file");
    }
    auto size = static_cast<uint64_t>(archive_entry_size(entry));
    auto [at, is_new] = files_->files_.emplace(name, FileExtent{file_, 0, size});
    if (!is_new) return Corrupt(path_ + " holds " + name + " twice");
    if (IsPlain()) {
      pending_ = &at->second;
      pending_name_ = name;
      return OkStatus();
    }
    return Spool(name, &at->second);
  }

  Status Spool(const std::string& name, FileExtent* extent) {
    if (!spool_) {
      ASSIGN_OR_RETURN(spool_, SpoolFile::Create(spool_folder_));
    }
    ASSIGN_OR_RETURN(uint64_t free_bytes, env_->FreeBytes(spool_folder_));
    if (extent->size_bytes > limits::bundle_size_max_bytes ||
        free_bytes < limits::spool_reserve_bytes ||
        extent->size_bytes > free_bytes - limits::spool_reserve_bytes) {
      return NoSpace("unpacking " + name + " of " + path_ + " needs " +
                     std::to_string(extent->size_bytes) + " bytes, " + spool_folder_ + " has " +
                     std::to_string(free_bytes) + " left");
    }
    uint64_t start = spool_->size_bytes();
    std::vector<uint8_t> buffer(std::min(limits::io_buffer_bytes, extent->size_bytes));
    while (spool_->size_bytes() - start < extent->size_bytes) {
      la_ssize_t n = archive_read_data(reader_.get(), buffer.data(), buffer.size());
      if (n < 0) return Damaged("is damaged at " + name);
      if (n == 0) return Corrupt(path_ + " is cut off: it ends in the middle of " + name);
      RETURN_IF_ERROR(spool_->Append({buffer.data(), static_cast<size_t>(n)}));
    }
    extent->file = spool_;
    extent->offset_bytes = start;
    return OkStatus();
  }

  Env* env_;
  const std::string& path_;
  LinkRule link_rule_;
  const std::string& spool_folder_;
  std::shared_ptr<ReadableFile> file_;
  std::shared_ptr<SpoolFile> spool_;
  std::unique_ptr<ArchiveFiles> files_;
  std::unique_ptr<archive, ArchiveCloser> reader_;
  FileExtent* pending_ = nullptr;  // of a plain tar: where it lies is known at the next header
  std::string pending_name_;
  size_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<LayoutFiles>> OpenLayoutArchive(Env* env, const std::string& path,
                                                       LinkRule links,
                                                       const std::string& spool_folder) {
  return ArchiveReader(env, path, links, spool_folder).Read();
}

}  // namespace airgap
