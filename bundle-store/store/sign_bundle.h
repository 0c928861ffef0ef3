// Signing in place: one small write into a bundle that lies in a file, a device or parts.
#pragma once

#include <string>
#include <vector>

#include "store/signatures.h"

namespace airgap {

struct SignedBundle {
  std::shared_ptr<Bundle> bundle;
  bool was_signed = false;       // by this key already: nothing was written
  bool lost_older_list = false;  // what stood there could not be read, and is replaced
};

// Signs every bundle at `path` with `key`, on the disk when this returns. Nothing is written unless
// all of them can be signed. No blob is read, and none needs to be whole. Errors: those of opening
// and of AddSignature(); kCorrupt: the part of a split bundle that would change is damaged.
Result<std::vector<SignedBundle>> SignBundles(Env* env, const std::string& path,
                                              const PrivateKey& key);

}  // namespace airgap
