#include "intake/layout_files.h"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/pieces.h"

namespace airgap {
namespace {

// Symbolic links resolved.
Result<std::string> RealPath(const std::string& path) {
  std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
  if (!real) return ErrnoStatus(errno, "cannot open " + path);
  return std::string(real.get());
}

class LayoutFolder : public LayoutFiles {
 public:
  LayoutFolder(Env* env, std::string name, std::string real_folder)
      : env_(env), name_(std::move(name)), real_folder_(std::move(real_folder)) {}

  const std::string& name() const override { return name_; }

  Result<FileExtent> Find(const std::string& path) override {
    ASSIGN_OR_RETURN(std::string real, RealPath(name_ + "/" + path));
    std::string inside = real_folder_ == "/" ? "/" : real_folder_ + "/";
    if (real.compare(0, inside.size(), inside) != 0) {
      return InvalidArgument(name_ + "/" + path + " is a link that leaves the folder (to " + real +
                             "); copy the layout with its links followed: cp -rL");
    }
    FileExtent extent;
    ASSIGN_OR_RETURN(extent.file, env_->OpenReadable(real));
    extent.size_bytes = extent.file->size_bytes();
    return extent;
  }

 private:
  Env* env_;
  std::string name_;
  std::string real_folder_;
};

}  // namespace

Result<std::string> ReadExtent(const FileExtent& extent, uint64_t max_bytes,
                               const std::string& what) {
  if (extent.size_bytes > max_bytes) {
    return LimitExceeded(what + " has " + std::to_string(extent.size_bytes) + " bytes; at most " +
                         std::to_string(max_bytes) + " are accepted");
  }
  std::string text(extent.size_bytes, '\0');
  RETURN_IF_ERROR(extent.file->ReadAt(extent.offset_bytes,
                                      {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  return text;
}

Status StreamExtent(const FileExtent& extent, const ByteSink& sink) {
  auto read = [&](uint64_t offset, MutableByteSpan out) {
    return extent.file->ReadAt(offset, out);
  };
  return ReadPieces(extent.offset_bytes, extent.size_bytes, read, sink);
}

Result<std::unique_ptr<LayoutFiles>> OpenLayoutFolder(Env* env, const std::string& folder) {
  ASSIGN_OR_RETURN(std::string real, RealPath(folder));
  return std::unique_ptr<LayoutFiles>(std::make_unique<LayoutFolder>(env, folder, std::move(real)));
}

}  // namespace airgap
