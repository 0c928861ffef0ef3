#include "netboot/machine.h"

#include "base/limits.h"

namespace airgap {

std::string NormalMac(std::string_view text) {
  constexpr size_t kCharacters = std::string_view("52:54:00:ab:cd:12").size();
  constexpr size_t kEach = 3;  // two digits and what stands behind them
  if (text.size() != kCharacters) return "";
  std::string mac;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (i % kEach == kEach - 1) {
      if (c != ':' && c != '-') return "";
      mac += ':';
    } else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
      mac += c;
    } else if (c >= 'A' && c <= 'F') {
      mac += static_cast<char>(c - 'A' + 'a');
    } else {
      return "";
    }
  }
  return mac;
}

MachineLabels LabelsOf(const HttpRequest& request) {
  MachineLabels labels;
  for (const auto& [key, value] : request.query) {
    if (key.size() > limits::netboot_text_max_bytes) continue;
    if (value.empty() || value.size() > limits::netboot_text_max_bytes) continue;
    std::string text = key == "mac" ? NormalMac(value) : value;
    if (!text.empty()) labels.emplace(key, std::move(text));
  }
  return labels;
}

}  // namespace airgap
