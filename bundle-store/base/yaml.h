// YAML in, over libyaml (which only yaml.cc includes): every value knows its line.
//
// A YamlDocument is what people write by hand: one document of mappings, sequences and scalars.
// Anchors, aliases, tags and merge keys are refused, as is a key that stands twice. A YamlStream is
// what programs write: any number of documents, with all of that. Depth, values and size are
// bounded by base/limits.h. Views are valid while their YamlDocument lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

struct YamlTree;

// One value of a parsed document, or nothing (a missing key): every question then says no.
class YamlView {
 public:
  YamlView() = default;

  bool exists() const { return tree_ != nullptr; }
  bool IsMapping() const;
  bool IsSequence() const;
  bool IsNull() const;    // an empty value, ~ or null
  bool IsQuoted() const;  // a scalar in quotes or a block: text, whatever it looks like
  // Value of a mapping's key; a view of nothing when this is no mapping or has no such key.
  YamlView operator[](std::string_view key) const;
  // A scalar's text, plain or quoted; nothing for null and for what is no scalar.
  std::optional<std::string_view> String() const;
  // Plain scalars alone, as YAML 1.2 has them: decimal digits; true or false ("yes" is a string).
  std::optional<uint64_t> Uint() const;
  std::optional<bool> Bool() const;
  size_t size() const;  // keys or elements
  size_t line() const;  // counted from 1; 0 for nothing

  // Calls back for each element / key in the order of the text; a false return stops.
  void ForEach(const std::function<bool(YamlView)>& element) const;
  void ForEachMember(const std::function<bool(YamlView key, YamlView value)>& member) const;

 private:
  friend class YamlDocument;
  YamlView(const YamlTree* tree, uint32_t node) : tree_(tree), node_(node) {}
  const YamlTree* tree_ = nullptr;
  uint32_t node_ = 0;
};

class YamlDocument {
 public:
  // `what` names the text in errors: "<what>: line N: <reason>" (kInvalidArgument), or
  // kLimitExceeded when it is longer than `max_bytes`, too deep or of too many values.
  // An empty text is one null value.
  static Result<YamlDocument> Parse(std::string_view text, size_t max_bytes, std::string_view what);
  YamlDocument(YamlDocument&&) noexcept;
  YamlDocument& operator=(YamlDocument&&) noexcept;
  ~YamlDocument();
  YamlView root() const;

 private:
  friend class YamlStream;
  explicit YamlDocument(std::unique_ptr<YamlTree> tree);
  std::unique_ptr<YamlTree> tree_;
};

class YamlReader;

// Documents one after another. An alias is the value that it stands for, wherever it stands (one
// within its own value is refused); a tag says nothing; "<<" is a key like any other; of a key that
// stands twice operator[] finds the first.
class YamlStream {
 public:
  // `text` outlives the stream. `what` names it in errors.
  YamlStream(std::string_view text, std::string_view what);
  ~YamlStream();
  // The next document, or nothing after the last. Errors as YamlDocument::Parse; after one the
  // stream is at its end.
  Result<std::optional<YamlDocument>> Next();

 private:
  std::unique_ptr<YamlReader> reader_;
};

}  // namespace airgap
