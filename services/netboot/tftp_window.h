// One transfer's place in its asset: which blocks are sent, acknowledged and due. No socket, no
// clock: the server asks it what to do.
//
// Blocks are counted from 1 in 64 bits here and in 16 bits, wrapping to 0, on the wire.
#pragma once

#include <cstddef>
#include <cstdint>

#include "netboot/tftp_packet.h"

namespace airgap {

// What the server grants of what was asked (RFC 2347: never more). `block_max_bytes`: what goes
// into one datagram on the way to this client.
TftpOptions GrantTftpOptions(const TftpOptions& asked, uint64_t asset_bytes,
                             size_t block_max_bytes);

class TftpWindow {
 public:
  TftpWindow() = default;
  // `granted`: as acknowledged to the client. With options the client's ACK 0 comes first.
  TftpWindow(const TftpOptions& granted, uint64_t asset_bytes);

  enum class AckOutcome {
    kIgnore,    // of a block that was not sent, or of one that was acknowledged before
    kRepeated,  // of the last acknowledged block once more: the window may be lost
    kAdvance,   // send from first_block() on
    kDone,      // every block has arrived
  };
  AckOutcome TakeAck(uint16_t block);
  // Remembers that the window was sent, up to last_block().
  void MarkSent() { sent_ = last_block(); }

  bool waits_for_option_ack() const { return waits_for_option_ack_; }
  // The blocks that are due now.
  uint64_t first_block() const { return acked_ + 1; }
  uint64_t last_block() const;
  // Their bytes in the asset; the last block may be empty.
  uint64_t OffsetOf(uint64_t block) const { return (block - 1) * block_bytes_; }
  size_t LengthOf(uint64_t block) const;
  size_t WindowBytes() const;

  size_t block_bytes() const { return block_bytes_; }
  uint64_t acked_blocks() const { return acked_; }

 private:
  size_t block_bytes_ = kTftpDefaultBlockBytes;
  uint64_t window_blocks_ = 1;
  uint64_t asset_bytes_ = 0;
  uint64_t blocks_ = 1;  // the last one is shorter than block_bytes_, and so ends the transfer
  uint64_t acked_ = 0;
  uint64_t sent_ = 0;
  bool waits_for_option_ack_ = false;
};

}  // namespace airgap
