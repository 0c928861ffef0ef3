// Times as RFC 3339 writes them, in UTC, to the second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace airgap {

// "2026-11-25T08:09:10Z", or "" for a time outside the years 0 to 9999.
std::string FormatUtc(int64_t unix_s);

// RFC 3339 5.6, any offset; fractions of a second are dropped. Nothing for anything else.
std::optional<int64_t> ParseUtc(std::string_view text);

}  // namespace airgap
