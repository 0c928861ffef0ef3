#include "netboot/machine_text.h"

#include "base/limits.h"

namespace airgap {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string EnvironmentName(const std::string& variable) {
  std::string name;
  for (char c : variable) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    bool is_kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_kept ? c : '_';
  }
  return name;
}

}  // namespace

MachineLabels VariablesOf(const MachineGroup& group, const MachineLabels& said) {
  MachineLabels variables = group.metadata;
  for (const auto& [key, value] : group.selector) variables.emplace(key, value);
  for (const auto& [key, value] : said) {
    if (IsPrintableLine(value)) variables.emplace("request.query." + key, value);
  }
  return variables;
}

std::string FormatMetadata(const MachineLabels& variables) {
  std::string text;
  for (const auto& [key, value] : variables) text += EnvironmentName(key) + "=" + value + "\n";
  return text;
}

Result<std::string> FillTemplate(std::string_view text, const MachineLabels& variables) {
  std::string filled;
  for (;;) {
    size_t begin = text.find(kOpen);
    filled += text.substr(0, begin);
    if (begin == std::string_view::npos) return filled;
    text.remove_prefix(begin + kOpen.size());
    size_t end = text.find(kClose);
    std::string_view inside = Trimmed(text.substr(0, end));
    if (end == std::string_view::npos || !inside.starts_with('.') ||
        inside.find_first_of(" |(\"") != std::string_view::npos) {
      return Unsupported("a template with more than names like {{.mac}}");
    }
    auto found = variables.find(std::string(inside.substr(1)));
    if (found == variables.end()) {
      return NotFound("the template names " + std::string(inside) +
                      ", which neither the group's metadata nor the machine has");
    }
    filled += found->second;
    if (filled.size() > limits::netboot_filled_max_bytes) {
      return LimitExceeded("the filled template has more than " +
                           std::to_string(limits::netboot_filled_max_bytes) + " bytes");
    }
    text.remove_prefix(end + kClose.size());
  }
}

}  // namespace airgap
