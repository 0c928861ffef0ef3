#include "netboot/tftp_window.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {

TftpOptions GrantTftpOptions(const TftpOptions& asked, uint64_t asset_bytes,
                             size_t block_max_bytes) {
  TftpOptions granted;
  size_t block = kTftpDefaultBlockBytes;
  if (asked.block_size_bytes) {
    size_t max = std::max(block_max_bytes, limits::tftp_block_size_min_bytes);
    block = static_cast<size_t>(std::min<uint64_t>(*asked.block_size_bytes, max));
    granted.block_size_bytes = block;
  }
  if (asked.transfer_size_bytes) granted.transfer_size_bytes = asset_bytes;
  granted.timeout_s = asked.timeout_s;
  if (asked.window_blocks) {
    uint64_t in_memory = std::max<uint64_t>(limits::tftp_window_max_bytes / block, 1);
    granted.window_blocks =
        std::min({*asked.window_blocks, in_memory, uint64_t{limits::tftp_window_max_blocks}});
  }
  return granted;
}

TftpWindow::TftpWindow(const TftpOptions& granted, uint64_t asset_bytes)
    : block_bytes_(static_cast<size_t>(granted.block_size_bytes.value_or(kTftpDefaultBlockBytes))),
      window_blocks_(granted.window_blocks.value_or(1)),
      asset_bytes_(asset_bytes),
      blocks_(asset_bytes / block_bytes_ + 1),
      waits_for_option_ack_(!granted.empty()) {}

TftpWindow::AckOutcome TftpWindow::TakeAck(uint16_t block) {
  if (waits_for_option_ack_) {
    if (block != 0) return AckOutcome::kIgnore;
    waits_for_option_ack_ = false;
    return AckOutcome::kAdvance;
  }
  // The block in [acked_, sent_] that has these 16 bits; a window is far shorter than 2^16.
  auto ahead = static_cast<uint16_t>(block - static_cast<uint16_t>(acked_));
  if (ahead == 0) return AckOutcome::kRepeated;
  if (acked_ + ahead > sent_) return AckOutcome::kIgnore;
  acked_ += ahead;
  return acked_ == blocks_ ? AckOutcome::kDone : AckOutcome::kAdvance;
}

uint64_t TftpWindow::last_block() const { return std::min(acked_ + window_blocks_, blocks_); }

size_t TftpWindow::LengthOf(uint64_t block) const {
  return static_cast<size_t>(std::min<uint64_t>(block_bytes_, asset_bytes_ - OffsetOf(block)));
}

size_t TftpWindow::WindowBytes() const {
  uint64_t end = OffsetOf(last_block()) + LengthOf(last_block());
  return static_cast<size_t>(end - OffsetOf(first_block()));
}

}  // namespace airgap
