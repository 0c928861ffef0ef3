#include "base/json.h"

#include <yyjson.h>

#include <cstdlib>
#include <new>

namespace airgap {

bool JsonView::IsObject() const { return yyjson_is_obj(value_); }
bool JsonView::IsArray() const { return yyjson_is_arr(value_); }

JsonView JsonView::operator[](std::string_view key) const {
  return JsonView(yyjson_obj_getn(value_, key.data(), key.size()));
}

std::optional<std::string_view> JsonView::String() const {
  if (!yyjson_is_str(value_)) return std::nullopt;
  return std::string_view(yyjson_get_str(value_), yyjson_get_len(value_));
}

std::optional<uint64_t> JsonView::Uint() const {
  if (!yyjson_is_uint(value_)) return std::nullopt;
  return yyjson_get_uint(value_);
}

std::optional<bool> JsonView::Bool() const {
  if (!yyjson_is_bool(value_)) return std::nullopt;
  return yyjson_get_bool(value_);
}

std::string JsonView::StringOr(std::string_view fallback) const {
  return std::string(String().value_or(fallback));
}

std::vector<std::string> JsonView::Strings(size_t max_count) const {
  std::vector<std::string> strings;
  ForEach([&](JsonView element) {
    if (strings.size() == max_count) return false;
    strings.push_back(element.StringOr(""));
    return true;
  });
  return strings;
}

size_t JsonView::size() const {
  return yyjson_is_obj(value_) ? yyjson_obj_size(value_) : yyjson_arr_size(value_);
}

void JsonView::ForEach(const std::function<bool(JsonView)>& element) const {
  if (!IsArray()) return;
  size_t index = 0;
  size_t count = 0;
  yyjson_val* value = nullptr;
  yyjson_arr_foreach(value_, index, count, value) {
    if (!element(JsonView(value))) return;
  }
}

void JsonView::ForEachMember(const std::function<bool(std::string_view, JsonView)>& member) const {
  if (!IsObject()) return;
  size_t index = 0;
  size_t count = 0;
  yyjson_val* key = nullptr;
  yyjson_val* value = nullptr;
  yyjson_obj_foreach(value_, index, count, key, value) {
    if (!member({yyjson_get_str(key), yyjson_get_len(key)}, JsonView(value))) return;
  }
}

std::string JsonView::ToText() const {
  size_t length = 0;
  char* text = yyjson_val_write(value_, YYJSON_WRITE_NOFLAG, &length);
  if (text == nullptr) return "null";
  std::string result(text, length);
  free(text);
  return result;
}

Result<JsonDocument> JsonDocument::Parse(std::string_view text, size_t max_bytes,
                                         std::string_view what) {
  if (text.size() > max_bytes) {
    return LimitExceeded(std::string(what) + " has " + std::to_string(text.size()) +
                         " bytes; at most " + std::to_string(max_bytes) + " are accepted");
  }
  yyjson_read_err error{};
  yyjson_doc* doc = yyjson_read_opts(const_cast<char*>(text.data()), text.size(),
                                     YYJSON_READ_NOFLAG, nullptr, &error);
  if (doc == nullptr) {
    return Corrupt(std::string(what) + " is not JSON: " + error.msg + " at byte " +
                   std::to_string(error.pos));
  }
  return JsonDocument(doc);
}

JsonDocument::JsonDocument(yyjson_doc* doc) : doc_(doc) {}
JsonDocument::JsonDocument(JsonDocument&& other) noexcept : doc_(other.doc_) {
  other.doc_ = nullptr;
}
JsonDocument& JsonDocument::operator=(JsonDocument&& other) noexcept {
  std::swap(doc_, other.doc_);
  return *this;
}
JsonDocument::~JsonDocument() { yyjson_doc_free(doc_); }
JsonView JsonDocument::root() const { return JsonView(yyjson_doc_get_root(doc_)); }

yyjson_mut_val* JsonNode::MakeString(std::string_view text) {
  return yyjson_mut_strncpy(doc_, text.data(), text.size());
}

void JsonNode::PutValue(std::string_view key, yyjson_mut_val* value) {
  if (!yyjson_mut_obj_add(value_, MakeString(key), value)) throw std::bad_alloc();
}

void JsonNode::Put(std::string_view key, std::string_view value) {
  PutValue(key, MakeString(value));
}
void JsonNode::Put(std::string_view key, uint64_t value) {
  PutValue(key, yyjson_mut_uint(doc_, value));
}
void JsonNode::Put(std::string_view key, bool value) {
  PutValue(key, yyjson_mut_bool(doc_, value));
}
void JsonNode::PutReal(std::string_view key, double value) {
  PutValue(key, yyjson_mut_real(doc_, value));
}
void JsonNode::PutView(std::string_view key, JsonView value) {
  PutValue(key, yyjson_val_mut_copy(doc_, value.value_));
}
void JsonNode::PutStrings(std::string_view key, const std::vector<std::string>& values) {
  PutArray(key).AddEach(values);
}
JsonNode JsonNode::PutObject(std::string_view key) {
  yyjson_mut_val* value = yyjson_mut_obj(doc_);
  PutValue(key, value);
  return {doc_, value};
}
JsonNode JsonNode::PutArray(std::string_view key) {
  yyjson_mut_val* value = yyjson_mut_arr(doc_);
  PutValue(key, value);
  return {doc_, value};
}
void JsonNode::Add(std::string_view value) {
  if (!yyjson_mut_arr_append(value_, MakeString(value))) throw std::bad_alloc();
}
void JsonNode::AddEach(const std::vector<std::string>& values) {
  for (const std::string& value : values) Add(value);
}
void JsonNode::AddView(JsonView value) {
  if (!yyjson_mut_arr_append(value_, yyjson_val_mut_copy(doc_, value.value_))) {
    throw std::bad_alloc();
  }
}
JsonNode JsonNode::AddObject() {
  yyjson_mut_val* value = yyjson_mut_obj(doc_);
  if (!yyjson_mut_arr_append(value_, value)) throw std::bad_alloc();
  return {doc_, value};
}

JsonBuilder::JsonBuilder() : doc_(yyjson_mut_doc_new(nullptr)) {
  if (doc_ == nullptr) throw std::bad_alloc();
  yyjson_mut_doc_set_root(doc_, yyjson_mut_obj(doc_));
}
JsonBuilder::~JsonBuilder() { yyjson_mut_doc_free(doc_); }
JsonNode JsonBuilder::root() { return {doc_, yyjson_mut_doc_get_root(doc_)}; }

std::string JsonBuilder::ToText(bool pretty) const {
  // File names and the like may hold any bytes; they must not make the whole document fail.
  yyjson_write_flag flags = YYJSON_WRITE_ALLOW_INVALID_UNICODE;
  if (pretty) flags |= YYJSON_WRITE_PRETTY_TWO_SPACES;
  size_t length = 0;
  char* text = yyjson_mut_write(doc_, flags, &length);
  if (text == nullptr) throw std::bad_alloc();
  std::string result(text, length);
  free(text);
  return result;
}

}  // namespace airgap
