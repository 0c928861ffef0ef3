// Carries bytes between a TLS client and one of a pair of sockets, where the kernel cannot do TLS.
//
// One Pump belongs to one connection and one thread. Both sockets are non-blocking and watched
// edge-triggered by the owner, who tells of readiness and calls Run(). At most one TLS record is
// held in each direction, and only while the other side does not take it: a slow reader on either
// side slows the other down and costs no memory.
#pragma once

#include <cstdint>
#include <memory>

#include "base/env.h"
#include "net/tls_context.h"

namespace airgap {

class Pump {
 public:
  enum class Outcome {
    kWaiting,   // call again when a socket became ready
    kMore,      // there is more to do; others were to have their turn
    kFinished,  // both sides said all they had to say
    kBroken,    // one side is gone: close both
  };

  // `scratch` (limits::tls_record_max_bytes) is the thread's; used during Run() only.
  Pump(UniqueSsl ssl, int client_fd, UniqueFd inner, uint8_t* scratch)
      : ssl_(std::move(ssl)), client_fd_(client_fd), inner_(std::move(inner)), scratch_(scratch) {}

  void ClientReady(bool readable, bool writable);
  void InnerReady(bool readable, bool writable);
  Outcome Run();

  int inner_fd() const { return inner_.get(); }
  // How long this connection may stand without a byte moving.
  unsigned StallTimeoutSeconds() const;
  // Grows with each byte moved.
  uint64_t moved_bytes() const { return moved_bytes_; }

 private:
  // Bytes that one side gave and the other has not taken yet.
  struct Held {
    std::unique_ptr<uint8_t[]> bytes;
    size_t begin = 0;
    size_t end = 0;
    bool empty() const { return begin == end; }
    void Keep(const uint8_t* from, size_t size);
    void Drop(size_t size);
  };
  enum class Step { kIdle, kMoved, kBroken };

  Step ClientToInner();
  Step InnerToClient();
  Step SendToInner(const uint8_t* from, size_t size, size_t* taken);
  Step SendToClient(const uint8_t* from, size_t size, size_t* taken);
  Step EndInner();
  Step EndClient();
  Step AfterSslError(int result);

  UniqueSsl ssl_;
  int client_fd_;  // the owner's
  UniqueFd inner_;
  uint8_t* scratch_;
  Held to_inner_;
  Held to_client_;
  bool client_readable_ = true;
  bool client_writable_ = true;
  bool inner_readable_ = true;
  bool inner_writable_ = true;
  bool client_ended_ = false;   // close_notify or end of file came
  bool inner_ended_ = false;    // the server closed its side
  bool inner_refuses_ = false;  // the server takes no more, but may have answered
  bool inner_told_ = false;     // the server knows that the client ended
  bool client_told_ = false;    // the client was sent close_notify
  uint64_t moved_bytes_ = 0;
};

}  // namespace airgap
