// The TFTP server: boot assets for firmware that knows nothing better. Read requests in octet mode
// only; names are looked up in the catalog, never in a file system; every byte is verified before
// it is sent. RFC 1350, 2347, 2348, 2349, 7440.
//
// One thread serves every client; reads wait on threads of their own (see read_lanes.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/limits.h"
#include "base/status.h"
#include "netboot/boot_loaders.h"
#include "store/catalog.h"

namespace airgap {

// How a transfer ended. A client that only asked for a size and went away is not reported.
struct TftpTransferReport {
  std::string client;   // "10.0.0.7"
  std::string asset;    // as asked for, printable
  uint64_t bytes = 0;   // of the asset, that arrived
  std::string problem;  // empty: the client has all of it
};

struct TftpServerOptions {
  std::string listen;  // "ADDR:PORT", "[v6]:PORT", ":PORT"
  size_t clients_max_count = limits::tftp_clients_max_count;
  // Until the first retransmission, doubled for each further one; a client's own timeout wins.
  std::chrono::milliseconds retransmit{1000};
  BootLoaders boot_loaders;
  // Called from the serving thread; must not wait. May be empty.
  std::function<void(const TftpTransferReport&)> on_end;
};

struct TftpCounters {
  uint64_t requests = 0;
  uint64_t refused = 0;  // answered with an error right away
  uint64_t transfers_open = 0;
  uint64_t transfers_done = 0;
  uint64_t transfers_failed = 0;
  uint64_t bytes_sent = 0;  // in DATA packets, sent again ones included
  uint64_t windows_resent = 0;
};

// Gives the catalog to serve from, never null. Called from the serving thread; must not wait.
using CatalogProvider = std::function<std::shared_ptr<const Catalog>()>;

class TftpServer {
 public:
  // Listens and serves until destroyed.
  static Result<std::unique_ptr<TftpServer>> Start(const TftpServerOptions& options,
                                                   CatalogProvider catalog);
  virtual ~TftpServer() = default;
  virtual TftpCounters counters() const = 0;
  virtual uint16_t port() const = 0;  // really bound, for ":0"
};

}  // namespace airgap
