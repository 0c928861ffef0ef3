#include "netboot/tftp_transfer.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr std::chrono::milliseconds kRetryDelayMax{8000};
// A client that never answered may ask for this much patience, whatever its timeout option says.
constexpr std::chrono::milliseconds kUnansweredDelayMax{4000};

}  // namespace

TftpTransfer::TftpTransfer(UniqueFd socket, TftpDatagram origin, TftpRequest request)
    : socket_(std::move(socket)),
      origin_(std::move(origin)),
      client_(FormatAddress(origin_.from.get())),
      request_(std::move(request)) {
  origin_.bytes.clear();
}

void TftpTransfer::Begin(std::shared_ptr<AssetReader> reader) {
  reader_ = std::move(reader);
  granted_ = GrantTftpOptions(request_.options, reader_->size_bytes(), LargestTftpBlock(fd()));
  window_ = TftpWindow(granted_, reader_->size_bytes());
}

bool TftpTransfer::HasBytes() const {
  if (window_.waits_for_option_ack()) return true;
  uint64_t start = window_.OffsetOf(window_.first_block());
  return start >= bytes_offset_ && start + window_.WindowBytes() <= bytes_offset_ + bytes_.size();
}

TftpTransfer::ReadRequest TftpTransfer::Needed() const {
  uint64_t start = window_.OffsetOf(window_.first_block());
  uint64_t length = std::max(window_.WindowBytes(), limits::tftp_read_ahead_bytes);
  length = std::min(length, reader_->size_bytes() - start);
  return {start, static_cast<size_t>(length)};
}

void TftpTransfer::TakeBytes(uint64_t offset_bytes, std::vector<uint8_t> bytes) {
  bytes_ = std::move(bytes);
  bytes_offset_ = offset_bytes;
}

bool TftpTransfer::TakeCachedBytes() {
  ReadRequest needed = Needed();
  FileSegment segment = reader_->SegmentOf(needed.offset_bytes, needed.length_bytes);
  if (segment.fd < 0 || !reader_->IsRangeVerified(needed.offset_bytes, needed.length_bytes)) {
    return false;
  }
  bytes_.resize(needed.length_bytes);
  iovec part{bytes_.data(), bytes_.size()};
  long got = syscall(SYS_preadv2, segment.fd, &part, 1, segment.offset_bytes, 0, RWF_NOWAIT);
  bytes_offset_ = needed.offset_bytes;
  if (got == static_cast<long>(bytes_.size())) return true;
  bytes_.clear();
  return false;
}

bool TftpTransfer::Send() {
  last_sent = Clock::now();
  if (window_.waits_for_option_ack()) return SendRaw(FormatTftpOptionAck(granted_));
  return SendWindow();
}

bool TftpTransfer::SendWindow() {
  constexpr size_t kMax = limits::tftp_window_max_blocks;
  std::array<mmsghdr, kMax> messages{};
  std::array<iovec, 2 * kMax> parts;
  std::array<uint8_t[kTftpHeaderBytes], kMax> headers;
  size_t count = 0;
  for (uint64_t block = window_.first_block(); block <= window_.last_block(); ++block, ++count) {
    PutTftpDataHeader(static_cast<uint16_t>(block), headers[count]);
    size_t at = static_cast<size_t>(window_.OffsetOf(block) - bytes_offset_);
    parts[2 * count] = {headers[count], kTftpHeaderBytes};
    parts[2 * count + 1] = {bytes_.data() + at, window_.LengthOf(block)};
    messages[count].msg_hdr.msg_iov = &parts[2 * count];
    messages[count].msg_hdr.msg_iovlen = 2;
    sent_bytes += window_.LengthOf(block);
  }
  window_.MarkSent();
  if (can_segment_ && count > 1) {
    bool client_listens = SendSegmented({parts.data(), 2 * count}, count);
    if (can_segment_) return client_listens;
  }
  // Not by musl's sendmmsg(), which sends one by one.
  long sent = syscall(SYS_sendmmsg, fd(), messages.data(), static_cast<unsigned>(count), 0);
  // What the kernel does not take now counts as lost on the way.
  return sent >= 0 || errno != ECONNREFUSED;
}

// Hands the kernel many blocks at once, which it cuts into packets as late as it can: udp(7),
// UDP_SEGMENT. Where it cannot, `can_segment_` is false after that.
bool TftpTransfer::SendSegmented(std::span<iovec> parts, size_t blocks_count) {
  constexpr size_t kPayloadMaxBytes = 65'000;  // of one such call, and so many segments
  constexpr size_t kSegmentsMax = 64;
  auto segment = static_cast<uint16_t>(kTftpHeaderBytes + window_.block_bytes());
  size_t at_once = std::clamp<size_t>(kPayloadMaxBytes / segment, 1, kSegmentsMax);
  for (size_t begin = 0; begin < blocks_count; begin += at_once) {
    size_t count = std::min(at_once, blocks_count - begin);
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof segment)] = {};
    msghdr message{};
    message.msg_iov = &parts[2 * begin];
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(2 * count);
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(header), &segment, sizeof segment);
    if (sendmsg(fd(), &message, 0) >= 0) continue;
    if (errno == ECONNREFUSED) return false;
    // A full buffer: what it does not take counts as lost on the way.
    if (errno == EAGAIN || errno == ENOBUFS) return true;
    can_segment_ = false;
    return true;
  }
  return true;
}

bool TftpTransfer::SendRaw(std::string_view packet) {
  ssize_t sent = send(fd(), packet.data(), packet.size(), 0);
  return sent >= 0 || errno != ECONNREFUSED;
}

void TftpTransfer::SendError(TftpError error, std::string_view message) {
  (void)SendRaw(FormatTftpError(error, message));
}

TftpWindow::AckOutcome TftpTransfer::TakeAck(uint16_t block) {
  if (!reader_) return TftpWindow::AckOutcome::kIgnore;
  TftpWindow::AckOutcome outcome = window_.TakeAck(block);
  if (outcome == TftpWindow::AckOutcome::kAdvance || outcome == TftpWindow::AckOutcome::kDone) {
    was_answered_ = true;
    retries = 0;
    last_progress = Clock::now();
  }
  return outcome;
}

bool TftpTransfer::MayRetry() const {
  if (Clock::now() - last_progress > std::chrono::seconds(limits::tftp_stall_timeout_s) &&
      !request_.options.timeout_s) {
    return false;
  }
  return retries < (was_answered_ ? limits::tftp_retries_max_count
                                  : limits::tftp_unanswered_retries_max_count);
}

std::chrono::milliseconds TftpTransfer::RetryDelay(std::chrono::milliseconds first) const {
  std::chrono::milliseconds delay = std::min(first * (1 << retries), kRetryDelayMax);
  if (request_.options.timeout_s) delay = std::chrono::seconds(*request_.options.timeout_s);
  return was_answered_ ? delay : std::min(delay, kUnansweredDelayMax);
}

uint64_t TftpTransfer::ArrivedBytes() const {
  if (!reader_) return 0;
  return std::min(window_.acked_blocks() * window_.block_bytes(), reader_->size_bytes());
}

}  // namespace airgap
