// The server's TLS settings and certificate, re-read when its files change.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"
#include "net/http_server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace airgap {

// What OpenSSL last complained about on this thread, and forgets it.
std::string TakeOpensslError();

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};
using UniqueSsl = std::unique_ptr<ssl_st, SslDeleter>;

// Safe to use from several threads.
class TlsContext {
 public:
  // kInvalidArgument names the file that does not parse, or that certificate and key do not fit.
  static Result<std::unique_ptr<TlsContext>> Load(const TlsFiles& files);

  // A server's side of a connection on `fd`, which it does not own. `ktls`: let the kernel do the
  // records where it can. Null when memory is short.
  UniqueSsl NewConnection(int fd, bool ktls) const;

  // Loads the files again if they changed; new connections use what they say then. Files that do
  // not fit (one of them was not written yet) leave everything as it is: an error, once.
  Status ReloadIfChanged();

 private:
  // Tells one state of the two files from another.
  struct Signature {
    timespec changed[2] = {};
    ino_t inode[2] = {};
    bool operator==(const Signature& other) const;
  };
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}
  static Result<std::shared_ptr<ssl_ctx_st>> MakeContext(const TlsFiles& files);
  Signature ReadSignature() const;

  const TlsFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;  // guarded by mutex_
  Signature loaded_;
  Signature refused_;
};

}  // namespace airgap
