#include "pull/challenge.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

bool IsTokenCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Reads the header from left to right.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : text_(text) {}

  std::vector<AuthChallenge> Read() {
    std::vector<AuthChallenge> challenges;
    for (;;) {
      SkipSpaceAndCommas();
      std::string word = ReadToken();
      if (word.empty()) return challenges;
      SkipSpace();
      if (!challenges.empty() && Peek() == '=') {
        if (!ReadParamValue(word, &challenges.back())) return challenges;
        continue;
      }
      challenges.push_back({std::move(word), {}});
      SkipToken68();
    }
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipSpace() {
    while (Peek() == ' ' || Peek() == '\t') ++at_;
  }
  void SkipSpaceAndCommas() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == ',') ++at_;
  }

  std::string ReadToken() {
    std::string token;
    while (IsTokenCharacter(Peek())) {
      char c = text_[at_++];
      token += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return token;
  }

  bool ReadParamValue(const std::string& key, AuthChallenge* challenge) {
    ++at_;  // '='
    SkipSpace();
    std::string value;
    if (Peek() == '"') {
      ++at_;
      while (at_ < text_.size() && text_[at_] != '"') {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        value += text_[at_++];
      }
      if (at_ == text_.size()) return false;  // no closing quote
      ++at_;
    } else {
      while (IsTokenCharacter(Peek()) || Peek() == '/' || Peek() == ':') value += text_[at_++];
    }
    challenge->params.emplace(key, std::move(value));
    return true;
  }

  // "Negotiate YII..." carries one word that is no parameter.
  void SkipToken68() {
    size_t end = text_.find_first_of(" ,=", at_);
    if (end == std::string_view::npos) end = text_.size();
    size_t past = text_.find_first_not_of('=', end);
    bool is_param = end < text_.size() && text_[end] == '=' && past == end + 1;
    bool another_scheme = end < text_.size() && text_[end] == ' ';
    if (!is_param && !another_scheme) at_ = std::min(past, text_.size());
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::string AuthChallenge::Param(const std::string& key) const {
  auto found = params.find(key);
  return found == params.end() ? "" : found->second;
}

std::vector<AuthChallenge> ParseAuthChallenges(std::string_view header) {
  return ChallengeReader(header.substr(0, limits::http_reply_head_max_bytes)).Read();
}

}  // namespace airgap
