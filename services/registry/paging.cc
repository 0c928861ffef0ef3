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

}  // namespace

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kPlain = "-._~/:";
  std::string encoded;
  for (char c : text) {
    bool plain = isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != kPlain.npos;
    char hex[4];
    snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
    encoded += plain ? std::string(1, c) : std::string(hex);
  }
  return encoded;
}

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
