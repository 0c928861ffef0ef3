// JSON in and out, over yyjson (which only json.cc includes).
//
// Parsing is not recursive and its memory is bounded by the caller's size limit: at most nine
// times the text. Strings are UTF-8 checked. Views are valid while their JsonDocument lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

struct yyjson_doc;
struct yyjson_val;
struct yyjson_mut_doc;
struct yyjson_mut_val;

namespace airgap {

// One value of a parsed document, or nothing (a missing member): every question then says no.
class JsonView {
 public:
  JsonView() = default;

  bool exists() const { return value_ != nullptr; }
  bool IsObject() const;
  bool IsArray() const;
  // Member of an object; a view of nothing when this is no object or has no such member.
  JsonView operator[](std::string_view key) const;
  // Nothing when the value is not of that type.
  std::optional<std::string_view> String() const;
  std::optional<uint64_t> Uint() const;
  std::optional<bool> Bool() const;
  // String() or "".
  std::string StringOr(std::string_view fallback) const;
  // The elements of an array, at most the first `max_count`, each as StringOr("").
  std::vector<std::string> Strings(size_t max_count = SIZE_MAX) const;
  size_t size() const;  // elements or members

  // Calls back for each element / member; a false return stops.
  void ForEach(const std::function<bool(JsonView)>& element) const;
  void ForEachMember(const std::function<bool(std::string_view key, JsonView)>& member) const;
  // The value's own text, compact.
  std::string ToText() const;

 private:
  friend class JsonDocument;
  friend class JsonNode;
  explicit JsonView(yyjson_val* value) : value_(value) {}
  yyjson_val* value_ = nullptr;
};

class JsonDocument {
 public:
  // `what` names the text in errors: "<what> is not JSON: <reason> at byte N" (kCorrupt), or
  // kLimitExceeded when it is longer than `max_bytes`.
  static Result<JsonDocument> Parse(std::string_view text, size_t max_bytes, std::string_view what);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();
  JsonView root() const;

 private:
  explicit JsonDocument(yyjson_doc* doc);
  yyjson_doc* doc_;
};

// An object or array being built inside a JsonBuilder; valid while that lives.
class JsonNode {
 public:
  // On an object.
  void Put(std::string_view key, std::string_view value);
  void Put(std::string_view key, const char* value) { Put(key, std::string_view(value)); }
  void Put(std::string_view key, const std::string& value) { Put(key, std::string_view(value)); }
  void Put(std::string_view key, uint64_t value);
  void Put(std::string_view key, int value) { Put(key, static_cast<uint64_t>(value)); }
  void Put(std::string_view key, bool value);
  void PutReal(std::string_view key, double value);
  void PutView(std::string_view key, JsonView value);  // a deep copy
  void PutStrings(std::string_view key, const std::vector<std::string>& values);
  JsonNode PutObject(std::string_view key);
  JsonNode PutArray(std::string_view key);
  // On an array.
  void Add(std::string_view value);
  void AddEach(const std::vector<std::string>& values);
  void AddView(JsonView value);
  JsonNode AddObject();

 private:
  friend class JsonBuilder;
  JsonNode(yyjson_mut_doc* doc, yyjson_mut_val* value) : doc_(doc), value_(value) {}
  yyjson_mut_val* MakeString(std::string_view text);
  void PutValue(std::string_view key, yyjson_mut_val* value);
  yyjson_mut_doc* doc_;
  yyjson_mut_val* value_;
};

// Builds one document whose root is an object. Members keep the order they were put in.
class JsonBuilder {
 public:
  JsonBuilder();
  ~JsonBuilder();
  JsonBuilder(const JsonBuilder&) = delete;
  JsonBuilder& operator=(const JsonBuilder&) = delete;

  JsonNode root();
  std::string ToText(bool pretty = false) const;

 private:
  yyjson_mut_doc* doc_;
};

}  // namespace airgap
