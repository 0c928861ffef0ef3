#include "pull/reply.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/limits.h"
#include "pull/retry.h"

namespace airgap {
namespace {

// The first message of an OCI error body, for people.
std::string ErrorMessage(const HttpReply& reply) {
  Result<JsonDocument> document =
      JsonDocument::Parse(reply.error_body, limits::http_error_body_max_bytes, "the answer");
  std::string message;
  if (document.ok()) {
    document->root()["errors"].ForEach([&](JsonView error) {
      message = error["message"].StringOr("");
      return message.empty();
    });
  }
  if (message.size() > 200) message.resize(200);
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return message.empty() ? "" : ": " + message;
}

}  // namespace

std::string MediaTypeIn(const HttpReply& reply) {
  std::string type = reply.Header("content-type");
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

std::optional<uint64_t> ContentLength(const HttpReply& reply) {
  std::string text = reply.Header("content-length");
  uint64_t length = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, length);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return length;
}

Status StatusOfReply(const HttpReply& reply) {
  if (reply.status / 100 == 2) return OkStatus();
  std::string answer =
      reply.url.substr(0, reply.url.find('?')) + " answers " + std::to_string(reply.status);
  if (reply.status == 404) return NotFound(answer + ErrorMessage(reply));
  if (reply.status == 401 || reply.status == 403) {
    return Denied(answer + ErrorMessage(reply) +
                  "; it may not exist, or needs credentials (docker login, --credentials)");
  }
  if (IsPassingStatus(reply.status)) return Unavailable(answer + ErrorMessage(reply));
  return Unsupported(answer + ErrorMessage(reply));
}

std::optional<uint64_t> RangeStart(const HttpReply& reply) {
  std::string text = reply.Header("content-range");
  constexpr std::string_view kUnit = "bytes ";
  if (text.compare(0, kUnit.size(), kUnit) != 0) return std::nullopt;
  uint64_t start = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data() + kUnit.size(), end, start);
  if (error != std::errc() || stop == end || *stop != '-') return std::nullopt;
  return start;
}

std::string NextLink(const std::string& header) {
  for (size_t open = header.find('<'); open != std::string::npos; open = header.find('<', open)) {
    size_t close = header.find('>', open);
    if (close == std::string::npos) return "";
    size_t end = std::min(header.find(',', close), header.size());
    std::string params = header.substr(close, end - close);
    if (params.find("rel=\"next\"") != std::string::npos ||
        params.find("rel=next") != std::string::npos) {
      return header.substr(open + 1, close - open - 1);
    }
    open = end;
  }
  return "";
}

}  // namespace airgap
