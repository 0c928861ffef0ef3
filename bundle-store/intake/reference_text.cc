#include "intake/reference_text.h"

#include <algorithm>
#include <array>
#include <string>

namespace airgap {
namespace {

constexpr std::string_view kOciScheme = "oci://";
constexpr std::string_view kDockerScheme = "docker://";
// Effects of a taint, which is written key:effect with a key like a reference.
constexpr std::array<std::string_view, 3> kTaintEffects = {"NoSchedule", "NoExecute",
                                                           "PreferNoSchedule"};

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsTokenCharacter(char c) {
  return IsAlnum(c) || c == '.' || c == '_' || c == '-' || c == '/' || c == ':' || c == '@';
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "ghcr.io", "localhost", "10.0.0.1:5000"; not "v1.2", which is no domain.
bool LooksLikeRegistry(std::string_view host) {
  host = host.substr(0, host.find(':'));
  if (host == "localhost") return true;
  size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) return false;
  if (!IsDigits(host.substr(dot + 1))) return !IsDigits(host.substr(dot + 1, 1));
  return host.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(host.begin(), host.end(), '.') == 3;
}

std::optional<Reference> ReferenceOf(std::string_view token) {
  for (std::string_view scheme : {kOciScheme, kDockerScheme}) {
    if (token.starts_with(scheme)) token.remove_prefix(scheme.size());
  }
  while (!token.empty() && !IsAlnum(token.front())) token.remove_prefix(1);
  while (!token.empty() && !IsAlnum(token.back())) token.remove_suffix(1);
  size_t slash = token.find('/');
  if (slash == std::string_view::npos || !LooksLikeRegistry(token.substr(0, slash))) {
    return std::nullopt;
  }
  if (!Reference::ParseFull(token).ok()) return std::nullopt;
  Result<Reference> reference = Reference::ParseFamiliar(token);
  if (!reference.ok()) return std::nullopt;
  bool is_taint =
      std::find(kTaintEffects.begin(), kTaintEffects.end(), reference->tag) != kTaintEffects.end();
  if (is_taint) return std::nullopt;
  return *std::move(reference);
}

}  // namespace

void FindReferences(std::string_view text, const std::function<void(Reference)>& found) {
  while (!text.empty()) {
    size_t end = 0;
    while (end < text.size() && IsTokenCharacter(text[end])) ++end;
    if (std::optional<Reference> reference = ReferenceOf(text.substr(0, end))) {
      found(*std::move(reference));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<Reference> ParseOciUrl(std::string_view url) {
  if (!url.starts_with(kOciScheme)) return std::nullopt;
  url.remove_prefix(kOciScheme.size());
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.find('/') == std::string_view::npos) return std::nullopt;
  Result<Reference> reference = Reference::ParseFamiliar(url);
  if (!reference.ok()) return std::nullopt;
  reference->tag.clear();
  reference->digest.reset();
  return *std::move(reference);
}

}  // namespace airgap
