#include "netboot/tftp_packet.h"

#include <charconv>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr size_t kOpcodeBytes = 2;
constexpr size_t kShownMaxBytes = 128;

constexpr char kBlockSize[] = "blksize";
constexpr char kTransferSize[] = "tsize";
constexpr char kTimeout[] = "timeout";
constexpr char kWindowSize[] = "windowsize";

uint16_t Get16(ByteSpan bytes, size_t offset) {
  return static_cast<uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

void Add16(std::string* text, uint16_t value) {
  *text += static_cast<char>(value >> 8);
  *text += static_cast<char>(value & 0xFF);
}

void AddText(std::string* packet, std::string_view text) {
  packet->append(text);
  *packet += '\0';
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Takes one NUL-terminated string off the front.
std::optional<std::string_view> TakeText(std::string_view* rest) {
  size_t end = rest->find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view text = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  return text;
}

std::optional<uint64_t> ParseDecimal(std::string_view text, uint64_t min, uint64_t max) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < min || value > max) return std::nullopt;
  return value;
}

// An option may be given once: the first counts.
void TakeOption(std::string_view name, std::string_view value, TftpOptions* options) {
  auto take = [value](std::optional<uint64_t>* option, uint64_t min, uint64_t max) {
    if (!option->has_value()) *option = ParseDecimal(value, min, max);
  };
  std::string lower = Lower(name);
  if (lower == kBlockSize) {
    take(&options->block_size_bytes, limits::tftp_block_size_min_bytes,
         limits::tftp_block_size_max_bytes);
  } else if (lower == kTransferSize) {
    take(&options->transfer_size_bytes, 0, UINT64_MAX);
  } else if (lower == kTimeout) {
    take(&options->timeout_s, 1, limits::tftp_timeout_max_s);
  } else if (lower == kWindowSize) {
    take(&options->window_blocks, 1, UINT16_MAX);
  }
}

void AddOptions(std::string* packet, const TftpOptions& options) {
  auto add = [packet](const char* name, const std::optional<uint64_t>& value) {
    if (!value) return;
    AddText(packet, name);
    AddText(packet, std::to_string(*value));
  };
  add(kBlockSize, options.block_size_bytes);
  add(kTransferSize, options.transfer_size_bytes);
  add(kTimeout, options.timeout_s);
  add(kWindowSize, options.window_blocks);
}

}  // namespace

Result<TftpRequest> ParseTftpRequest(ByteSpan packet) {
  if (packet.size() > limits::tftp_request_max_bytes) {
    return LimitExceeded("a TFTP request of " + std::to_string(packet.size()) + " bytes; at most " +
                         std::to_string(limits::tftp_request_max_bytes) + " are accepted");
  }
  if (packet.size() < kOpcodeBytes) return InvalidArgument("a TFTP packet without an opcode");
  TftpRequest request;
  uint16_t opcode = Get16(packet, 0);
  request.opcode = static_cast<TftpOpcode>(opcode);
  if (request.opcode != TftpOpcode::kReadRequest && request.opcode != TftpOpcode::kWriteRequest) {
    return InvalidArgument("TFTP opcode " + std::to_string(opcode) + " begins no transfer");
  }
  std::string_view rest(reinterpret_cast<const char*>(packet.data()), packet.size());
  rest.remove_prefix(kOpcodeBytes);
  std::optional<std::string_view> name = TakeText(&rest);
  std::optional<std::string_view> mode = TakeText(&rest);
  if (!name || !mode || name->empty()) {
    return InvalidArgument("a TFTP request without a file name and a mode");
  }
  request.file_name = *name;
  request.mode = Lower(*mode);
  while (!rest.empty()) {
    std::optional<std::string_view> option = TakeText(&rest);
    std::optional<std::string_view> value = TakeText(&rest);
    // Some firmware pads its requests: what is no pair of strings ends the options.
    if (!option || !value) break;
    TakeOption(*option, *value, &request.options);
  }
  return request;
}

Result<TftpReply> ParseTftpReply(ByteSpan packet) {
  if (packet.size() < kTftpHeaderBytes) return InvalidArgument("a TFTP packet cut short");
  TftpReply reply;
  reply.opcode = static_cast<TftpOpcode>(Get16(packet, 0));
  if (reply.opcode == TftpOpcode::kAck) {
    reply.block = Get16(packet, kOpcodeBytes);
    return reply;
  }
  if (reply.opcode == TftpOpcode::kError) {
    reply.error = Get16(packet, kOpcodeBytes);
    std::string_view text(reinterpret_cast<const char*>(packet.data()), packet.size());
    text.remove_prefix(kTftpHeaderBytes);
    reply.message = PrintableTftpText(text.substr(0, text.find('\0')));
    return reply;
  }
  return InvalidArgument("TFTP opcode " + std::to_string(Get16(packet, 0)) +
                         " is no answer to DATA");
}

std::string FormatTftpRequest(const TftpRequest& request) {
  std::string packet;
  Add16(&packet, static_cast<uint16_t>(request.opcode));
  AddText(&packet, request.file_name);
  AddText(&packet, request.mode);
  AddOptions(&packet, request.options);
  return packet;
}

std::string FormatTftpOptionAck(const TftpOptions& options) {
  std::string packet;
  Add16(&packet, static_cast<uint16_t>(TftpOpcode::kOptionAck));
  AddOptions(&packet, options);
  return packet;
}

std::string FormatTftpError(TftpError error, std::string_view message) {
  std::string packet;
  Add16(&packet, static_cast<uint16_t>(TftpOpcode::kError));
  Add16(&packet, static_cast<uint16_t>(error));
  AddText(&packet, PrintableTftpText(message));
  return packet;
}

void PutTftpDataHeader(uint16_t block, uint8_t out[kTftpHeaderBytes]) {
  out[0] = 0;
  out[1] = static_cast<uint8_t>(TftpOpcode::kData);
  out[2] = static_cast<uint8_t>(block >> 8);
  out[3] = static_cast<uint8_t>(block & 0xFF);
}

std::string PrintableTftpText(std::string_view text) {
  std::string shown;
  for (char c : text.substr(0, kShownMaxBytes)) shown += c >= ' ' && c < 0x7F ? c : '?';
  return shown;
}

}  // namespace airgap
