#include "store/bundle_layout.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "base/utc.h"
#include "store/offset_table.h"
#include "store/signatures.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr char kOciLayout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
constexpr uint64_t kSmallBlobMaxBytes = 64 * limits::kKiB;
static_assert(kBundleEndBytes == 2 * kTarBlockBytes);

std::string FormatIndex(const BundlePlan& plan) {
  if (!plan.index_text().empty()) return plan.index_text();
  std::vector<Descriptor> roots = plan.roots();
  std::sort(roots.begin(), roots.end(), [](const Descriptor& a, const Descriptor& b) {
    std::string name_a = a.Annotation(annotation::kRefName);
    std::string name_b = b.Annotation(annotation::kRefName);
    return name_a != name_b ? name_a < name_b : a.digest < b.digest;
  });
  JsonBuilder builder;
  JsonNode root = builder.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kOciIndex);
  JsonNode manifests = root.PutArray("manifests");
  for (const Descriptor& descriptor : roots) descriptor.WriteTo(manifests.AddObject());
  JsonNode annotations = root.PutObject("annotations");
  annotations.Put(annotation::kBundleName, plan.name());
  annotations.Put(annotation::kBundleVersion, plan.version());
  std::string platforms;
  for (const std::string& platform : plan.platforms()) {
    platforms += platforms.empty() ? "" : ",";
    platforms += platform;
  }
  annotations.Put(annotation::kPlatforms, platforms);
  if (plan.created_unix_s() != 0) {
    annotations.Put(annotation::kCreated, FormatUtc(plan.created_unix_s()));
  }
  return builder.ToText();
}

// Manifests first, then small blobs, then large ones: what names need to resolve lies together
// at the front.
int GroupOf(const PlannedBlob& blob) {
  if (blob.kind != ManifestKind::kNone) return 0;
  return blob.descriptor.size_bytes <= kSmallBlobMaxBytes ? 1 : 2;
}

uint64_t EntryBytes(uint64_t size) { return TarHeaderBytes(size) + size + TarPaddingBytes(size); }

void AppendEntry(std::string* front, const std::string& name, std::string_view content) {
  *front += FormatTarHeader(name, content.size());
  *front += content;
  front->append(TarPaddingBytes(content.size()), '\0');
}

// Places the blobs one after the other, the first one's header at `offset`; fills `table`.
void PlaceBlobs(const BundlePlan& plan, uint64_t offset, BundleLayout* layout,
                std::vector<BlobEntry>* table) {
  for (int group = 0; group < 3; ++group) {
    for (const auto& [digest, blob] : plan.blobs()) {
      if (GroupOf(blob) != group || plan.left_out().contains(digest)) continue;
      uint64_t size = blob.descriptor.size_bytes;
      uint64_t payload = offset + TarHeaderBytes(size);
      layout->blobs.push_back({&blob, payload});
      table->push_back({digest, payload, size, blob.kind});
      offset += EntryBytes(size);
      layout->blobs_bytes += size;
    }
  }
  layout->total_bytes = offset + kBundleEndBytes;
  std::sort(table->begin(), table->end(),
            [](const BlobEntry& a, const BlobEntry& b) { return a.digest < b.digest; });
}

uint64_t TableBytes(size_t records) {
  return EntryBytes(kOffsetTableHeaderBytes + records * uint64_t{kOffsetTableRecordBytes});
}

std::vector<BlobEntry> AbsentBlobs(const BundlePlan& plan) {
  std::vector<BlobEntry> absent;
  for (const Digest& digest : plan.left_out()) {
    const PlannedBlob& blob = plan.blobs().at(digest);
    absent.push_back({digest, 0, blob.descriptor.size_bytes, blob.kind});
  }
  return absent;
}

}  // namespace

Result<BundleLayout> LayOutBundle(const BundlePlan& plan) {
  std::string index = FormatIndex(plan);
  if (index.size() > limits::index_json_max_bytes) {
    return LimitExceeded("index.json would have " + std::to_string(index.size()) +
                         " bytes; make several bundles");
  }
  std::vector<BlobEntry> absent = AbsentBlobs(plan);
  uint64_t front_bytes = EntryBytes(sizeof kOciLayout - 1) + EntryBytes(index.size()) +
                         TableBytes(plan.blob_count() - absent.size()) +
                         EntryBytes(kSignaturesBytes) +
                         (absent.empty() ? 0 : TableBytes(absent.size()));
  BundleLayout layout;
  std::vector<BlobEntry> table;
  PlaceBlobs(plan, front_bytes, &layout, &table);
  if (layout.total_bytes > limits::bundle_size_max_bytes) {
    return LimitExceeded("the bundle would have " + std::to_string(layout.total_bytes) +
                         " bytes; at most 2 TiB are possible");
  }
  layout.front.reserve(front_bytes);
  AppendEntry(&layout.front, "oci-layout", kOciLayout);
  AppendEntry(&layout.front, "index.json", index);
  AppendEntry(&layout.front, kOffsetTableName, EncodeOffsetTable(table));
  AppendEntry(&layout.front, kSignaturesName,
              plan.signatures().empty() ? FormatSignatures({}) : plan.signatures());
  if (!absent.empty()) AppendEntry(&layout.front, kAbsentTableName, EncodeAbsentTable(absent));
  layout.identity = Digest::Of(AsBytes(index));
  return layout;
}

std::string BlobHeader(const Descriptor& descriptor) {
  return FormatTarHeader("blobs/sha256/" + descriptor.digest.Hex(), descriptor.size_bytes);
}

}  // namespace airgap
