// Proves a bundle: the tar's profile, every digest, and that nothing that a manifest needs is
// missing. Reads every byte once, in file order.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/bundle.h"

namespace airgap {

struct VerifyProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
  size_t done_blobs = 0;
};

struct VerifyReport {
  uint64_t verified_bytes = 0;
  size_t verified_blobs = 0;
  // Of a delta: what it leaves out, and how much of that was verified in the other bundles.
  size_t absent_blobs = 0;
  uint64_t absent_bytes = 0;
  size_t verified_elsewhere_blobs = 0;
  std::vector<Digest> corrupt;  // bytes differ from the digest, or cannot be read; in file order
  std::vector<Digest> missing;  // a manifest or index.json names them, and they are not here
  // Blobs that nothing names. They take room and are no damage. Not known, and empty, when a
  // manifest is missing or corrupt.
  std::vector<Digest> unreferenced;
  std::vector<std::string> problems;  // one line each; empty means the bundle is whole
  bool ok() const { return problems.empty(); }
};

// What is to be proven, given to a BlobProver. The functions must not be called by two threads at
// once.
struct BlobProof {
  const Bundle& bundle;
  const std::atomic<bool>* stop;  // may be null
  std::function<void(uint64_t bytes)> progress;
  // Once for every blob, unless `stop` became true.
  std::function<void(size_t blob_number, const Status& status)> settled;
  // Something else that is wrong with the bundle's bytes.
  std::function<void(std::string line)> problem;
};

// Proves the bytes of every blob by VerifyBlob() or SettleBlob(), in threads of its own or none.
using BlobProver = std::function<void(const BlobProof& proof)>;
// The calling thread, one blob after the other, in file order.
void ProveInFileOrder(const BlobProof& proof);
// Blob numbers in file order.
std::vector<size_t> BlobsInFileOrder(const Bundle& bundle);

// Sets each blob's state on the way. Stops early, with what it has, when `stop` becomes true.
// What a delta leaves out must be in one of `bases`, where it is verified too; without bases it is
// counted, and what it needs in turn is not known.
VerifyReport VerifyBundle(const Bundle& bundle, const std::atomic<bool>* stop,
                          const std::function<void(const VerifyProgress&)>& progress,
                          const BlobProver& prover = ProveInFileOrder,
                          const std::vector<std::shared_ptr<Bundle>>& bases = {});

// One blob: header, bytes, digest. Sets its state, unless `stop` (may be null) becomes true on the
// way: then it is kUnavailable.
Status VerifyBlob(const Bundle& bundle, size_t blob_number,
                  const std::function<void(uint64_t bytes)>& progress,
                  const std::atomic<bool>* stop = nullptr);
// The same for a blob whose bytes were read by somebody else: `found` is their digest.
Status SettleBlob(const Bundle& bundle, size_t blob_number, const Digest& found);

}  // namespace airgap
