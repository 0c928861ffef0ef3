// Pairs of connected sockets between the pump and libmicrohttpd. AF_UNIX: a byte costs a fifth of
// what it costs over TCP on loopback. That libmicrohttpd cannot set TCP options on its end it
// mentions to the log, which nobody reads, and then does without.
#pragma once

#include "base/env.h"
#include "base/status.h"

namespace airgap {

// Both ends non-blocking, with small kernel buffers (limits::pump_socket_buffer_bytes).
struct SocketPair {
  UniqueFd server;
  UniqueFd client;

  static Result<SocketPair> Make();
};

// Whether this kernel can do TLS on a TCP socket (CONFIG_TLS, module loaded).
bool KernelHasTls();

}  // namespace airgap
