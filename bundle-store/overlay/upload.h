// One upload session: the bytes of a blob on their way into the overlay.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "oci/digest.h"

namespace airgap {

// One request at a time works on a session: it holds a Turn. Only the holder may call what is not
// const.
class Upload {
 public:
  Upload(std::string id, std::string repository, std::unique_ptr<PendingFile> file)
      : id_(std::move(id)), repository_(std::move(repository)), file_(std::move(file)) {
    Touch();
  }

  const std::string& id() const { return id_; }
  const std::string& repository() const { return repository_; }
  // Bytes that are here, gapless from 0.
  uint64_t received_bytes() const { return received_bytes_; }
  unsigned idle_s() const;

  // Adds to the end. An error leaves the bytes that were there; kUnavailable after Finish().
  Status Append(ByteSpan bytes);
  // Hashes what was received, in one go as it came for sha256, by reading it again for sha512.
  Result<Digest> Hash(DigestAlgorithm algorithm);
  // Brings the bytes to the disk, which may take a while; CommitAs() is quick afterwards.
  Status Sync();
  // Makes the file permanent under `path`. Call once.
  Status CommitAs(const std::string& path);

  // Nothing when another request has the session.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<Upload> upload);
    ~Turn() { End(); }
    // Lets the next one in. Nothing may be asked of the session any more.
    void End();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool ok() const { return upload_ != nullptr; }
    Upload* operator->() const { return upload_.get(); }
    const std::shared_ptr<Upload>& upload() const { return upload_; }

   private:
    std::shared_ptr<Upload> upload_;
  };

 private:
  void Touch();

  const std::string id_;
  const std::string repository_;
  std::unique_ptr<PendingFile> file_;
  Hasher hasher_;
  std::atomic<uint64_t> received_bytes_{0};
  std::atomic<bool> is_taken_{false};
  std::atomic<int64_t> touched_s_{0};  // of the steady clock
};

}  // namespace airgap
