#include "base/yaml_mapping.h"

#include <algorithm>

namespace airgap {
namespace {

constexpr size_t kNameShownMaxBytes = 100;
constexpr size_t kLikeDistanceMax = 3;

std::string Quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, kNameShownMaxBytes)) + "'";
}

std::string In(std::string_view where) {
  return where.empty() ? std::string() : std::string(where) + ": ";
}

// Letters to insert, delete or change to make one the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

void YamlMistakes::Add(YamlView at, std::string_view what) {
  lines_.push_back("line " + std::to_string(at.line()) + ": " + std::string(what));
}

std::string_view NearestName(std::string_view name, const std::vector<std::string_view>& names) {
  std::string_view nearest;
  size_t nearest_distance = std::min(kLikeDistanceMax, name.size() / 2) + 1;
  for (std::string_view candidate : names) {
    // More than a few letters longer is never near: a long key costs nothing.
    if (name.size() > candidate.size() + kLikeDistanceMax) continue;
    size_t distance = EditDistance(name, candidate);
    if (distance >= nearest_distance) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  return nearest;
}

void ReadYamlMapping(YamlView mapping, std::string_view where, const std::vector<YamlKey>& keys,
                     YamlMistakes* mistakes) {
  if (!mapping.IsMapping()) {
    mistakes->Add(mapping, In(where) + "expected keys with values");
    return;
  }
  mapping.ForEachMember([&](YamlView key, YamlView value) {
    std::string_view name = key.String().value_or("");
    auto known = std::find_if(keys.begin(), keys.end(),
                              [&](const YamlKey& candidate) { return candidate.name == name; });
    if (known != keys.end()) {
      known->take(value);
      return true;
    }
    std::vector<std::string_view> names;
    names.reserve(keys.size());
    for (const YamlKey& candidate : keys) names.push_back(candidate.name);
    std::string_view nearest = NearestName(name, names);
    std::string hint = nearest.empty() ? "" : "; do you mean " + Quoted(nearest) + "?";
    mistakes->Add(key, In(where) + "unknown key " + Quoted(name) + hint);
    return true;
  });
}

void ReadYamlSequence(YamlView sequence, std::string_view where,
                      const std::function<void(YamlView)>& take, YamlMistakes* mistakes) {
  if (!sequence.IsSequence()) {
    mistakes->Add(sequence, In(where) + "expected a list");
    return;
  }
  sequence.ForEach([&](YamlView element) {
    take(element);
    return true;
  });
}

std::string ReadYamlString(YamlView value, std::string_view where, YamlMistakes* mistakes) {
  std::optional<std::string_view> text = value.String();
  if (text && !text->empty()) return std::string(*text);
  mistakes->Add(value, In(where) + "expected a text");
  return "";
}

bool ReadYamlBool(YamlView value, std::string_view where, YamlMistakes* mistakes) {
  std::optional<bool> is_true = value.Bool();
  if (!is_true) mistakes->Add(value, In(where) + "expected true or false");
  return is_true.value_or(false);
}

}  // namespace airgap
