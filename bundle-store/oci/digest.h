// Digests as the OCI image specification defines them, and the hashing that proves them.
// https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

struct evp_md_ctx_st;

namespace airgap {

enum class DigestAlgorithm : uint8_t { kSha256 = 0, kSha512 = 1 };

class Digest {
 public:
  Digest() = default;  // sha256 of nothing in particular: all zero

  // "sha256:<64 lowercase hex>" or "sha512:<128 lowercase hex>". Anything else is
  // kInvalidArgument; an algorithm that is well-formed but unknown is kUnsupported.
  static Result<Digest> Parse(std::string_view text);
  // 32 bytes.
  static Digest FromSha256(ByteSpan bytes);
  // Digest of `bytes` as they stand.
  static Digest Of(ByteSpan bytes, DigestAlgorithm algorithm = DigestAlgorithm::kSha256);

  DigestAlgorithm algorithm() const { return algorithm_; }
  ByteSpan bytes() const { return {bytes_.data(), size()}; }
  size_t size() const { return algorithm_ == DigestAlgorithm::kSha256 ? 32 : 64; }
  std::string Hex() const;
  std::string ToString() const;  // "sha256:<hex>"
  // "sha256:" and 12 hex digits, for people.
  std::string Short() const;

  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  DigestAlgorithm algorithm_ = DigestAlgorithm::kSha256;
  std::array<uint8_t, 64> bytes_{};
  friend class Hasher;
};

struct DigestHash {
  size_t operator()(const Digest& digest) const;
};

// Hashes bytes as they stream. Not for several threads at once.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::kSha256);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void Update(ByteSpan bytes);
  // The digest of everything so far; starts over afterwards.
  Digest Finish();

 private:
  void Start();
  DigestAlgorithm algorithm_;
  evp_md_ctx_st* context_;
};

// The digest of `size_bytes` from `offset_bytes` on, as `read(offset, out)` gives them piece by
// piece. Errors: those of `read`.
Result<Digest> DigestOfStretch(
    uint64_t offset_bytes, uint64_t size_bytes,
    const std::function<Status(uint64_t offset, MutableByteSpan out)>& read,
    DigestAlgorithm algorithm = DigestAlgorithm::kSha256);

}  // namespace airgap
