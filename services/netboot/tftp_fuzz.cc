// Arbitrary datagrams, at the listening port and at a transfer's: they parse or are refused, what
// parses formats and parses to the same, and a window never leaves its asset.
#include <cstdlib>
#include <cstring>

#include "base/limits.h"
#include "netboot/tftp_packet.h"
#include "netboot/tftp_window.h"

namespace airgap {
namespace {

void TryRequest(ByteSpan packet) {
  Result<TftpRequest> request = ParseTftpRequest(packet);
  if (!request.ok()) return;
  Result<TftpRequest> again = ParseTftpRequest(AsBytes(FormatTftpRequest(*request)));
  // Options may be spelled longer than they came, never differently.
  if (again.ok() && !(*again == *request)) abort();
}

// Options from the packet's request, acknowledgements from the rest of it.
void TryWindow(ByteSpan packet) {
  Result<TftpRequest> request = ParseTftpRequest(packet);
  if (!request.ok()) return;
  uint64_t size = packet.size() * 1009;
  TftpOptions granted = GrantTftpOptions(request->options, size, 1468);
  TftpWindow window(granted, size);
  for (size_t i = 0; i + 1 < packet.size(); ++i) {
    uint64_t acked = window.acked_blocks();
    auto block = static_cast<uint16_t>(packet[i] << 8 | packet[i + 1]);
    if (packet[i] % 4 != 0) block = static_cast<uint16_t>(acked + packet[i] % 4);
    if (window.TakeAck(block) == TftpWindow::AckOutcome::kDone) break;
    if (window.acked_blocks() < acked || window.first_block() > window.last_block()) abort();
    if (window.OffsetOf(window.first_block()) + window.WindowBytes() > size) abort();
    if (window.WindowBytes() > limits::tftp_window_max_bytes) abort();
    if (!window.waits_for_option_ack()) window.MarkSent();
  }
}

}  // namespace
}  // namespace airgap

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr char kSeeds[][64] = {
      "\0\1boot/ipxe.efi\0octet\0tsize\0000\0blksize\0001468\0windowsize\0004",
      "\0\2upload\0netascii",
      "\0\4\0\1",
      "\0\5\0\10no options",
  };
  if (number >= sizeof kSeeds / sizeof kSeeds[0] || max_size < sizeof kSeeds[0]) return 0;
  memcpy(out, kSeeds[number], sizeof kSeeds[0]);
  return sizeof kSeeds[0];
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  airgap::ByteSpan packet(input, size);
  airgap::TryRequest(packet);
  (void)airgap::ParseTftpReply(packet);
  airgap::TryWindow(packet);
  return 0;
}
