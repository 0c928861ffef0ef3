// How the parts of a site file are read: tables of keys, each with what reads and checks its value.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/yaml.h"
#include "base/yaml_mapping.h"
#include "site/site.h"

namespace airgap {

class Checker;

// A key of a mapping that is read into a T: its name, and what reads and checks its value.
template <typename T>
struct Key {
  std::string_view name;
  void (*take)(Checker* checker, YamlView value, const std::string& path, T* out);
};

bool IsLetterOrDigit(char c);
// RFC 1123 2.1: labels of letters, digits and hyphens. An all-numeric last label is an address.
bool IsHostName(std::string_view name);

// Collects mistakes, up to their limit. `mistakes` must outlive it.
class Checker {
 public:
  explicit Checker(std::vector<SiteMistake>* mistakes) : mistakes_(mistakes) {}

  void Wrong(YamlView at, const std::string& path, std::string message) {
    WrongInLine(at.line(), path, std::move(message));
  }
  void WrongInLine(size_t line, const std::string& path, std::string message) {
    if (mistakes_->size() >= limits::site_mistakes_max_count) return;
    mistakes_->push_back({line, path, std::move(message)});
  }

  // Reads what `keys` has of a mapping; any other key is a mistake.
  template <typename T>
  void TakeMapping(YamlView value, const std::string& path, std::span<const Key<T>> keys, T* out) {
    if (!value.IsMapping()) return Wrong(value, path, "must be a mapping of keys to values");
    value.ForEachMember([&](YamlView key, YamlView member) {
      std::string name(key.String().value_or(""));
      std::string here = path.empty() ? name : path + "." + name;
      std::vector<std::string_view> known;
      for (const Key<T>& one : keys) {
        known.push_back(one.name);
        if (one.name != name) continue;
        if (member.IsNull()) {
          Wrong(key, here, "has no value; give it one or leave the key out");
        } else {
          one.take(this, member, here, out);
        }
        return true;
      }
      std::string nearest(NearestName(name, known));
      if (!nearest.empty()) nearest.insert(0, "; the nearest known one is ");
      Wrong(key, here, "unknown key" + nearest);
      return true;
    });
  }

  // Calls `take` for each element with its path. A list that is too short or too long is a mistake.
  template <typename Take>
  void TakeList(YamlView value, const std::string& path, size_t max_count, Take take,
                size_t min_count = 1) {
    if (!value.IsSequence() || value.size() < min_count || value.size() > max_count) {
      return Wrong(
          value, path,
          "must be a list of " + std::to_string(min_count) + " to " + std::to_string(max_count));
    }
    size_t number = 0;
    value.ForEach([&](YamlView element) {
      take(element, path + "[" + std::to_string(number++) + "]");
      return true;
    });
  }

  // Text, quoted if YAML tools take it for something else without. False: it was wrong.
  bool TakeText(YamlView value, const std::string& path, std::string* out);

 private:
  std::vector<SiteMistake>* mistakes_;
};

}  // namespace airgap
