// The YAML of a patch, line by line.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace airgap {

class PatchText {
 public:
  void Line(size_t depth, const std::string& text) {
    text_.append(depth * 2, ' ').append(text).append("\n");
  }
  // "KEY: |-" and the lines of `text` below it.
  void Block(size_t depth, const std::string& key, std::string_view text) {
    Line(depth, key + ": |-");
    while (!text.empty()) {
      size_t end = std::min(text.find('\n'), text.size());
      Line(depth + 1, std::string(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  // Begins a document of its own.
  void Document(const std::string& kind, const std::string& name = "") {
    if (!text_.empty()) Line(0, "---");
    Line(0, "apiVersion: v1alpha1");
    Line(0, "kind: " + kind);
    if (!name.empty()) Line(0, "name: " + Quoted(name));
  }
  void Delete(const std::string& kind, const std::string& name = "") {
    Document(kind, name);
    Line(0, "$patch: delete");
  }
  // Nothing in them may need an escape: IsPlainText().
  static std::string Quoted(const std::string& text) { return "\"" + text + "\""; }
  static std::string Listed(const std::vector<std::string>& list) {
    std::string text = "[";
    for (const std::string& one : list) {
      if (text.size() > 1) text += ", ";
      text += Quoted(one);
    }
    return text + "]";
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace airgap
