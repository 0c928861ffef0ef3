#include "oci/reference.h"

#include "base/limits.h"

namespace airgap {
namespace {

bool IsLowerAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsAlnum(char c) { return IsLowerAlnum(c) || (c >= 'A' && c <= 'Z'); }

// One path component: alphanumerics joined by ".", "_", "__" or any number of "-".
bool IsNameComponent(std::string_view part) {
  if (part.empty() || !IsLowerAlnum(part.front()) || !IsLowerAlnum(part.back())) return false;
  for (size_t i = 0; i < part.size();) {
    if (IsLowerAlnum(part[i])) {
      ++i;
      continue;
    }
    size_t end = part.find_first_not_of(part[i], i);
    size_t run = end - i;  // end exists: the last character is alphanumeric
    bool fits = part[i] == '-' || (part[i] == '.' && run == 1) || (part[i] == '_' && run <= 2);
    if (!fits || !IsLowerAlnum(part[end])) return false;
    i = end;
  }
  return true;
}

bool IsPort(std::string_view port) {
  if (port.empty() || port.size() > 5) return false;
  unsigned value = 0;
  for (char c : port) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value >= 1 && value <= 65535;
}

// RFC 1123 labels; upper case is accepted, as host names are case-blind.
bool IsDomain(std::string_view domain) {
  if (domain.empty()) return false;
  size_t label = 0;
  for (size_t i = 0; i <= domain.size(); ++i) {
    if (i < domain.size() && domain[i] != '.') {
      if (!IsAlnum(domain[i]) && domain[i] != '-') return false;
      continue;
    }
    if (i == label || i - label > 63) return false;
    if (domain[label] == '-' || domain[i - 1] == '-') return false;
    label = i + 1;
  }
  return true;
}

Status Malformed(std::string_view text, std::string_view why) {
  return InvalidArgument("'" + std::string(text.substr(0, 200)) +
                         "' is not an image reference: " + std::string(why));
}

// Takes "[:tag][@digest]" off the end of `text`.
Status SplitSuffix(std::string_view& text, Reference& reference) {
  std::string_view whole = text;
  if (size_t at = text.find('@'); at != std::string_view::npos) {
    ASSIGN_OR_RETURN(reference.digest, Digest::Parse(text.substr(at + 1)));
    text = text.substr(0, at);
  }
  size_t colon = text.rfind(':');
  size_t slash = text.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    reference.tag = std::string(text.substr(colon + 1));
    if (!IsTag(reference.tag)) return Malformed(whole, "bad tag '" + reference.tag + "'");
    text = text.substr(0, colon);
  }
  return OkStatus();
}

bool LooksLikeHost(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:") != std::string_view::npos;
}

}  // namespace

bool IsRepositoryName(std::string_view name) {
  if (name.empty() || name.size() > limits::repository_name_max_bytes) return false;
  for (;;) {
    size_t slash = name.find('/');
    if (!IsNameComponent(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name = name.substr(slash + 1);
  }
}

bool IsTag(std::string_view tag) {
  if (tag.empty() || tag.size() > limits::tag_max_bytes) return false;
  if (!IsAlnum(tag[0]) && tag[0] != '_') return false;
  for (char c : tag) {
    if (!IsAlnum(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

bool IsRegistryHost(std::string_view host) {
  if (host.empty() || host.size() > 260) return false;
  if (host.front() == '[') {
    size_t close = host.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    if (host.substr(1, close - 1).find_first_not_of("0123456789abcdefABCDEF:.") !=
        std::string_view::npos) {
      return false;
    }
    std::string_view rest = host.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
  }
  size_t colon = host.find(':');
  if (colon != std::string_view::npos && !IsPort(host.substr(colon + 1))) return false;
  return IsDomain(host.substr(0, colon));
}

std::string CanonicalHost(std::string_view host) {
  std::string lower(host);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower == "index.docker.io" || lower == "registry-1.docker.io") return "docker.io";
  return lower;
}

std::string Reference::ToString() const {
  std::string text = Name();
  if (!tag.empty()) text += ":" + tag;
  if (digest) text += "@" + digest->ToString();
  return text;
}

Result<Reference> Reference::ParseFull(std::string_view text) {
  if (text.size() > limits::reference_max_bytes) return Malformed(text, "it is too long");
  Reference reference;
  std::string_view rest = text;
  RETURN_IF_ERROR(SplitSuffix(rest, reference));
  size_t slash = rest.find('/');
  if (slash == std::string_view::npos || !LooksLikeHost(rest.substr(0, slash)) ||
      !IsRegistryHost(rest.substr(0, slash))) {
    return Malformed(text, "it does not begin with a registry host such as docker.io/");
  }
  reference.host = CanonicalHost(rest.substr(0, slash));
  reference.repository = std::string(rest.substr(slash + 1));
  if (!IsRepositoryName(reference.repository)) {
    return Malformed(text, "bad repository name '" + reference.repository + "'");
  }
  if (reference.tag.empty() && !reference.digest) {
    return Malformed(text, "it has neither a tag nor a digest");
  }
  return reference;
}

Result<Reference> Reference::ParseFamiliar(std::string_view text) {
  if (text.size() > limits::reference_max_bytes) return Malformed(text, "it is too long");
  std::string full(text);
  size_t slash = full.find('/');
  if (slash == std::string::npos) {
    full = "docker.io/library/" + full;
  } else if (!LooksLikeHost(std::string_view(full).substr(0, slash))) {
    full = "docker.io/" + full;
  } else if (CanonicalHost(full.substr(0, slash)) == "docker.io" &&
             full.find('/', slash + 1) == std::string::npos) {
    full.insert(slash + 1, "library/");
  }
  size_t last_slash = full.rfind('/');
  if (full.find_first_of(":@", last_slash) == std::string::npos) full += ":latest";
  return ParseFull(full);
}

}  // namespace airgap
