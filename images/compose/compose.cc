#include "compose/compose.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/limits.h"
#include "compose/base_medium.h"
#include "compose/bundle_copy.h"
#include "store/bundle.h"
#include "store/site_partition.h"

namespace airgap {
namespace {

constexpr uint64_t kAlignBytes = limits::kMiB;
constexpr unsigned kImageMode = 0644;

uint64_t AlignUp(uint64_t bytes) { return (bytes + kAlignBytes - 1) / kAlignBytes * kAlignBytes; }

class Composer {
 public:
  Composer(Env* env, const ComposeRequest& request,
           const std::function<void(const ComposeProgress&)>& progress)
      : env_(env), request_(request), progress_(progress) {}

  Result<ComposedImage> Run() {
    RETURN_IF_ERROR(CheckOutput());
    ASSIGN_OR_RETURN(base_, BaseMedium::Open(env_, request_.base_path));
    RETURN_IF_ERROR(OpenBase());
    for (const std::string& path : request_.bundle_paths) RETURN_IF_ERROR(OpenPath(path));
    RETURN_IF_ERROR(Plan());
    RETURN_IF_ERROR(CheckSpace());
    RETURN_IF_ERROR(Write());
    return image_;
  }

 private:
  Status CheckOutput() const {
    if (request_.bundle_paths.empty() && request_.site_path.empty()) {
      return InvalidArgument("an image needs a bundle: give one with --bundle FILE");
    }
    std::error_code error;
    std::filesystem::file_status status = std::filesystem::status(request_.out_path, error);
    if (!std::filesystem::exists(status)) return OkStatus();
    if (!std::filesystem::is_regular_file(status)) {
      return InvalidArgument(request_.out_path +
                             " is no file; write the image to a file, then copy that to a stick");
    }
    std::vector<std::string> inputs = request_.bundle_paths;
    inputs.push_back(request_.base_path);
    if (!request_.site_path.empty()) inputs.push_back(request_.site_path);
    for (const std::string& input : inputs) {
      if (std::filesystem::equivalent(input, request_.out_path, error)) {
        return InvalidArgument(request_.out_path +
                               " is also an input; give the image a name of its own");
      }
    }
    return OkStatus();
  }

  // Bundles that the base already holds count: no identity twice, and names go on from theirs.
  Status OpenBase() {
    for (const GptPartition& partition : base_.table().BundlePartitions()) {
      ASSIGN_OR_RETURN(auto bundle, Bundle::Open(base_.shared_file(), partition.offset_bytes(),
                                                 partition.size_bytes()));
      RETURN_IF_ERROR(CheckTwice(*bundle));
      present_.push_back(std::move(bundle));
    }
    return OkStatus();
  }

  Status OpenPath(const std::string& path) {
    ASSIGN_OR_RETURN(auto bundles, OpenBundles(env_, path, nullptr));
    for (auto& bundle : bundles) {
      RETURN_IF_ERROR(CheckTwice(*bundle));
      if (present_.size() + added_.size() >= limits::bundles_open_max_count) {
        return LimitExceeded("an image holds at most " +
                             std::to_string(limits::bundles_open_max_count) + " bundles");
      }
      added_.push_back(std::move(bundle));
    }
    return OkStatus();
  }

  Status CheckTwice(const Bundle& bundle) const {
    for (const auto* list : {&present_, &added_}) {
      for (const auto& other : *list) {
        if (other->identity() != bundle.identity()) continue;
        return InvalidArgument(bundle.location() + " and " + other->location() +
                               " are the same bundle (" + bundle.identity().Short() +
                               "); give it once");
      }
    }
    return OkStatus();
  }

  Status Plan() {
    uint32_t number = 0;
    for (const GptPartition& partition : base_.table().partitions) {
      number = std::max(number, partition.number);
    }
    size_t more = added_.size() + (request_.site_path.empty() ? 0 : 1);
    if (base_.table().entries_count - number < more) {
      return LimitExceeded(request_.base_path + " has a partition table with room for only " +
                           std::to_string(base_.table().entries_count - number) +
                           " more partitions");
    }
    uint64_t offset = AlignUp(base_.size_bytes());
    if (!request_.site_path.empty()) RETURN_IF_ERROR(PlanSite(&number, &offset));
    for (const auto& bundle : added_) {
      ComposedBundle composed;
      composed.location = bundle->location();
      composed.name = bundle->name();
      composed.version = bundle->version();
      composed.identity = bundle->identity();
      composed.partition_number = ++number;
      composed.partition_name =
          "airgap-bundle-" + std::to_string(present_.size() + image_.bundles.size() + 1);
      composed.offset_bytes = offset;
      ASSIGN_OR_RETURN(composed.size_bytes, TarBytes(*bundle));
      if (composed.size_bytes > limits::bundle_size_max_bytes) {
        return LimitExceeded(bundle->location() + " is larger than a bundle may be");
      }
      offset = AlignUp(offset + composed.size_bytes);
      partitions_.push_back(PartitionOf(composed, offset));
      image_.bundles.push_back(std::move(composed));
    }
    uint64_t table_bytes = (base_.table().EntriesBlocks() + 1) * kGptBlockBytes;
    image_.size_bytes = AlignUp(offset + table_bytes);
    return OkStatus();
  }

  // In the base's own partition for it, or a new one before those of the bundles.
  Status PlanSite(uint32_t* number, uint64_t* offset) {
    Digest digest = Digest::Of(AsBytes(request_.site_text));
    base_.StampVolume(digest);
    std::vector<GptPartition> there = base_.table().SitePartitions();
    if (!there.empty()) {
      if (there.size() > 1 || there[0].size_bytes() < kSitePartitionBytes) {
        return Corrupt(request_.base_path + " has a damaged site partition; use base.iso");
      }
      image_.site_partition_number = there[0].number;
      site_offset_bytes_ = there[0].offset_bytes();
      return OkStatus();
    }
    image_.site_partition_number = ++*number;
    site_offset_bytes_ = *offset;
    *offset = AlignUp(*offset + kSitePartitionBytes);
    GptPartition partition = PartitionOn(site_offset_bytes_, *offset, digest);
    partition.number = image_.site_partition_number;
    partition.type = kSitePartitionType;
    partition.name = kSitePartitionName;
    partitions_.push_back(partition);
    return OkStatus();
  }

  GptPartition PartitionOf(const ComposedBundle& bundle, uint64_t end_bytes) const {
    GptPartition partition = PartitionOn(bundle.offset_bytes, end_bytes, bundle.identity);
    partition.number = bundle.partition_number;
    partition.type = kBundlePartitionType;
    partition.name = bundle.partition_name;
    return partition;
  }

  // The unique GUID follows from disk and content, so that the same inputs give the same image.
  GptPartition PartitionOn(uint64_t begin_bytes, uint64_t end_bytes, const Digest& content) const {
    GptPartition partition;
    partition.first_lba = begin_bytes / kGptBlockBytes;
    partition.last_lba = end_bytes / kGptBlockBytes - 1;
    Digest unique = Digest::Of(AsBytes(base_.table().disk.ToString() + " " + content.ToString()));
    std::copy_n(unique.bytes().begin(), partition.unique.bytes.size(),
                partition.unique.bytes.begin());
    // RFC 9562 5.8: version 8, made by rules of our own.
    partition.unique.bytes[7] = static_cast<uint8_t>(0x80 | (partition.unique.bytes[7] & 0x0F));
    partition.unique.bytes[8] = static_cast<uint8_t>(0x80 | (partition.unique.bytes[8] & 0x3F));
    return partition;
  }

  Status CheckSpace() const {
    std::string folder = FolderOf(request_.out_path);
    ASSIGN_OR_RETURN(uint64_t free_bytes, env_->FreeBytes(folder));
    if (free_bytes >= image_.size_bytes) return OkStatus();
    return NoSpace(request_.out_path + " needs " + std::to_string(image_.size_bytes) +
                   " bytes and " + folder + " has " + std::to_string(free_bytes) +
                   " free; make room or write it elsewhere");
  }

  Status Write() {
    total_bytes_ = base_.BackupTableOffset();
    for (const ComposedBundle& bundle : image_.bundles) total_bytes_ += bundle.size_bytes;
    ASSIGN_OR_RETURN(auto out, env_->CreatePending(request_.out_path, kImageMode));
    RETURN_IF_ERROR(CopyBase(out.get()));
    for (size_t i = 0; i < added_.size(); ++i) {
      const ComposedBundle& bundle = image_.bundles[i];
      RETURN_IF_ERROR(CopyBundle(*added_[i], bundle.size_bytes, out.get(), bundle.offset_bytes,
                                 [this](uint64_t bytes) { Advance(bytes); }));
    }
    if (image_.site_partition_number != 0) {
      std::string site = EncodeSitePartition(request_.site_text);
      RETURN_IF_ERROR(out->WriteAt(site_offset_bytes_, AsBytes(site)));
    }
    for (const SectorPatch& patch : base_.PatchesFor(image_.size_bytes, partitions_)) {
      RETURN_IF_ERROR(out->WriteAt(patch.offset_bytes, AsBytes(patch.bytes)));
    }
    return out->Commit();
  }

  // All but the backup table: what stays unwritten there reads as zeros.
  Status CopyBase(PendingFile* out) {
    std::vector<uint8_t> buffer(limits::io_buffer_bytes);
    uint64_t end = base_.BackupTableOffset();
    for (uint64_t done = 0; done < end;) {
      auto step = static_cast<size_t>(std::min<uint64_t>(buffer.size(), end - done));
      MutableByteSpan bytes(buffer.data(), step);
      RETURN_IF_ERROR(base_.file().ReadAt(done, bytes));
      RETURN_IF_ERROR(out->WriteAt(done, bytes));
      done += step;
      Advance(step);
    }
    return OkStatus();
  }

  void Advance(uint64_t bytes) {
    done_bytes_ += bytes;
    if (progress_) progress_({done_bytes_, total_bytes_});
  }

  Env* env_;
  const ComposeRequest& request_;
  const std::function<void(const ComposeProgress&)>& progress_;
  BaseMedium base_;
  std::vector<std::shared_ptr<Bundle>> present_;  // in the base
  std::vector<std::shared_ptr<Bundle>> added_;
  std::vector<GptPartition> partitions_;  // one for each added bundle, and the site's first
  uint64_t site_offset_bytes_ = 0;
  ComposedImage image_;
  uint64_t done_bytes_ = 0;
  uint64_t total_bytes_ = 0;
};

}  // namespace

Result<ComposedImage> ComposeImage(Env* env, const ComposeRequest& request,
                                   const std::function<void(const ComposeProgress&)>& progress) {
  return Composer(env, request, progress).Run();
}

}  // namespace airgap
