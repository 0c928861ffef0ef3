// Pairs of connected TCP sockets on loopback: between the pump and libmicrohttpd. TCP and not
// AF_UNIX, because libmicrohttpd sets TCP options on its end and complains when it cannot.
#pragma once

#include "base/env.h"
#include "base/status.h"

namespace airgap {

// Both ends non-blocking, with small kernel buffers (limits::pump_socket_buffer_bytes).
struct LoopbackPair {
  UniqueFd server;
  UniqueFd client;
};

// Not for several threads at once.
class LoopbackPairSource {
 public:
  static Result<LoopbackPairSource> Open();
  Result<LoopbackPair> Make();

 private:
  UniqueFd listener_;
};

// Whether this kernel can do TLS on a TCP socket (CONFIG_TLS, module loaded).
bool KernelHasTls(LoopbackPairSource* pairs);

}  // namespace airgap
