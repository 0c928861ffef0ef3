// The target of a request line: path and query, percent-decoded exactly once.
// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

// "/a%20b" -> "/a b". kInvalidArgument for a bad %-escape, a NUL or another control character,
// "//", "." or ".." segments (decoded or not), and anything that does not begin with "/".
// "http://host/path" (absolute form) is its path.
Result<std::string> DecodeRequestPath(std::string_view raw_path);

// Values of one key keep their order; '+' is a space. kInvalidArgument for a bad %-escape or a NUL.
Result<std::multimap<std::string, std::string>> DecodeQuery(std::string_view raw_query);

}  // namespace airgap
