// Reading a registry's answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/http_client.h"

namespace airgap {

// "application/json; charset=utf-8" is "application/json".
std::string MediaTypeIn(const HttpReply& reply);
std::optional<uint64_t> ContentLength(const HttpReply& reply);
// The N of "Content-Range: bytes N-M/T".
std::optional<uint64_t> RangeStart(const HttpReply& reply);
// ok for 2xx; else kNotFound, kDenied, kUnavailable (worth asking again) or kUnsupported, with
// what the registry said.
Status StatusOfReply(const HttpReply& reply);
// The rel="next" target of a Link header, or "". RFC 8288
std::string NextLink(const std::string& header);

}  // namespace airgap
