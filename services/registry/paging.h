// The n and last parameters of lists, and the Link header to the rest of one.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"

namespace airgap {

struct Page {
  std::vector<std::string> entries;
  std::string link;  // value of the Link header; empty at the end of the list
};

// `sorted` cut to what ?n= and ?last= of the request ask for. kInvalidArgument for an n that is no
// number. At most limits::tags_page_max_count entries when n asks for more; all without n.
Result<Page> CutPage(const HttpRequest& request, const std::vector<std::string>& sorted);

// For a path or a query value in a header; '/' and ':' stay as they are.
std::string PercentEncode(std::string_view text);

}  // namespace airgap
