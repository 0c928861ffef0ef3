#include "intake/manifest_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/limits.h"

namespace airgap {
namespace {

namespace fs = std::filesystem;
using TakeFile = std::function<Status(std::string_view text, const std::string& file)>;

bool IsManifestName(std::string_view name) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

class FolderReader {
 public:
  explicit FolderReader(const TakeFile& take) : take_(take) {}

  Status Read(const fs::path& folder, int depth) {
    if (depth > limits::rendered_folder_depth_max) {
      return LimitExceeded(folder.string() + ": folders are nested more than " +
                           std::to_string(limits::rendered_folder_depth_max) + " deep");
    }
    ASSIGN_OR_RETURN(std::vector<fs::path> paths, List(folder));
    for (const fs::path& path : paths) {
      std::error_code error;
      bool is_link = fs::is_symlink(path, error);
      if (fs::is_directory(path, error)) {
        if (!is_link) RETURN_IF_ERROR(Read(path, depth + 1));
        continue;
      }
      if (!fs::is_regular_file(path, error) || !IsManifestName(path.filename().string())) {
        ++count_.passed_over;
        continue;
      }
      RETURN_IF_ERROR(ReadOne(path.string()));
    }
    return OkStatus();
  }

  Status ReadOne(const std::string& path) {
    if (++count_.read > limits::rendered_files_max_count) {
      return LimitExceeded("more than " + std::to_string(limits::rendered_files_max_count) +
                           " files of manifests; check them in parts");
    }
    ASSIGN_OR_RETURN(std::string text,
                     ReadWholeFile(RealEnv(), path, limits::rendered_file_max_bytes));
    return take_(text, path);
  }

  const ManifestFileCount& count() const { return count_; }

 private:
  static Result<std::vector<fs::path>> List(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> paths;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      paths.push_back(at->path());
      if (paths.size() > 2 * limits::rendered_files_max_count) {
        return LimitExceeded(folder.string() + " holds too many files");
      }
    }
    if (error) return ErrnoStatus(error.value(), "cannot list " + folder.string());
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  const TakeFile& take_;
  ManifestFileCount count_;
};

}  // namespace

Result<std::string> ReadStandardInput(uint64_t max_bytes) {
  std::string text;
  std::string buffer(limits::io_buffer_bytes, '\0');
  for (;;) {
    ssize_t n = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "cannot read standard input");
    if (n == 0) return text;
    if (static_cast<uint64_t>(n) > max_bytes - text.size()) {
      return LimitExceeded("standard input has more than " + std::to_string(max_bytes) + " bytes");
    }
    text.append(buffer, 0, static_cast<size_t>(n));
  }
}

Result<ManifestFileCount> ReadManifestFiles(const std::string& path, const TakeFile& take) {
  FolderReader reader(take);
  if (path == "-") {
    ASSIGN_OR_RETURN(std::string text, ReadStandardInput(limits::rendered_file_max_bytes));
    RETURN_IF_ERROR(take(text, "standard input"));
    return ManifestFileCount{1, 0};
  }
  std::error_code error;
  if (fs::is_directory(path, error)) {
    RETURN_IF_ERROR(reader.Read(path, 0));
  } else {
    RETURN_IF_ERROR(reader.ReadOne(path));
  }
  return reader.count();
}

}  // namespace airgap
