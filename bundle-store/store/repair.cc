#include "store/repair.h"

#include <algorithm>
#include <filesystem>

#include "store/blob_stream.h"
#include "store/bundle_front.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr uint64_t kEndBytes = 2 * kTarBlockBytes;

bool IsZero(const std::string& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == '\0'; });
}

// One bundle of the damaged file.
class BundleRepair {
 public:
  BundleRepair(BundleFile file, BundleExtent extent,
               const std::vector<std::shared_ptr<Bundle>>& sources, WritableFile* out)
      : file_(std::move(file)), extent_(extent), sources_(sources), out_(out) {}

  // Makes the bundle readable at all. `reopen` gives the file with the size that it has by then.
  Status OpenBundle(std::optional<Digest> identity,
                    const std::function<Result<BundleFile>()>& reopen) {
    if (file_.split) identity = file_.split->manifest().identity;
    Status wrong = Open();
    if (wrong.ok() && identity && bundle_->identity() != *identity) {
      wrong = Corrupt(bundle_->location() + " is not bundle " + identity->Short() +
                      " but, by its index.json, " + bundle_->identity().Short());
    }
    if (wrong.ok()) identity = bundle_->identity();
    if (wrong.ok()) wrong = CheckFront(*bundle_);
    if (wrong.ok()) return OkStatus();
    auto source = FindSameBundle(sources_, *file_.file, extent_, identity);
    if (source == nullptr) {
      return Corrupt(wrong.message() +
                     "; to restore what stands before its blobs, give another"
                     " copy of the same bundle with --from");
    }
    RETURN_IF_ERROR(RestoreFront(*source, *file_.file, extent_, out_));
    ASSIGN_OR_RETURN(file_, reopen());
    if (extent_.is_whole_file) extent_.size_bytes = file_.file->size_bytes();
    result_.front_restored = true;
    return Open();
  }

  Status RepairBlobs(const BlobProver& prover, const RepairProgress& progress) {
    result_.location = bundle_->location();
    result_.identity = bundle_->identity();
    ASSIGN_OR_RETURN(shape_, ShapeOf(*bundle_));
    std::vector<std::string> parts_wrong;
    std::vector<size_t> bad = FindBad(prover, progress, &parts_wrong);
    std::vector<size_t> written;
    for (size_t number : bad) {
      ASSIGN_OR_RETURN(bool is_written, RepairBlob(number));
      if (is_written) written.push_back(number);
    }
    if (bundle_->after_table_bytes() != 0) RETURN_IF_ERROR(RepairEnd());
    if (!parts_wrong.empty()) RETURN_IF_ERROR(RepairPadding());
    RETURN_IF_ERROR(out_->Sync());
    CheckWritten(written);
    if (!parts_wrong.empty()) RETURN_IF_ERROR(CheckParts());
    return OkStatus();
  }

  RepairedBundle TakeResult() { return std::move(result_); }

 private:
  Status Open() {
    ASSIGN_OR_RETURN(bundle_, Bundle::Open(file_.file, extent_.offset_bytes, extent_.size_bytes));
    return OkStatus();
  }

  std::vector<size_t> FindBad(const BlobProver& prover, const RepairProgress& progress,
                              std::vector<std::string>* others) {
    std::vector<size_t> bad;
    VerifyProgress state;
    for (const BlobEntry& blob : bundle_->blobs()) state.total_bytes += blob.size_bytes;
    prover({*bundle_, nullptr,
            [&](uint64_t bytes) {
              state.done_bytes += bytes;
              if (progress) progress(state);
            },
            [&](size_t number, const Status& status) {
              ++state.done_blobs;
              if (!status.ok()) bad.push_back(number);
            },
            [&](std::string line) { others->push_back(std::move(line)); }});
    std::sort(bad.begin(), bad.end());
    return bad;
  }

  // False: nothing was written, and why is in the problems.
  Result<bool> RepairBlob(size_t number) {
    const BlobEntry& blob = bundle_->blobs()[number];
    if (bundle_->after_table_bytes() != 0 && !bundle_->CheckHeader(number).ok()) {
      std::string header = FormatTarHeader("blobs/sha256/" + blob.digest.Hex(), blob.size_bytes);
      RETURN_IF_ERROR(WriteAt(blob.offset_bytes - header.size(), AsBytes(header)));
      if (VerifyBlob(*bundle_, number, nullptr).ok()) return true;  // nothing else was wrong
    }
    std::string why = "no bundle of --from has it";
    for (const auto& source : sources_) {
      std::optional<size_t> found = source->Find(blob.digest);
      if (!found || source->blobs()[*found].size_bytes != blob.size_bytes) continue;
      Status status = VerifyBlob(*source, *found, nullptr);
      if (!status.ok()) {
        why = status.message();
        continue;
      }
      RETURN_IF_ERROR(CopyBlob(*source, *found, blob));
      return true;
    }
    Unrepaired(blob.digest, why);
    return false;
  }

  Status CopyBlob(const Bundle& source, size_t number, const BlobEntry& to) {
    uint64_t offset = to.offset_bytes;
    return StreamBlob(source, number, [&](ByteSpan bytes) {
      uint64_t here = offset;
      offset += bytes.size();
      return WriteAt(here, bytes);
    });
  }

  Status WriteAt(uint64_t offset, ByteSpan bytes) {
    return out_->WriteAt(extent_.offset_bytes + offset, bytes);
  }

  // Zeros at [offset, offset+size), unless they are there.
  Status PutZeros(uint64_t offset, uint64_t size, bool* was_wrong) {
    std::string bytes(size, '\0');
    Status status = file_.file->ReadAt(extent_.offset_bytes + offset,
                                       {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
    if (status.ok() && IsZero(bytes)) return OkStatus();
    *was_wrong = true;
    return WriteAt(offset, AsBytes(std::string(size, '\0')));
  }

  Status RepairEnd() {
    return PutZeros(shape_.end_offset_bytes, kEndBytes, &result_.front_restored);
  }

  // Only a part's digest covers the zeros behind a blob.
  Status RepairPadding() {
    bool ignored = false;
    for (const BlobEntry& blob : bundle_->blobs()) {
      uint64_t end = blob.offset_bytes + blob.size_bytes;
      RETURN_IF_ERROR(PutZeros(end, TarPaddingBytes(blob.size_bytes), &ignored));
    }
    return OkStatus();
  }

  void CheckWritten(const std::vector<size_t>& written) {
    Status reopened = Open();
    for (size_t number : written) {
      const Digest& digest = bundle_->blobs()[number].digest;
      Status status = reopened.ok() ? VerifyBlob(*bundle_, number, nullptr) : reopened;
      if (status.ok()) {
        result_.repaired.push_back(digest);
      } else {
        Unrepaired(digest, "it was written, but the medium gives other bytes back: replace it");
      }
    }
  }

  Status CheckParts() {
    const SplitManifest& manifest = file_.split->manifest();
    auto read = [this](uint64_t offset, MutableByteSpan out) {
      return file_.file->ReadAt(offset, out);
    };
    for (size_t part = 0; part < manifest.parts.size(); ++part) {
      const SplitPart& wanted = manifest.parts[part];
      ASSIGN_OR_RETURN(Digest digest,
                       DigestOfStretch(file_.split->PartOffset(part), wanted.size_bytes, read));
      if (digest == wanted.digest) continue;
      result_.problems.push_back(file_.split->PartPath(part) +
                                 " still does not match its digest; copy it again");
    }
    return OkStatus();
  }

  void Unrepaired(const Digest& digest, const std::string& why) {
    result_.unrepaired.push_back(digest);
    result_.problems.push_back(bundle_->location() + ": blob " + digest.ToString() +
                               " stays bad: " + why);
  }

  BundleFile file_;
  BundleExtent extent_;
  const std::vector<std::shared_ptr<Bundle>>& sources_;
  WritableFile* out_;
  std::shared_ptr<Bundle> bundle_;
  BundleShape shape_;
  RepairedBundle result_;
};

}  // namespace

Result<std::vector<RepairedBundle>> RepairBundles(Env* env, const RepairRequest& request,
                                                  const BlobProver& prover,
                                                  const RepairProgress& progress) {
  std::error_code ignored;
  if (std::filesystem::equivalent(request.path, request.from, ignored)) {
    return InvalidArgument("--from " + request.from + " is the bundle itself; give another copy");
  }
  std::vector<Status> damaged_sources;
  ASSIGN_OR_RETURN(auto sources, OpenBundles(env, request.from, &damaged_sources));
  auto open = [&] { return OpenBundleFile(env, request.path); };
  ASSIGN_OR_RETURN(BundleFile file, open());
  ASSIGN_OR_RETURN(std::vector<BundleExtent> extents, FindBundleExtents(*file.file));
  if (request.identity && extents.size() > 1) {
    return InvalidArgument(request.path + " holds several bundles; --identity is for one alone");
  }
  ASSIGN_OR_RETURN(auto out, OpenBundleFileToChange(env, request.path));
  std::vector<RepairedBundle> results;
  for (const BundleExtent& extent : extents) {
    BundleRepair repair(file, extent, sources, out.get());
    RETURN_IF_ERROR(repair.OpenBundle(request.identity, open));
    RETURN_IF_ERROR(repair.RepairBlobs(prover, progress));
    results.push_back(repair.TakeResult());
  }
  return results;
}

}  // namespace airgap
