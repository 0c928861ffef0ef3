// Base64 with the standard alphabet. RFC 4648, section 4
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace airgap {

// With padding.
std::string EncodeBase64(std::string_view bytes);

// With or without padding; spaces and line breaks are left out. Nothing for anything else.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace airgap
