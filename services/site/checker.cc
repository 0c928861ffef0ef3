#include "site/checker.h"

#include <charconv>

#include "base/limits.h"

namespace airgap {
namespace {

bool IsNumber(std::string_view text) {
  double number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size();
}

}  // namespace

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsHostName(std::string_view name) {
  if (name.empty() || name.size() > limits::host_name_max_bytes) return false;
  bool has_letter = false;
  for (;;) {
    std::string_view label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > limits::host_label_max_bytes) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    has_letter = false;
    for (char c : label) {
      if (!IsLetterOrDigit(c) && c != '-') return false;
      has_letter |= c < '0' || c > '9';
    }
    if (label.size() == name.size()) return has_letter;
    name.remove_prefix(label.size() + 1);
  }
}

bool Checker::TakeText(YamlView value, const std::string& path, std::string* out) {
  auto text = value.String();
  bool is_other = value.Bool() || value.Uint() || (text && IsNumber(*text));
  if (!text || (is_other && !value.IsQuoted())) {
    Wrong(value, path, text ? "must be text: put it in quotes" : "must be text");
    return false;
  }
  *out = *text;
  return true;
}

}  // namespace airgap
