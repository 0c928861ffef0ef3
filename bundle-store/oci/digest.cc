#include "oci/digest.h"

#include <openssl/evp.h>

#include <cctype>
#include <cstring>
#include <new>

#include "base/pieces.h"

namespace airgap {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// image-spec: algorithm ::= component (sep component)*, encoded ::= [a-zA-Z0-9=_-]+
bool IsWellFormed(std::string_view algorithm, std::string_view encoded) {
  if (algorithm.empty() || encoded.empty()) return false;
  for (char c : algorithm) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("+._-", c) != nullptr)) {
      return false;
    }
  }
  for (char c : encoded) {
    if (isalnum(static_cast<unsigned char>(c)) == 0 && strchr("=_-", c) == nullptr) return false;
  }
  return true;
}

}  // namespace

Result<Digest> Digest::Parse(std::string_view text) {
  std::string shown(text.substr(0, 160));
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos ||
      !IsWellFormed(text.substr(0, colon), text.substr(colon + 1))) {
    return InvalidArgument("'" + shown + "' is not a digest (expected sha256:<64 hex digits>)");
  }
  std::string_view algorithm = text.substr(0, colon);
  std::string_view hex = text.substr(colon + 1);
  Digest digest;
  if (algorithm == "sha512") {
    digest.algorithm_ = DigestAlgorithm::kSha512;
  } else if (algorithm != "sha256") {
    return Unsupported("digest algorithm '" + std::string(algorithm) +
                       "' is not known here; sha256 and sha512 are");
  }
  if (hex.size() != digest.size() * 2) {
    return InvalidArgument("digest '" + shown + "' has " + std::to_string(hex.size()) +
                           " hex digits instead of " + std::to_string(digest.size() * 2));
  }
  for (size_t i = 0; i < digest.size(); ++i) {
    int high = HexValue(hex[2 * i]);
    int low = HexValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return InvalidArgument("digest '" + shown + "' holds something else than lowercase hex");
    }
    digest.bytes_[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return digest;
}

Digest Digest::FromSha256(ByteSpan bytes) {
  Digest digest;
  memcpy(digest.bytes_.data(), bytes.data(), 32);
  return digest;
}

Digest Digest::Of(ByteSpan bytes, DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.Update(bytes);
  return hasher.Finish();
}

std::string Digest::Hex() const {
  std::string hex;
  hex.reserve(size() * 2);
  for (uint8_t byte : bytes()) {
    hex += kHexDigits[byte >> 4];
    hex += kHexDigits[byte & 15];
  }
  return hex;
}

std::string Digest::ToString() const {
  return (algorithm_ == DigestAlgorithm::kSha256 ? "sha256:" : "sha512:") + Hex();
}

std::string Digest::Short() const { return ToString().substr(0, 7 + 12); }

size_t DigestHash::operator()(const Digest& digest) const {
  size_t value = 0;
  memcpy(&value, digest.bytes().data(), sizeof value);
  return value;
}

Hasher::Hasher(DigestAlgorithm algorithm) : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) throw std::bad_alloc();
  Start();
}

Hasher::~Hasher() { EVP_MD_CTX_free(context_); }

void Hasher::Start() {
  const EVP_MD* md = algorithm_ == DigestAlgorithm::kSha256 ? EVP_sha256() : EVP_sha512();
  if (EVP_DigestInit_ex(context_, md, nullptr) != 1) throw std::bad_alloc();
}

void Hasher::Update(ByteSpan bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }

Digest Hasher::Finish() {
  Digest digest;
  digest.algorithm_ = algorithm_;
  unsigned length = 0;
  EVP_DigestFinal_ex(context_, digest.bytes_.data(), &length);
  Start();
  return digest;
}

Result<Digest> DigestOfStretch(
    uint64_t offset_bytes, uint64_t size_bytes,
    const std::function<Status(uint64_t offset, MutableByteSpan out)>& read,
    DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  RETURN_IF_ERROR(ReadPieces(offset_bytes, size_bytes, read, [&](MutableByteSpan piece) {
    hasher.Update(piece);
    return OkStatus();
  }));
  return hasher.Finish();
}

}  // namespace airgap
