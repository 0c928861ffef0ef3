// cozy-airgap bundle inspect
#include <CLI/CLI.hpp>
#include <memory>
#include <set>

#include "base/format_bytes.h"
#include "base/limits.h"
#include "base/utc.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "store/signatures.h"

namespace airgap {
namespace {

// One line of the table: what index.json names, with the size of everything it needs (of an asset:
// of its file).
struct Row {
  Descriptor descriptor;
  std::string reference;
  std::string path;     // of an asset
  std::string subject;  // of a referrer
  std::string sparse;   // platforms that a sparse index carries
  uint64_t content_bytes = 0;
  std::string problem;  // why the size is not whole
};

constexpr char kManifestAbsent[] = "its manifest is absent: this is a delta";

// Adds up a manifest's tree, each blob once. Manifests are read, payloads are not.
class SizeCounter {
 public:
  // Of a sparse index children may be absent.
  SizeCounter(const Bundle& bundle, bool is_sparse) : bundle_(bundle), is_sparse_(is_sparse) {}

  Status Count(const Descriptor& descriptor, bool is_manifest, int depth) {
    if (!seen_.insert(descriptor.digest).second) return OkStatus();
    std::optional<size_t> number = bundle_.Find(descriptor.digest);
    if (const BlobEntry* absent = bundle_.FindAbsent(descriptor.digest)) {
      bytes_ += absent->size_bytes;
      // What an absent manifest needs is not known here.
      return is_manifest ? NotFound(kManifestAbsent) : OkStatus();
    }
    if (!number && is_sparse_ && depth > 0 && is_manifest) return OkStatus();
    if (!number) return NotFound("blob " + descriptor.digest.ToString() + " is missing");
    bytes_ += bundle_.blobs()[*number].size_bytes;
    if (!is_manifest) return OkStatus();
    if (depth > limits::image_index_depth_max) {
      return LimitExceeded("image indexes are nested too deeply");
    }
    ASSIGN_OR_RETURN(std::string text, bundle_.ReadWholeBlob(*number, limits::manifest_max_bytes));
    ASSIGN_OR_RETURN(Manifest manifest,
                     Manifest::Parse(text, descriptor.media_type, descriptor.digest.ToString()));
    for (const Descriptor& child : manifest.Children()) {
      bool child_is_manifest =
          IsIndexKind(manifest.kind) && KindOfMediaType(child.media_type) != ManifestKind::kNone;
      RETURN_IF_ERROR(Count(child, child_is_manifest, depth + 1));
    }
    return OkStatus();
  }

  uint64_t bytes() const { return bytes_; }

 private:
  const Bundle& bundle_;
  const bool is_sparse_;
  std::set<Digest> seen_;
  uint64_t bytes_ = 0;
};

// The size of the file that an asset serves.
Result<uint64_t> AssetBytes(const Bundle& bundle, const Descriptor& root) {
  std::optional<size_t> number = bundle.Find(root.digest);
  if (!number && bundle.FindAbsent(root.digest) != nullptr) return NotFound(kManifestAbsent);
  if (!number) return NotFound("manifest " + root.digest.ToString() + " is missing");
  ASSIGN_OR_RETURN(std::string text, bundle.ReadWholeBlob(*number, limits::manifest_max_bytes));
  ASSIGN_OR_RETURN(Manifest manifest,
                   Manifest::Parse(text, root.media_type, root.digest.ToString()));
  uint64_t bytes = 0;
  for (const Descriptor& layer : manifest.layers) bytes += layer.size_bytes;
  return bytes;
}

std::vector<Row> RowsOf(const Bundle& bundle) {
  std::vector<Row> rows;
  for (const Descriptor& root : bundle.index().manifests) {
    Row row;
    row.descriptor = root;
    row.reference = root.Annotation(annotation::kRefName);
    row.path = root.Annotation(annotation::kAssetPath);
    row.subject = root.Annotation(annotation::kSubject);
    row.sparse = root.Annotation(annotation::kSparse);
    SizeCounter counter(bundle, !row.sparse.empty());
    Status status = counter.Count(root, true, 0);
    row.content_bytes = counter.bytes();
    if (status.ok() && !row.path.empty()) {
      Result<uint64_t> bytes = AssetBytes(bundle, root);
      status = bytes.status();
      if (bytes.ok()) row.content_bytes = *bytes;
    }
    row.problem = status.message();
    rows.push_back(std::move(row));
  }
  return rows;
}

void WriteRow(JsonNode node, const Row& row) {
  if (!row.path.empty()) node.Put("path", row.path);
  node.Put("reference", row.reference);
  node.Put("digest", row.descriptor.digest.ToString());
  node.Put("mediaType", row.descriptor.media_type);
  if (!row.descriptor.artifact_type.empty()) {
    node.Put("artifactType", row.descriptor.artifact_type);
  }
  if (!row.subject.empty()) node.Put("subject", row.subject);
  if (!row.sparse.empty()) node.Put("sparse", row.sparse);
  node.Put("bytes", row.content_bytes);
  if (!row.problem.empty()) node.Put("problem", row.problem);
}

// Whom a bundle claims to be signed by: nothing is checked without keys.
void WriteSigners(JsonNode node, const Bundle& bundle) {
  Result<std::vector<BundleSignature>> signatures = ReadSignatures(bundle);
  JsonNode list = node.PutArray("signatures");
  if (signatures.ok()) {
    for (const BundleSignature& one : *signatures) {
      list.AddObject().Put("keyId", one.key_id.ToString());
    }
  } else if (signatures.status().code() != Code::kNotFound) {
    node.Put("signaturesProblem", signatures.status().message());
  }
}

void PrintSigners(const CommandContext& context, const Bundle& bundle) {
  Result<std::vector<BundleSignature>> signatures = ReadSignatures(bundle);
  if (signatures.ok()) {
    for (const BundleSignature& one : *signatures) {
      context.Print("signed by  " + one.key_id.ToString() + " (not checked)");
    }
  } else if (signatures.status().code() != Code::kNotFound) {
    context.Print("signed by  " + signatures.status().message());
  }
}

// "" where the bundle does not say.
std::string CreatedText(const Bundle& bundle) {
  return bundle.created_unix_s() == 0 ? "" : FormatUtc(bundle.created_unix_s());
}

void WriteJson(JsonNode node, const Bundle& bundle) {
  node.Put("location", bundle.location());
  node.Put("name", bundle.name());
  node.Put("version", bundle.version());
  node.Put("created", CreatedText(bundle));
  node.Put("identity", bundle.identity().ToString());
  JsonNode platforms = node.PutArray("platforms");
  for (const std::string& platform : bundle.platforms()) platforms.Add(platform);
  uint64_t blob_bytes = 0;
  for (const BlobEntry& blob : bundle.blobs()) blob_bytes += blob.size_bytes;
  node.Put("blobs", uint64_t{bundle.blobs().size()});
  node.Put("blobBytes", blob_bytes);
  WriteSigners(node, bundle);
  node.Put("isDelta", bundle.is_delta());
  node.Put("absentBlobs", uint64_t{bundle.absent().size()});
  node.Put("absentBytes", bundle.absent_bytes());
  JsonNode images = node.PutArray("images");
  JsonNode referrers = node.PutArray("referrers");
  JsonNode assets = node.PutArray("assets");
  for (const Row& row : RowsOf(bundle)) {
    JsonNode& list = !row.path.empty() ? assets : row.subject.empty() ? images : referrers;
    WriteRow(list.AddObject(), row);
  }
}

void WriteTable(const CommandContext& context, const Bundle& bundle) {
  uint64_t blob_bytes = 0;
  for (const BlobEntry& blob : bundle.blobs()) blob_bytes += blob.size_bytes;
  std::string platforms;
  for (const std::string& platform : bundle.platforms()) {
    platforms += (platforms.empty() ? "" : ", ") + platform;
  }
  context.Print(bundle.location() + ": " + bundle.name() + " " + bundle.version());
  context.Print("identity   " + bundle.identity().ToString());
  context.Print("platforms  " + platforms);
  if (bundle.created_unix_s() != 0) context.Print("created    " + CreatedText(bundle));
  context.Print("blobs      " + std::to_string(bundle.blobs().size()) + ", " +
                FormatBytes(blob_bytes));
  PrintSigners(context, bundle);
  if (bundle.is_delta()) {
    context.Print("delta      leaves out " + std::to_string(bundle.absent().size()) + " blobs, " +
                  FormatBytes(bundle.absent_bytes()) +
                  "; open it together with a bundle that has them");
  }
  for (const Row& row : RowsOf(bundle)) {
    if (!row.path.empty()) {
      context.Print("asset      /" + row.path + "  " + FormatBytes(row.content_bytes));
    } else if (!row.subject.empty()) {
      context.Print("referrer   " + row.reference + "  " + row.descriptor.artifact_type + " of " +
                    row.subject + "  " + FormatBytes(row.content_bytes));
    } else {
      context.Print("image      " + row.reference + "  " + row.descriptor.digest.ToString() + "  " +
                    row.descriptor.media_type + "  " + FormatBytes(row.content_bytes));
    }
    if (!row.problem.empty()) context.Print("           " + row.problem);
  }
}

int RunInspect(const CommandContext& context, const std::string& path) {
  Result<std::vector<std::shared_ptr<Bundle>>> bundles = OpenBundles(RealEnv(), path, nullptr);
  if (!bundles.ok()) return context.Fail(bundles.status());
  if (!context.json) {
    for (const auto& bundle : *bundles) WriteTable(context, *bundle);
    return kExitFine;
  }
  JsonBuilder document;
  JsonNode list = document.root().PutArray("bundles");
  for (const auto& bundle : *bundles) WriteJson(list.AddObject(), *bundle);
  context.PrintJson(document);
  return kExitFine;
}

}  // namespace

void AddBundleInspect(CLI::App& bundle, CommandContext& context) {
  CLI::App* inspect =
      bundle.add_subcommand("inspect", "show what a bundle holds, without reading payloads");
  auto file = std::make_shared<std::string>();
  inspect->add_option("FILE", *file, "a bundle, or an appliance image with bundles in it")
      ->required();
  inspect->callback(
      [&context, file] { context.run = [&context, file] { return RunInspect(context, *file); }; });
}

}  // namespace airgap
