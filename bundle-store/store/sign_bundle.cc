#include "store/sign_bundle.h"

#include <algorithm>

#include "base/pieces.h"
#include "store/bundle_file.h"

namespace airgap {
namespace {

// Bytes that will stand at `offset` of the file.
struct Patch {
  uint64_t offset_bytes = 0;
  std::string bytes;
};

// The digest of a part as it is, and as it will be once patched.
struct PartDigests {
  Digest before;
  Digest after;
};

// Puts what `patch` has for [offset, offset+size) over `bytes`.
void Apply(const Patch& patch, uint64_t offset, MutableByteSpan bytes) {
  uint64_t from = std::max(offset, patch.offset_bytes);
  uint64_t to = std::min(offset + bytes.size(), patch.offset_bytes + patch.bytes.size());
  for (uint64_t at = from; at < to; ++at) {
    bytes[at - offset] = static_cast<uint8_t>(patch.bytes[at - patch.offset_bytes]);
  }
}

Result<PartDigests> HashPart(const SplitFile& file, size_t number, const Patch& patch) {
  Hasher before;
  Hasher after;
  uint64_t start = file.PartOffset(number);
  uint64_t size = file.manifest().parts[number].size_bytes;
  auto read = [&](uint64_t offset, MutableByteSpan out) { return file.ReadAt(offset, out); };
  uint64_t at = start;
  RETURN_IF_ERROR(ReadPieces(start, size, read, [&](MutableByteSpan piece) {
    before.Update(piece);
    Apply(patch, at, piece);
    after.Update(piece);
    at += piece.size();
    return OkStatus();
  }));
  return PartDigests{before.Finish(), after.Finish()};
}

bool Touches(const SplitFile& file, size_t number, const Patch& patch) {
  uint64_t start = file.PartOffset(number);
  return patch.offset_bytes < start + file.manifest().parts[number].size_bytes &&
         patch.offset_bytes + patch.bytes.size() > start;
}

// The manifest goes first: when the power fails before the part is written, signing again with the
// same key makes the same bytes and finds the digest that it expects.
Status UpdateManifest(Env* env, const SplitFile& file, const Patch& patch) {
  SplitManifest manifest = file.manifest();
  for (size_t i = 0; i < manifest.parts.size(); ++i) {
    if (!Touches(file, i, patch)) continue;
    ASSIGN_OR_RETURN(PartDigests digests, HashPart(file, i, patch));
    Digest& digest = manifest.parts[i].digest;
    if (digests.before != digest && digests.after != digest) {
      return Corrupt(file.PartPath(i) + " is damaged: its bytes do not match its digest in " +
                     file.name() + "; repair it, then sign");
    }
    digest = digests.after;
  }
  return WriteWholeFile(env, file.name(), manifest.Format(), 0644);
}

}  // namespace

Result<std::vector<SignedBundle>> SignBundles(Env* env, const std::string& path,
                                              const PrivateKey& key) {
  ASSIGN_OR_RETURN(BundleFile file, OpenBundleFile(env, path));
  ASSIGN_OR_RETURN(auto bundles, OpenBundlesIn(file, nullptr));
  std::vector<SignedBundle> result;
  std::vector<Patch> patches;
  for (const auto& bundle : bundles) {
    SignedBundle one;
    one.bundle = bundle;
    Patch patch;
    ASSIGN_OR_RETURN(uint64_t offset, FindSignatures(*bundle));
    patch.offset_bytes = bundle->base_offset() + offset;
    ASSIGN_OR_RETURN(patch.bytes, AddSignature(*bundle, key, &one.lost_older_list));
    std::string before(patch.bytes.size(), '\0');
    RETURN_IF_ERROR(file.file->ReadAt(patch.offset_bytes,
                                      {reinterpret_cast<uint8_t*>(before.data()), before.size()}));
    one.was_signed = before == patch.bytes;
    if (!one.was_signed) patches.push_back(std::move(patch));
    result.push_back(std::move(one));
  }
  if (patches.empty()) return result;
  ASSIGN_OR_RETURN(auto out, OpenBundleFileToChange(env, path));
  for (const Patch& patch : patches) {
    if (file.split) RETURN_IF_ERROR(UpdateManifest(env, *file.split, patch));
    RETURN_IF_ERROR(out->WriteAt(patch.offset_bytes, AsBytes(patch.bytes)));
  }
  RETURN_IF_ERROR(out->Sync());
  return result;
}

}  // namespace airgap
