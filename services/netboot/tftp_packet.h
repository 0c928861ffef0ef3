// TFTP packets: RFC 1350, with the options of RFC 2347 (OACK), 2348 (blksize), 2349 (timeout,
// tsize) and 7440 (windowsize). Bytes in, values out; nothing here touches a socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

enum class TftpOpcode : uint16_t {
  kReadRequest = 1,
  kWriteRequest = 2,
  kData = 3,
  kAck = 4,
  kError = 5,
  kOptionAck = 6,
};

// RFC 1350, appendix; 8 is RFC 2347's.
enum class TftpError : uint16_t {
  kNotDefined = 0,
  kFileNotFound = 1,
  kAccessViolation = 2,
  kDiskFull = 3,
  kIllegalOperation = 4,
  kUnknownTransferId = 5,
  kFileExists = 6,
  kNoSuchUser = 7,
  kOptionsRefused = 8,
};

inline constexpr size_t kTftpHeaderBytes = 4;  // of DATA and ACK
inline constexpr size_t kTftpDefaultBlockBytes = 512;

// Options as asked for or as acknowledged; what is absent was not mentioned.
struct TftpOptions {
  std::optional<uint64_t> block_size_bytes;
  std::optional<uint64_t> transfer_size_bytes;
  std::optional<uint64_t> timeout_s;
  std::optional<uint64_t> window_blocks;

  bool empty() const {
    return !block_size_bytes && !transfer_size_bytes && !timeout_s && !window_blocks;
  }
  friend bool operator==(const TftpOptions&, const TftpOptions&) = default;
};

struct TftpRequest {
  TftpOpcode opcode = TftpOpcode::kReadRequest;
  std::string file_name;  // as sent; may hold any byte but NUL
  std::string mode;       // in lower case
  TftpOptions options;    // those with a value that the RFC allows; others count as not sent

  friend bool operator==(const TftpRequest&, const TftpRequest&) = default;
};

// What a client sends to the port of its transfer.
struct TftpReply {
  TftpOpcode opcode = TftpOpcode::kAck;
  uint16_t block = 0;  // of an ACK
  uint16_t error = 0;  // of an ERROR, as is
  std::string message;
};

// kInvalidArgument for anything that is no complete RRQ or WRQ, kLimitExceeded for one longer than
// limits::tftp_request_max_bytes.
Result<TftpRequest> ParseTftpRequest(ByteSpan packet);
// kInvalidArgument for anything but an ACK or an ERROR.
Result<TftpReply> ParseTftpReply(ByteSpan packet);

std::string FormatTftpRequest(const TftpRequest& request);  // for tests and probes
std::string FormatTftpOptionAck(const TftpOptions& options);
std::string FormatTftpError(TftpError error, std::string_view message);
void PutTftpDataHeader(uint16_t block, uint8_t out[kTftpHeaderBytes]);

// A name or message from outside as it may stand in a log line.
std::string PrintableTftpText(std::string_view text);

}  // namespace airgap
