#include "net/request_target.h"

namespace airgap {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
      if (high < 0 || low < 0) return InvalidArgument("a '%' without two hex digits behind it");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return InvalidArgument("a control character in the address");
    decoded.push_back(c);
  }
  return decoded;
}

Status CheckSegments(std::string_view path) {
  for (size_t start = 1; start <= path.size();) {
    size_t end = path.find('/', start);
    bool is_last = end == std::string_view::npos;
    if (is_last) end = path.size();
    std::string_view segment = path.substr(start, end - start);
    if (segment.empty() && !is_last) return InvalidArgument("the path holds '//'");
    if (segment == "." || segment == "..") {
      return InvalidArgument("the path holds a '.' or '..' segment");
    }
    start = end + 1;
  }
  return OkStatus();
}

std::string_view WithoutSchemeAndHost(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (target.substr(0, scheme.size()) != scheme) continue;
    size_t slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target;
}

}  // namespace

Result<std::string> DecodeRequestPath(std::string_view raw_path) {
  ASSIGN_OR_RETURN(std::string path, PercentDecode(WithoutSchemeAndHost(raw_path), false));
  if (path.empty() || path[0] != '/') return InvalidArgument("the path does not begin with '/'");
  RETURN_IF_ERROR(CheckSegments(path));
  return path;
}

Result<std::multimap<std::string, std::string>> DecodeQuery(std::string_view raw_query) {
  std::multimap<std::string, std::string> query;
  while (!raw_query.empty()) {
    size_t end = raw_query.find('&');
    std::string_view pair = raw_query.substr(0, end);
    raw_query = end == std::string_view::npos ? "" : raw_query.substr(end + 1);
    if (pair.empty()) continue;
    size_t equals = pair.find('=');
    ASSIGN_OR_RETURN(std::string key, PercentDecode(pair.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) {
      ASSIGN_OR_RETURN(value, PercentDecode(pair.substr(equals + 1), true));
    }
    query.emplace(std::move(key), std::move(value));
  }
  return query;
}

}  // namespace airgap
