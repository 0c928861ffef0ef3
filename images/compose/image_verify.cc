#include "compose/image_verify.h"

#include <algorithm>

#include "base/limits.h"
#include "compose/volume_stamp.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

// The rest of a line about a copy that is not whole.
constexpr char kCopyAgain[] = ": write the image again, whole, with dd or a tool's DD mode";

std::string NoTable(const std::string& name) {
  return name + " has the appliance's volume and no partition table, so that its bundles are not" +
         " found" + kCopyAgain;
}

std::string CutOff(const ReadableFile& medium, uint64_t wanted_bytes) {
  return medium.name() + " has only " + std::to_string(medium.size_bytes()) + " of the image's " +
         std::to_string(wanted_bytes) +
         " bytes: the medium is too small, or writing was interrupted" + kCopyAgain;
}

std::string Lacks(const std::string& name, const ListedBundle& bundle) {
  return name + " lacks bundle " + bundle.name + " " + bundle.version + " (" +
         bundle.identity.Short() + "), which the image has" + kCopyAgain;
}

// Where the table says that the other copy of itself stands.
uint64_t BytesByTable(const GptTable& table) {
  return (std::max(table.alternate_lba, table.header_lba) + 1) * kGptBlockBytes;
}

Result<ImageList> ReadImageList(const ReadableFile& medium) {
  ASSIGN_OR_RETURN(std::string text, ReadTextPartition(kImageText, medium));
  return ParseImageList(text, "the list of " + medium.name());
}

class Verifier {
 public:
  Verifier(std::shared_ptr<ReadableFile> file, const BlobProver& prover,
           const std::function<void(const ImageVerifyProgress&)>& progress)
      : file_(std::move(file)), prover_(prover), progress_(progress) {}

  Result<ImageReport> Run() {
    RETURN_IF_ERROR(ReadTables());
    if (!report_.ok()) return report_;
    ReadList();
    CheckSize();
    OpenAll();
    for (const ListedArea& area : list_.areas) total_bytes_ += area.size_bytes;
    for (const Opened& one : bundles_) {
      for (const BlobEntry& blob : one.bundle->blobs()) total_bytes_ += blob.size_bytes;
    }
    for (const ListedArea& area : list_.areas) VerifyArea(area);
    for (const Opened& one : bundles_) VerifyOne(one);
    FindMissingBundles();
    return report_;
  }

 private:
  struct Opened {
    std::string partition_name;
    std::shared_ptr<Bundle> bundle;
  };

  void Problem(std::string line) { report_.problems.push_back(std::move(line)); }
  std::string name() const { return file_->name(); }

  Status ReadTables() {
    Result<GptTable> table = ReadGpt(*file_);
    if (table.status().code() == Code::kNotFound) {
      if (ReadVolumeStamp(*file_).empty()) {
        return InvalidArgument(name() +
                               " is no appliance image: it has neither our volume nor a"
                               " partition table");
      }
      Problem(NoTable(name()));
      return OkStatus();
    }
    if (!table.ok() && table.status().code() != Code::kCorrupt) return table.status();
    if (!table.ok()) {
      Problem(table.status().message());
      return OkStatus();
    }
    table_ = *std::move(table);
    if (table_.from_backup) Problem(name() + " has a damaged first partition table" + kCopyAgain);
    return OkStatus();
  }

  void ReadList() {
    Result<ImageList> list = ReadImageList(*file_);
    if (list.status().code() == Code::kNotFound) return;
    if (!list.ok()) return Problem(list.status().message());
    list_ = *std::move(list);
    report_.has_list = true;
  }

  void CheckSize() {
    uint64_t wanted = report_.has_list ? list_.size_bytes : BytesByTable(table_);
    if (file_->size_bytes() < wanted) Problem(CutOff(*file_, wanted));
  }

  // One that cannot be opened does not keep the others from being checked.
  void OpenAll() {
    for (const GptPartition& partition : table_.BundlePartitions()) {
      auto bundle = Bundle::Open(file_, partition.offset_bytes(), partition.size_bytes());
      if (bundle.ok()) {
        bundles_.push_back({partition.name, *std::move(bundle)});
      } else {
        Problem("partition " + partition.name + ": " + bundle.status().message());
      }
    }
  }

  void Advance(uint64_t bytes) {
    report_.verified_bytes += bytes;
    if (progress_) progress_({report_.verified_bytes, total_bytes_});
  }

  void VerifyArea(const ListedArea& area) {
    std::string what =
        area.name.empty() ? "what boots it and its tables" : "partition " + area.name;
    if (area.offset_bytes + area.size_bytes > file_->size_bytes()) {
      return Problem(name() + ": " + what + " is cut off" + kCopyAgain);
    }
    Result<Digest> digest = DigestOfStretch(area.offset_bytes, area.size_bytes,
                                            [this](uint64_t offset, MutableByteSpan out) {
                                              RETURN_IF_ERROR(file_->ReadAt(offset, out));
                                              Advance(out.size());
                                              return OkStatus();
                                            });
    if (!digest.ok()) return Problem(digest.status().message());
    if (*digest != area.digest) Problem(name() + ": " + what + " is damaged" + kCopyAgain);
  }

  void VerifyOne(const Opened& one) {
    const Bundle& bundle = *one.bundle;
    uint64_t before = report_.verified_bytes;
    auto show = [&](const VerifyProgress& now) {
      report_.verified_bytes = before;
      Advance(now.done_bytes);
    };
    VerifyReport found = VerifyBundle(bundle, nullptr, show, prover_);
    report_.verified_bytes = before + found.verified_bytes;
    for (std::string& line : found.problems) Problem(std::move(line));
    if (!found.ok()) return;
    report_.bundles.push_back(
        {one.partition_name, bundle.name(), bundle.version(), bundle.identity()});
  }

  void FindMissingBundles() {
    for (const ListedBundle& listed : list_.bundles) {
      bool is_there = std::any_of(bundles_.begin(), bundles_.end(), [&](const Opened& one) {
        return one.bundle->identity() == listed.identity;
      });
      if (!is_there) Problem(Lacks(name(), listed));
    }
  }

  std::shared_ptr<ReadableFile> file_;
  const BlobProver& prover_;
  const std::function<void(const ImageVerifyProgress&)>& progress_;
  GptTable table_;
  ImageList list_;
  std::vector<Opened> bundles_;
  ImageReport report_;
  uint64_t total_bytes_ = 0;
};

}  // namespace

Result<ImageReport> VerifyImage(Env* env, const std::string& path, const BlobProver& prover,
                                const std::function<void(const ImageVerifyProgress&)>& progress) {
  ASSIGN_OR_RETURN(auto file, env->OpenReadable(path));
  return Verifier(std::move(file), prover, progress).Run();
}

std::string ProblemOfMedium(const ReadableFile& medium) {
  if (!IsOurVolume(medium)) return "";
  Result<GptTable> table = ReadGpt(medium);
  if (table.status().code() == Code::kNotFound) return NoTable(medium.name());
  if (!table.ok()) return "";  // who reads the table says so
  if (medium.size_bytes() < BytesByTable(*table)) return CutOff(medium, BytesByTable(*table));
  Result<ImageList> list = ReadImageList(medium);
  if (!list.ok()) return list.status().code() == Code::kCorrupt ? list.status().message() : "";
  std::vector<GptPartition> there = table->BundlePartitions();
  for (const ListedBundle& listed : list->bundles) {
    bool is_there = std::any_of(there.begin(), there.end(), [&](const GptPartition& partition) {
      return partition.name == listed.partition_name;
    });
    if (!is_there) return Lacks(medium.name(), listed);
  }
  return "";
}

}  // namespace airgap
