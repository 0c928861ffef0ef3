// One client's transfer: its socket, its window, the bytes at hand. Used by the serving thread
// alone.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "netboot/tftp_packet.h"
#include "netboot/tftp_socket.h"
#include "netboot/tftp_window.h"
#include "store/asset.h"

namespace airgap {

class TftpTransfer {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Phase {
    kReading,  // a read thread opens the asset or reads for this transfer
    kWaiting,  // for the client
  };
  // What part of the asset is needed next.
  struct ReadRequest {
    uint64_t offset_bytes = 0;
    size_t length_bytes = 0;
  };

  TftpTransfer(UniqueFd socket, TftpDatagram origin, TftpRequest request);

  int fd() const { return socket_.get(); }
  const std::string& client() const { return client_; }
  std::string PeerKey() const { return origin_.from.Key(); }
  const TftpRequest& request() const { return request_; }
  const std::shared_ptr<AssetReader>& reader() const { return reader_; }

  // The asset is open: grants the options; Send() comes next.
  void Begin(std::shared_ptr<AssetReader> reader);
  // Whether Send() can be called, or Needed() must be read first.
  bool HasBytes() const;
  ReadRequest Needed() const;
  // Takes what Needed() says, if it is there without waiting for a medium: in the page cache, and
  // verified. False: it has to be read by somebody who may wait.
  bool TakeCachedBytes();
  void TakeBytes(uint64_t offset_bytes, std::vector<uint8_t> bytes);

  // Sends what is due: the OACK or the window. False when the client's port is closed.
  bool Send();
  void SendError(TftpError error, std::string_view message);

  TftpWindow::AckOutcome TakeAck(uint16_t block);

  // A client that forged its address never acknowledges anything.
  bool was_answered() const { return was_answered_; }
  bool MayRetry() const;
  // Until the next retransmission, `retries` of them having been in vain.
  std::chrono::milliseconds RetryDelay(std::chrono::milliseconds first) const;

  uint64_t ArrivedBytes() const;

  // For the server's bookkeeping.
  Phase phase = Phase::kReading;
  unsigned retries = 0;
  Clock::time_point deadline{};
  Clock::time_point last_sent{};
  Clock::time_point last_progress{};
  uint64_t sent_bytes = 0;

 private:
  bool SendWindow();
  bool SendSegmented(std::span<iovec> parts, size_t blocks_count);
  bool SendRaw(std::string_view packet);

  UniqueFd socket_;
  TftpDatagram origin_;
  std::string client_;
  TftpRequest request_;
  std::shared_ptr<AssetReader> reader_;
  TftpOptions granted_;
  TftpWindow window_;
  std::vector<uint8_t> bytes_;  // of the asset, from bytes_offset_
  uint64_t bytes_offset_ = 0;
  bool was_answered_ = false;
  bool can_segment_ = true;  // until the kernel refuses
};

}  // namespace airgap
