#include "store/signatures.h"

#include <algorithm>
#include <set>

#include "base/base64.h"
#include "base/limits.h"
#include "store/tar.h"

namespace airgap {
namespace {

std::string WhatOf(const Bundle& bundle) { return bundle.location() + ": " + kSignaturesName; }

Result<BundleSignature> ParseOne(JsonView view, const std::string& what) {
  BundleSignature signature;
  Result<Digest> key_id = Digest::Parse(view["keyId"].StringOr(""));
  if (!key_id.ok() || key_id->algorithm() != DigestAlgorithm::kSha256) {
    return Corrupt(what + " holds a signature without a key id");
  }
  signature.key_id = *key_id;
  std::string text = view["signature"].StringOr("");
  std::string bytes = DecodeBase64(text).value_or("");
  // There is one way to write each signature.
  if (bytes.size() != signature.bytes.size() || EncodeBase64(bytes) != text) {
    return Corrupt(what + " holds a signature of key " + key_id->ToString() +
                   " that is not 64 bytes in base64");
  }
  std::copy(bytes.begin(), bytes.end(), signature.bytes.begin());
  return signature;
}

Result<std::string> ReadPayload(const Bundle& bundle) {
  ASSIGN_OR_RETURN(uint64_t offset, FindSignatures(bundle));
  std::string payload(kSignaturesBytes, '\0');
  RETURN_IF_ERROR(bundle.file().ReadAt(
      bundle.base_offset() + offset, {reinterpret_cast<uint8_t*>(payload.data()), payload.size()}));
  return payload;
}

std::string ListOf(const std::vector<Digest>& ids) {
  std::string list;
  for (const Digest& id : ids) list.append(list.empty() ? "" : ", ").append(id.ToString());
  return list.empty() ? "nobody" : list;
}

}  // namespace

std::string FormatSignatures(const std::vector<BundleSignature>& signatures) {
  JsonBuilder builder;
  JsonNode list = builder.root().PutArray("signatures");
  for (const BundleSignature& signature : signatures) {
    JsonNode node = list.AddObject();
    node.Put("keyId", signature.key_id.ToString());
    node.Put("signature", EncodeBase64({reinterpret_cast<const char*>(signature.bytes.data()),
                                        signature.bytes.size()}));
  }
  std::string text = builder.ToText();
  text.resize(kSignaturesBytes, ' ');
  return text;
}

Result<std::vector<BundleSignature>> ParseSignatures(std::string_view payload,
                                                     const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(payload, kSignaturesBytes, what));
  JsonView list = document.root()["signatures"];
  if (!list.IsArray() || list.size() > limits::bundle_signatures_max_count) {
    return Corrupt(what + " is no list of at most " +
                   std::to_string(limits::bundle_signatures_max_count) + " signatures");
  }
  std::vector<BundleSignature> signatures;
  std::set<Digest> keys;
  Status status;
  list.ForEach([&](JsonView view) {
    Result<BundleSignature> one = ParseOne(view, what);
    if (!one.ok()) {
      status = one.status();
    } else if (!keys.insert(one->key_id).second) {
      status = Corrupt(what + " holds two signatures of key " + one->key_id.ToString());
    } else {
      signatures.push_back(*one);
    }
    return status.ok();
  });
  if (!status.ok()) return status;
  return signatures;
}

Result<uint64_t> FindSignatures(const Bundle& bundle) {
  if (bundle.after_table_bytes() != 0) {
    ASSIGN_OR_RETURN(TarEntry entry, ReadTarEntry(bundle.file(), bundle.base_offset(),
                                                  bundle.size_bytes(), bundle.after_table_bytes()));
    if (!entry.is_end && entry.name == kSignaturesName && entry.size_bytes == kSignaturesBytes) {
      return entry.payload_offset_bytes;
    }
  }
  return NotFound(bundle.location() +
                  " has no room for signatures; make the bundle anew with"
                  " 'cozy-airgap bundle create --from bundle:FILE'");
}

Result<std::vector<BundleSignature>> ReadSignatures(const Bundle& bundle) {
  ASSIGN_OR_RETURN(std::string payload, ReadPayload(bundle));
  return ParseSignatures(payload, WhatOf(bundle));
}

std::string_view SignatureVerdictName(SignatureVerdict verdict) {
  switch (verdict) {
    case SignatureVerdict::kValid:
      return "valid";
    case SignatureVerdict::kInvalid:
      return "invalid";
    case SignatureVerdict::kUnknownKey:
      break;
  }
  return "not checked";
}

Result<std::vector<CheckedSignature>> CheckSignatures(const Bundle& bundle,
                                                      std::span<const PublicKey> keys) {
  std::vector<CheckedSignature> checked;
  Result<std::vector<BundleSignature>> signatures = ReadSignatures(bundle);
  if (!signatures.ok()) {
    if (signatures.status().code() == Code::kNotFound) return checked;
    return signatures.status();
  }
  for (const BundleSignature& signature : *signatures) {
    CheckedSignature one{signature.key_id, SignatureVerdict::kUnknownKey};
    auto key = std::find_if(keys.begin(), keys.end(), [&](const PublicKey& candidate) {
      return candidate.id() == signature.key_id;
    });
    if (key != keys.end()) {
      bool valid = key->Verify(AsBytes(bundle.index_json()), signature.bytes);
      one.verdict = valid ? SignatureVerdict::kValid : SignatureVerdict::kInvalid;
    }
    checked.push_back(one);
  }
  return checked;
}

Status CheckSignedByOneOf(const Bundle& bundle, std::span<const PublicKey> keys) {
  ASSIGN_OR_RETURN(std::vector<CheckedSignature> checked, CheckSignatures(bundle, keys));
  std::vector<Digest> wanted;
  std::vector<Digest> there;
  for (const PublicKey& key : keys) wanted.push_back(key.id());
  for (const CheckedSignature& one : checked) {
    if (one.verdict == SignatureVerdict::kValid) return OkStatus();
    there.push_back(one.key_id);
  }
  for (const CheckedSignature& one : checked) {
    if (one.verdict != SignatureVerdict::kInvalid) continue;
    return Status(Code::kDenied, bundle.location() + ": the signature of key " +
                                     one.key_id.ToString() +
                                     " does not fit index.json; one of them was changed");
  }
  return Status(Code::kDenied, bundle.location() + " is not signed by key " + ListOf(wanted) +
                                   "; it is signed by " + ListOf(there));
}

Result<std::string> AddSignature(const Bundle& bundle, const PrivateKey& key, bool* was_damaged) {
  ASSIGN_OR_RETURN(std::string payload, ReadPayload(bundle));
  Result<std::vector<BundleSignature>> parsed = ParseSignatures(payload, WhatOf(bundle));
  *was_damaged = !parsed.ok();
  std::vector<BundleSignature> signatures;
  if (parsed.ok()) signatures = *std::move(parsed);
  BundleSignature made;
  made.key_id = key.public_key().id();
  ASSIGN_OR_RETURN(made.bytes, key.Sign(AsBytes(bundle.index_json())));
  for (BundleSignature& signature : signatures) {
    if (signature.key_id != made.key_id) continue;
    if (signature.bytes == made.bytes) return payload;
    signature = made;
    return FormatSignatures(signatures);
  }
  if (signatures.size() == limits::bundle_signatures_max_count) {
    return LimitExceeded(bundle.location() + " carries " + std::to_string(signatures.size()) +
                         " signatures already; there is no room for more");
  }
  signatures.push_back(made);
  return FormatSignatures(signatures);
}

}  // namespace airgap
