#include "store/bundle_front.h"

#include <algorithm>

#include "base/limits.h"
#include "store/signatures.h"
#include "store/tar.h"
#include "store/verify.h"

namespace airgap {
namespace {

constexpr uint64_t kEndBytes = 2 * kTarBlockBytes;

uint64_t HeaderOffset(const BlobEntry& blob) {
  return blob.offset_bytes - TarHeaderBytes(blob.size_bytes);
}

// Every tar header that can be read at all stands for the blob that `source` has there, and at
// least one of them does.
bool BlobsStandAsIn(const Bundle& source, const ReadableFile& file, const BundleExtent& extent) {
  size_t same = 0;
  for (const BlobEntry& blob : source.blobs()) {
    Result<TarEntry> entry =
        ReadTarEntry(file, extent.offset_bytes, extent.size_bytes, HeaderOffset(blob));
    if (!entry.ok() || entry->is_end) continue;
    bool fits =
        entry->name == "blobs/sha256/" + blob.digest.Hex() && entry->size_bytes == blob.size_bytes;
    if (!fits) return false;
    ++same;
  }
  return same > 0;
}

bool IsReadableList(const ReadableFile& file, uint64_t offset) {
  std::string payload(kSignaturesBytes, '\0');
  return file.ReadAt(offset, {reinterpret_cast<uint8_t*>(payload.data()), payload.size()}).ok() &&
         ParseSignatures(payload, "").ok();
}

Status CopyRange(const Bundle& source, uint64_t from, uint64_t to, uint64_t base,
                 WritableFile* out) {
  std::vector<uint8_t> buffer(limits::io_buffer_bytes);
  while (from < to) {
    MutableByteSpan bytes(buffer.data(), std::min<uint64_t>(buffer.size(), to - from));
    RETURN_IF_ERROR(source.file().ReadAt(source.base_offset() + from, bytes));
    RETURN_IF_ERROR(out->WriteAt(base + from, bytes));
    from += bytes.size();
  }
  return OkStatus();
}

}  // namespace

Result<BundleShape> ShapeOf(const Bundle& bundle) {
  BundleShape shape;
  uint64_t end = bundle.after_table_bytes();
  bool is_first = true;
  for (size_t number : BlobsInFileOrder(bundle)) {
    const BlobEntry& blob = bundle.blobs()[number];
    if (HeaderOffset(blob) < end) {
      return Corrupt(bundle.location() + ": blobs overlap in the offset table; it is no bundle");
    }
    if (is_first) shape.front_bytes = HeaderOffset(blob);
    is_first = false;
    end = blob.offset_bytes + blob.size_bytes + TarPaddingBytes(blob.size_bytes);
  }
  if (is_first) shape.front_bytes = end;
  shape.end_offset_bytes = end;
  return shape;
}

Status CheckFront(const Bundle& bundle) {
  ASSIGN_OR_RETURN(BundleShape shape, ShapeOf(bundle));
  uint64_t offset = bundle.after_table_bytes();
  while (offset < shape.front_bytes) {
    ASSIGN_OR_RETURN(TarEntry entry, ReadTarEntry(bundle.file(), bundle.base_offset(),
                                                  bundle.size_bytes(), offset));
    if (entry.is_end) break;
    offset = entry.NextOffset();
  }
  if (offset != shape.front_bytes && !bundle.blobs().empty()) {
    return Corrupt(bundle.location() + " has a damaged tar header before its first blob");
  }
  Result<std::vector<BundleSignature>> signatures = ReadSignatures(bundle);
  if (signatures.status().code() == Code::kCorrupt) return signatures.status();
  return OkStatus();
}

std::shared_ptr<Bundle> FindSameBundle(const std::vector<std::shared_ptr<Bundle>>& sources,
                                       const ReadableFile& file, const BundleExtent& extent,
                                       const std::optional<Digest>& identity) {
  for (const auto& source : sources) {
    if (identity && source->identity() != *identity) continue;
    Result<BundleShape> shape = ShapeOf(*source);
    if (source->after_table_bytes() == 0 || !shape.ok() || !CheckFront(*source).ok()) continue;
    bool has_room =
        extent.is_whole_file || shape->end_offset_bytes + kEndBytes <= extent.size_bytes;
    if (has_room && BlobsStandAsIn(*source, file, extent)) return source;
  }
  return nullptr;
}

Status RestoreFront(const Bundle& source, const ReadableFile& file, const BundleExtent& extent,
                    WritableFile* out) {
  ASSIGN_OR_RETURN(BundleShape shape, ShapeOf(source));
  uint64_t base = extent.offset_bytes;
  Result<uint64_t> signatures = FindSignatures(source);
  if (signatures.ok() && IsReadableList(file, base + *signatures)) {
    RETURN_IF_ERROR(CopyRange(source, 0, *signatures, base, out));
    RETURN_IF_ERROR(
        CopyRange(source, *signatures + kSignaturesBytes, shape.front_bytes, base, out));
  } else {
    RETURN_IF_ERROR(CopyRange(source, 0, shape.front_bytes, base, out));
  }
  // A file that was cut off gets its length back; what is missing reads as zeros, which are bad
  // blobs until they are repaired.
  if (extent.size_bytes < shape.end_offset_bytes + kEndBytes) {
    std::string end(kEndBytes, '\0');
    RETURN_IF_ERROR(out->WriteAt(base + shape.end_offset_bytes, AsBytes(end)));
  }
  return out->Sync();
}

}  // namespace airgap
