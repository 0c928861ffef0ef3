#include "store/offset_table.h"

#include <cstring>

#include "base/limits.h"
#include "base/little_endian.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr char kMagic[] = "cozy-airgap-tab\n";
constexpr size_t kMagicBytes = 16;
constexpr uint32_t kVersion = 1;
constexpr size_t kDigestBytes = 32;

ByteSpan DigestAt(std::string_view text, size_t offset) {
  return AsBytes(text.substr(offset, kDigestBytes));
}

// `what` names the table: "b.tar: cozy-airgap/offsets".
Status CheckHeader(std::string_view table, const std::string& what) {
  if (table.size() < kOffsetTableHeaderBytes ||
      table.substr(0, kMagicBytes) != std::string_view(kMagic, kMagicBytes)) {
    return Corrupt(what + " is damaged (wrong magic)");
  }
  uint64_t version = GetLittle(table, 16, 4);
  if (version != kVersion) {
    return Unsupported(what + " is of version " + std::to_string(version) +
                       "; this program reads version 1, use a newer one");
  }
  uint64_t count = GetLittle(table, 24, 8);
  if (GetLittle(table, 20, 4) != kOffsetTableRecordBytes ||
      count > limits::bundle_blobs_max_count ||
      table.size() != kOffsetTableHeaderBytes + count * kOffsetTableRecordBytes) {
    return Corrupt(what + " is damaged: its length does not fit its record count");
  }
  Digest digest = Digest::Of(AsBytes(table.substr(kOffsetTableHeaderBytes)));
  if (digest != Digest::FromSha256(DigestAt(table, 32))) {
    return Corrupt(what + " is damaged (its digest does not match)");
  }
  return OkStatus();
}

Result<std::vector<BlobEntry>> DecodeRecords(std::string_view table, const std::string& context) {
  RETURN_IF_ERROR(CheckHeader(table, context));
  std::vector<BlobEntry> blobs;
  blobs.reserve((table.size() - kOffsetTableHeaderBytes) / kOffsetTableRecordBytes);
  for (size_t at = kOffsetTableHeaderBytes; at < table.size(); at += kOffsetTableRecordBytes) {
    BlobEntry blob;
    blob.digest = Digest::FromSha256(DigestAt(table, at));
    blob.offset_bytes = GetLittle(table, at + 32, 8);
    blob.size_bytes = GetLittle(table, at + 40, 8);
    auto kind = static_cast<uint8_t>(table[at + 48]);
    if (kind > static_cast<uint8_t>(ManifestKind::kDockerManifestList)) {
      return Corrupt(context + " is damaged: it has an unknown kind of blob");
    }
    blob.kind = static_cast<ManifestKind>(kind);
    if (!blobs.empty() && !(blobs.back().digest < blob.digest)) {
      return Corrupt(context + " is damaged: it is not sorted");
    }
    blobs.push_back(blob);
  }
  return blobs;
}

}  // namespace

std::string EncodeOffsetTable(const std::vector<BlobEntry>& blobs) {
  std::string records;
  records.reserve(blobs.size() * kOffsetTableRecordBytes);
  for (const BlobEntry& blob : blobs) {
    ByteSpan digest = blob.digest.bytes();
    records.append(reinterpret_cast<const char*>(digest.data()), digest.size());
    AppendLittle(&records, 8, blob.offset_bytes);
    AppendLittle(&records, 8, blob.size_bytes);
    AppendLittle(&records, 1, static_cast<uint64_t>(blob.kind));
    records.append(15, '\0');
  }
  std::string table(kMagic, kMagicBytes);
  AppendLittle(&table, 4, kVersion);
  AppendLittle(&table, 4, kOffsetTableRecordBytes);
  AppendLittle(&table, 8, blobs.size());
  Digest digest = Digest::Of(AsBytes(records));
  table.append(reinterpret_cast<const char*>(digest.bytes().data()), kDigestBytes);
  return table + records;
}

Result<std::vector<BlobEntry>> DecodeOffsetTable(std::string_view table, uint64_t bundle_size,
                                                 std::string_view what) {
  std::string context(what);
  ASSIGN_OR_RETURN(std::vector<BlobEntry> blobs,
                   DecodeRecords(table, context + ": " + kOffsetTableName));
  for (const BlobEntry& blob : blobs) {
    if (blob.offset_bytes < TarHeaderBytes(blob.size_bytes) || blob.size_bytes > bundle_size ||
        blob.offset_bytes > bundle_size - blob.size_bytes) {
      return Corrupt(context + " is truncated: blob " + blob.digest.Short() +
                     " should end at byte " + std::to_string(blob.offset_bytes + blob.size_bytes) +
                     ", the file has " + std::to_string(bundle_size) + "; copy it again");
    }
  }
  return blobs;
}

std::string EncodeAbsentTable(std::vector<BlobEntry> blobs) {
  for (BlobEntry& blob : blobs) blob.offset_bytes = 0;
  return EncodeOffsetTable(blobs);
}

Result<std::vector<BlobEntry>> DecodeAbsentTable(std::string_view table, std::string_view what) {
  std::string context = std::string(what) + ": " + kAbsentTableName;
  ASSIGN_OR_RETURN(std::vector<BlobEntry> blobs, DecodeRecords(table, context));
  for (const BlobEntry& blob : blobs) {
    if (blob.offset_bytes != 0 || blob.size_bytes > limits::bundle_size_max_bytes) {
      return Corrupt(context + " is damaged: it gives blob " + blob.digest.Short() +
                     " an offset or a size that cannot be");
    }
  }
  return blobs;
}

}  // namespace airgap
