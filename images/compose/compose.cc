#include "compose/compose.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/limits.h"
#include "compose/base_medium.h"
#include "compose/bundle_copy.h"
#include "compose/image_list.h"
#include "compose/partition_layout.h"
#include "store/bundle.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

constexpr unsigned kImageMode = 0644;
constexpr unsigned kSecretImageMode = 0600;

std::string BytesOf(const Digest& digest) {
  return std::string(digest.bytes().begin(), digest.bytes().end());
}

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
    RETURN_IF_ERROR(CheckPurpose());
    RETURN_IF_ERROR(Plan());
    RETURN_IF_ERROR(CheckSpace());
    RETURN_IF_ERROR(Write());
    return image_;
  }

 private:
  Status CheckOutput() const {
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

  // A new identity is reason enough for an image, if there is something to serve in it.
  Status CheckPurpose() const {
    bool has_new = !added_.empty() || HasNewSite();
    if (has_new || (!present_.empty() && !request_.identity_text.empty())) return OkStatus();
    return InvalidArgument("an image needs a bundle: give one with --bundle FILE");
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
    layout_.emplace(base_);
    ASSIGN_OR_RETURN(std::string identity,
                     PlanText(kIdentityText, request_.identity_text,
                              !request_.identity_text.empty(), &image_.identity_partition_number));
    ASSIGN_OR_RETURN(std::string site, PlanText(kSiteText, request_.site_text, HasNewSite(),
                                                &image_.site_partition_number));
    has_identity_ = !identity.empty();
    if (!texts_.empty()) Stamp(identity, site);
    for (const auto& bundle : added_) RETURN_IF_ERROR(PlanBundle(*bundle));
    RETURN_IF_ERROR(PlanList());
    RETURN_IF_ERROR(PlanState());
    image_.size_bytes = layout_->image_bytes();
    return OkStatus();
  }

  bool HasNewSite() const { return !request_.site_path.empty(); }

  // The text goes into the base's own partition for it, or into a new one before those of the
  // bundles. Gives what the image will have, which without a new text is what the base has.
  Result<std::string> PlanText(const TextPartition& kind, const std::string& text, bool is_new,
                               uint32_t* number) {
    std::vector<GptPartition> there = base_.table().PartitionsOf(kind.type);
    if (!is_new && there.empty()) return std::string();
    if (!is_new) return ReadTextPartition(kind, base_.file());
    if (there.size() > 1 || (!there.empty() && there[0].size_bytes() < kTextPartitionBytes)) {
      return Corrupt(request_.base_path + " has a damaged " + std::string(kind.name) +
                     " partition; use base.iso");
    }
    if (there.empty()) {
      ASSIGN_OR_RETURN(GptPartition added,
                       layout_->Append(kind.type, std::string(kind.name), kTextPartitionBytes,
                                       Digest::Of(AsBytes(text))));
      there.push_back(added);
    }
    *number = there[0].number;
    texts_.push_back({there[0].offset_bytes(), EncodeTextPartition(kind, text)});
    return text;
  }

  void Stamp(const std::string& identity, const std::string& site) {
    Digest identity_digest = Digest::Of(AsBytes(identity));
    Digest site_digest = Digest::Of(AsBytes(site));
    bool has_site = HasNewSite() || !base_.table().PartitionsOf(kSiteText.type).empty();
    base_.StampVolume(Digest::Of(AsBytes(BytesOf(identity_digest) + BytesOf(site_digest))),
                      has_site);
  }

  Status PlanBundle(const Bundle& bundle) {
    ComposedBundle composed;
    composed.location = bundle.location();
    composed.name = bundle.name();
    composed.version = bundle.version();
    composed.identity = bundle.identity();
    composed.partition_name =
        "airgap-bundle-" + std::to_string(present_.size() + image_.bundles.size() + 1);
    ASSIGN_OR_RETURN(composed.size_bytes, TarBytes(bundle));
    if (composed.size_bytes > limits::bundle_size_max_bytes) {
      return LimitExceeded(bundle.location() + " is larger than a bundle may be");
    }
    ASSIGN_OR_RETURN(GptPartition partition,
                     layout_->Append(kBundlePartitionType, composed.partition_name,
                                     composed.size_bytes, composed.identity));
    composed.partition_number = partition.number;
    composed.offset_bytes = partition.offset_bytes();
    image_.bundles.push_back(std::move(composed));
    return OkStatus();
  }

  // Its text is known once everything else is written.
  Status PlanList() {
    std::vector<GptPartition> there = base_.table().PartitionsOf(kImageText.type);
    if (there.empty()) {
      ASSIGN_OR_RETURN(GptPartition added,
                       layout_->Append(kImageText.type, std::string(kImageText.name),
                                       kTextPartitionBytes, Digest::Of(AsBytes(kImageText.name))));
      there.push_back(added);
    }
    list_offset_bytes_ = there[0].offset_bytes();
    return OkStatus();
  }

  // Last, for it is the one thing that a stick which is a little too small can do without.
  Status PlanState() {
    bool has_state = !base_.table().PartitionsOf(kStatePartitionType).empty();
    uint64_t bytes = request_.state_bytes.value_or(has_state ? 0 : limits::state_default_bytes);
    if (has_state && bytes != 0) {
      return InvalidArgument(request_.base_path +
                             " has a state partition already, which stays as it is: leave the"
                             " size out, or start from base.iso");
    }
    if (bytes == 0) return OkStatus();
    ASSIGN_OR_RETURN(GptPartition partition,
                     layout_->Append(kStatePartitionType, kStatePartitionName, bytes,
                                     Digest::Of(AsBytes(kStatePartitionName))));
    image_.state_partition_number = partition.number;
    image_.state_bytes = partition.size_bytes();
    return OkStatus();
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
    ASSIGN_OR_RETURN(auto out, env_->CreatePending(request_.out_path,
                                                   has_identity_ ? kSecretImageMode : kImageMode));
    RETURN_IF_ERROR(CopyBase(out.get()));
    for (size_t i = 0; i < added_.size(); ++i) {
      const ComposedBundle& bundle = image_.bundles[i];
      RETURN_IF_ERROR(CopyBundle(*added_[i], bundle.size_bytes, out.get(), bundle.offset_bytes,
                                 [this](uint64_t bytes) { Advance(bytes); }));
    }
    for (const SectorPatch& text : texts_) {
      RETURN_IF_ERROR(out->WriteAt(text.offset_bytes, AsBytes(text.bytes)));
    }
    for (const SectorPatch& patch : base_.PatchesFor(image_.size_bytes, layout_->added())) {
      RETURN_IF_ERROR(out->WriteAt(patch.offset_bytes, AsBytes(patch.bytes)));
    }
    RETURN_IF_ERROR(WriteList(out.get()));
    return out->Commit();
  }

  Status WriteList(PendingFile* out) {
    ImageList list;
    list.size_bytes = image_.size_bytes;
    std::vector<GptPartition> partitions = base_.table().partitions;
    for (const GptPartition& partition : layout_->added()) partitions.push_back(partition);
    list.areas = AreasToList(partitions, image_.size_bytes);
    for (ListedArea& area : list.areas) {
      ASSIGN_OR_RETURN(area.digest, DigestOfStretch(area.offset_bytes, area.size_bytes,
                                                    [out](uint64_t offset, MutableByteSpan bytes) {
                                                      return out->ReadAt(offset, bytes);
                                                    }));
    }
    std::vector<GptPartition> in_base = base_.table().BundlePartitions();
    for (size_t i = 0; i < present_.size(); ++i) {
      const Bundle& bundle = *present_[i];
      list.bundles.push_back({in_base[i].name, bundle.name(), bundle.version(), bundle.identity()});
    }
    for (const ComposedBundle& bundle : image_.bundles) {
      list.bundles.push_back({bundle.partition_name, bundle.name, bundle.version, bundle.identity});
    }
    return out->WriteAt(list_offset_bytes_,
                        AsBytes(EncodeTextPartition(kImageText, FormatImageList(list))));
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
  std::optional<PartitionLayout> layout_;  // once the base is open
  std::vector<SectorPatch> texts_;         // whole partitions
  bool has_identity_ = false;
  uint64_t list_offset_bytes_ = 0;
  ComposedImage image_;
  uint64_t done_bytes_ = 0;
  uint64_t total_bytes_ = 0;
};

}  // namespace

Result<ComposedImage> ComposeImage(Env* env, const ComposeRequest& request,
                                   const std::function<void(const ComposeProgress&)>& progress) {
  return Composer(env, request, progress).Run();
}

Result<bool> HasIdentity(Env* env, const std::string& base_path) {
  ASSIGN_OR_RETURN(BaseMedium base, BaseMedium::Open(env, base_path));
  return !base.table().PartitionsOf(kIdentityText.type).empty();
}

}  // namespace airgap
