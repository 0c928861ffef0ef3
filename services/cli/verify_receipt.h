// What `bundle verify` found, as one JSON document: the receipt.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "store/signatures.h"
#include "store/split_file.h"
#include "store/verify.h"

namespace airgap {

struct VerifiedBundle {
  std::shared_ptr<Bundle> bundle;
  VerifyReport report;
  std::vector<CheckedSignature> signatures;
  Status signed_by_wanted;  // ok when no key was given

  bool ok() const { return report.ok() && signed_by_wanted.ok(); }
};

struct VerifyReceipt {
  std::string file;
  std::shared_ptr<const SplitFile> split;  // or null
  int64_t started_unix_s = 0;
  int64_t ended_unix_s = 0;
  std::vector<Digest> keys;  // ids of those that were given
  std::vector<VerifiedBundle> bundles;
  std::vector<Status> unopened;

  bool ok() const;
  void WriteTo(JsonNode root) const;
};

}  // namespace airgap
