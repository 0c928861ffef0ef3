// Reading a mapping that people write by hand: each known key has a type, and what is wrong is
// collected, every mistake with its line and key.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace airgap {

// "line 12: images: 'x' is no ...", in the order of finding.
class YamlMistakes {
 public:
  void Add(YamlView at, std::string_view what);
  const std::vector<std::string>& lines() const { return lines_; }
  bool empty() const { return lines_.empty(); }

 private:
  std::vector<std::string> lines_;
};

// One key of a mapping: its name, and what takes its value.
struct YamlKey {
  std::string_view name;
  std::function<void(YamlView value)> take;
};

// Gives each value to its key. A value that is no mapping, and keys that are not known, are
// mistakes; an unknown key is told with the known one that looks most like it. `where` is the
// mapping's own key, for messages: "images", or "" for the document.
void ReadYamlMapping(YamlView mapping, std::string_view where, const std::vector<YamlKey>& keys,
                     YamlMistakes* mistakes);
// Calls `take` for every element; a value that is no sequence is a mistake.
void ReadYamlSequence(YamlView sequence, std::string_view where,
                      const std::function<void(YamlView)>& take, YamlMistakes* mistakes);
// A scalar's text, or nothing and a mistake.
std::string ReadYamlString(YamlView value, std::string_view where, YamlMistakes* mistakes);
bool ReadYamlBool(YamlView value, std::string_view where, YamlMistakes* mistakes);

// The candidate that differs in the fewest letters, when that is few; else "".
std::string_view NearestName(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace airgap
