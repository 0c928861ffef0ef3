#include "registry/paging.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

// A number too large to count to is as good as the limit.
Result<uint64_t> ParseCount(const std::string& text) {
  uint64_t count = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return InvalidArgument("n='" + text + "' is no number");
    count = std::min<uint64_t>(count * 10 + static_cast<uint64_t>(c - '0'),
                               limits::tags_page_max_count);
  }
  return count;
}

std::string PercentEncode(const std::string& text) {
  std::string encoded;
  for (unsigned char c : text) {
    bool plain = isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    char hex[4];
    snprintf(hex, sizeof hex, "%%%02X", c);
    encoded += plain ? std::string(1, static_cast<char>(c)) : std::string(hex);
  }
  return encoded;
}

}  // namespace

Result<Page> CutPage(const HttpRequest& request, const std::vector<std::string>& sorted) {
  Page page;
  std::string last = request.Query("last");
  auto begin = last.empty() ? sorted.begin() : std::upper_bound(sorted.begin(), sorted.end(), last);
  auto end = sorted.end();
  bool is_limited = request.query.count("n") != 0 && !request.Query("n").empty();
  if (is_limited) {
    ASSIGN_OR_RETURN(uint64_t count, ParseCount(request.Query("n")));
    if (count < static_cast<uint64_t>(end - begin)) {
      end = begin + static_cast<std::ptrdiff_t>(count);
    }
  }
  page.entries.assign(begin, end);
  if (end != sorted.end() && !page.entries.empty()) {
    page.link = "<" + PercentEncode(request.path) + "?n=" + std::to_string(page.entries.size()) +
                "&last=" + PercentEncode(page.entries.back());
    std::string ns = request.Query("ns");
    if (!ns.empty()) page.link += "&ns=" + PercentEncode(ns);
    page.link += ">; rel=\"next\"";
  }
  return page;
}

}  // namespace airgap
