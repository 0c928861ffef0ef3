#include "base/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace airgap {
namespace {

enum class Kind : uint8_t { kScalar, kSequence, kMapping };

struct Node {
  Kind kind = Kind::kScalar;
  bool plain = false;  // a scalar without quotes
  uint32_t line = 1;
  std::string text;                // of a scalar
  std::vector<uint32_t> children;  // of a mapping: key, value, key, value...
};

}  // namespace

struct YamlTree {
  std::vector<Node> nodes;
};

// Turns libyaml's events into trees, without recursion.
class YamlReader {
 public:
  enum class Rules { kByHand, kStream };

  YamlReader(std::string_view text, std::string_view what, Rules rules)
      : rules_(rules), what_(what) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;
  ~YamlReader() { yaml_parser_delete(&parser_); }

  // The only document; an empty text is one null value.
  Result<std::unique_ptr<YamlTree>> ReadOnly() {
    Result<std::unique_ptr<YamlTree>> tree = ReadNext();
    if (!tree.ok()) return tree;
    if (*tree == nullptr) {
      Node nothing;
      nothing.plain = true;
      *tree = std::make_unique<YamlTree>();
      (*tree)->nodes.push_back(std::move(nothing));
      return tree;
    }
    Result<std::unique_ptr<YamlTree>> second = ReadNext();
    if (!second.ok()) return second;
    return tree;
  }

  // The next document, or null at the end of the stream.
  Result<std::unique_ptr<YamlTree>> ReadNext() {
    while (!ended_) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) {
        ended_ = true;
        return ParserError();
      }
      Status taken = Take(event);
      bool is_document_end = event.type == YAML_DOCUMENT_END_EVENT;
      ended_ = event.type == YAML_STREAM_END_EVENT || !taken.ok();
      yaml_event_delete(&event);
      if (!taken.ok()) return taken;
      if (is_document_end) return std::move(tree_);
    }
    return std::unique_ptr<YamlTree>();
  }

 private:
  // A value that has an anchor, once it is whole.
  struct Anchored {
    uint32_t node = 0;
    size_t values = 0;  // with every alias in it counted as what it stands for
    size_t height = 0;  // levels below it
  };

  struct OpenNode {
    uint32_t node = 0;
    std::string anchor;
    size_t values_before = 0;
    size_t height = 0;           // of what is in it so far
    std::set<std::string> keys;  // of a mapping, so far
  };

  Status At(size_t line, std::string_view reason) const {
    return InvalidArgument(what_ + ": line " + std::to_string(line) + ": " + std::string(reason));
  }

  Status TooDeep(size_t line) const {
    return LimitExceeded(what_ + ": line " + std::to_string(line) + ": deeper than " +
                         std::to_string(depth_max()) + " levels");
  }

  size_t depth_max() const {
    return rules_ == Rules::kByHand ? limits::yaml_depth_max : limits::yaml_stream_depth_max;
  }
  size_t values_max() const {
    return rules_ == Rules::kByHand ? limits::yaml_values_max_count
                                    : limits::yaml_stream_values_max_count;
  }

  Status ParserError() const {
    if (parser_.error == YAML_MEMORY_ERROR) return LimitExceeded(what_ + ": out of memory");
    size_t line =
        parser_.error == YAML_READER_ERROR ? parser_.mark.line : parser_.problem_mark.line;
    std::string reason = parser_.problem == nullptr ? "not YAML" : parser_.problem;
    if (parser_.context != nullptr) reason = std::string(parser_.context) + ", " + reason;
    return At(line + 1, reason);
  }

  Status Take(const yaml_event_t& event) {
    size_t line = event.start_mark.line + 1;
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        return Begin(line);
      case YAML_ALIAS_EVENT:
        return TakeAlias(Text(event.data.alias.anchor), line);
      case YAML_SCALAR_EVENT:
        return TakeScalar(event, line);
      case YAML_SEQUENCE_START_EVENT:
        return Open(Kind::kSequence, event.data.sequence_start.anchor,
                    event.data.sequence_start.tag, line);
      case YAML_MAPPING_START_EVENT:
        return Open(Kind::kMapping, event.data.mapping_start.anchor, event.data.mapping_start.tag,
                    line);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        Close();
        return OkStatus();
      default:
        return OkStatus();
    }
  }

  static std::string Text(const unsigned char* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
  }

  Status Begin(size_t line) {
    if (rules_ == Rules::kByHand && begun_) {
      return At(line, "a second document; only one is taken");
    }
    begun_ = true;
    tree_ = std::make_unique<YamlTree>();
    anchors_.clear();
    values_ = 0;
    return OkStatus();
  }

  Status Refused(const unsigned char* anchor, const unsigned char* tag, size_t line) const {
    if (rules_ == Rules::kStream) return OkStatus();
    if (anchor != nullptr) return At(line, "anchors (&name) are not taken");
    if (tag != nullptr) return At(line, "tags (!name) are not taken");
    return OkStatus();
  }

  // The value is not copied: it stands in two places. What it counts for is what bounds whoever
  // walks the tree.
  Status TakeAlias(const std::string& name, size_t line) {
    if (rules_ == Rules::kByHand) {
      return At(line, "aliases (*name) are not taken; write the value itself");
    }
    auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return At(line, "alias *" + name + " stands for no value that is complete before it");
    }
    const Anchored& target = found->second;
    if (open_.size() + target.height >= depth_max()) return TooDeep(line);
    if (Status fits = CountValues(target.values); !fits.ok()) return fits;
    if (open_.empty()) return OkStatus();
    if (IsKeyNext() && tree_->nodes[target.node].kind != Kind::kScalar) return NoKey(line);
    tree_->nodes[open_.back().node].children.push_back(target.node);
    open_.back().height = std::max(open_.back().height, target.height + 1);
    return OkStatus();
  }

  Status TakeScalar(const yaml_event_t& event, size_t line) {
    const auto& scalar = event.data.scalar;
    if (Status fits = Refused(scalar.anchor, scalar.tag, line); !fits.ok()) return fits;
    Node node;
    node.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    if (scalar.anchor != nullptr) {
      anchors_[Text(scalar.anchor)] = {static_cast<uint32_t>(tree_->nodes.size()), 1, 0};
    }
    return Add(std::move(node), line);
  }

  Status Open(Kind kind, const unsigned char* anchor, const unsigned char* tag, size_t line) {
    if (Status fits = Refused(anchor, tag, line); !fits.ok()) return fits;
    if (open_.size() >= depth_max()) return TooDeep(line);
    size_t values_before = values_;
    Node node;
    node.kind = kind;
    if (Status added = Add(std::move(node), line); !added.ok()) return added;
    open_.push_back(
        {static_cast<uint32_t>(tree_->nodes.size() - 1), Text(anchor), values_before, 0, {}});
    return OkStatus();
  }

  void Close() {
    OpenNode closed = std::move(open_.back());
    open_.pop_back();
    if (!open_.empty()) open_.back().height = std::max(open_.back().height, closed.height + 1);
    if (closed.anchor.empty()) return;
    anchors_[closed.anchor] = {closed.node, values_ - closed.values_before, closed.height};
  }

  Status CountValues(size_t more) {
    if (more <= values_max() - values_) {
      values_ += more;
      return OkStatus();
    }
    return LimitExceeded(what_ + ": more than " + std::to_string(values_max()) + " values");
  }

  Status Add(Node node, size_t line) {
    if (Status fits = CountValues(1); !fits.ok()) return fits;
    node.line = static_cast<uint32_t>(line);
    if (!open_.empty()) {
      if (IsKeyNext()) {
        if (Status fits = TakeKey(node); !fits.ok()) return fits;
      }
      tree_->nodes[open_.back().node].children.push_back(
          static_cast<uint32_t>(tree_->nodes.size()));
      open_.back().height = std::max<size_t>(open_.back().height, 1);
    }
    tree_->nodes.push_back(std::move(node));
    return OkStatus();
  }

  bool IsKeyNext() const {
    const Node& parent = tree_->nodes[open_.back().node];
    return parent.kind == Kind::kMapping && parent.children.size() % 2 == 0;
  }

  Status NoKey(size_t line) const { return At(line, "a key must be a plain word"); }

  Status TakeKey(const Node& key) {
    // This tells a template that was not rendered, too: {{ .Values.x }} is a mapping as a key.
    if (key.kind != Kind::kScalar) return NoKey(key.line);
    if (rules_ == Rules::kStream) return OkStatus();
    if (key.plain && key.text == "<<") return At(key.line, "merge keys (<<) are not taken");
    if (!open_.back().keys.insert(key.text).second) {
      return At(key.line, "key \"" + key.text + "\" stands here twice");
    }
    return OkStatus();
  }

  yaml_parser_t parser_;
  const Rules rules_;
  std::string what_;
  bool begun_ = false;
  bool ended_ = false;
  std::unique_ptr<YamlTree> tree_;
  std::map<std::string, Anchored> anchors_;
  std::vector<OpenNode> open_;
  size_t values_ = 0;  // of this document
};

bool YamlView::IsMapping() const { return exists() && tree_->nodes[node_].kind == Kind::kMapping; }

bool YamlView::IsSequence() const {
  return exists() && tree_->nodes[node_].kind == Kind::kSequence;
}

bool YamlView::IsNull() const {
  if (!exists()) return false;
  const Node& node = tree_->nodes[node_];
  return node.kind == Kind::kScalar && node.plain &&
         (node.text.empty() || node.text == "~" || node.text == "null");
}

bool YamlView::IsQuoted() const {
  return exists() && tree_->nodes[node_].kind == Kind::kScalar && !tree_->nodes[node_].plain;
}

YamlView YamlView::operator[](std::string_view key) const {
  if (!IsMapping()) return {};
  const Node& node = tree_->nodes[node_];
  for (size_t at = 0; at + 1 < node.children.size(); at += 2) {
    if (tree_->nodes[node.children[at]].text == key) return {tree_, node.children[at + 1]};
  }
  return {};
}

std::optional<std::string_view> YamlView::String() const {
  if (!exists() || IsNull() || tree_->nodes[node_].kind != Kind::kScalar) return std::nullopt;
  return tree_->nodes[node_].text;
}

std::optional<uint64_t> YamlView::Uint() const {
  std::optional<std::string_view> text = String();
  if (!text || !tree_->nodes[node_].plain) return std::nullopt;
  uint64_t value = 0;
  const char* end = text->data() + text->size();
  auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<bool> YamlView::Bool() const {
  std::optional<std::string_view> text = String();
  if (!text || !tree_->nodes[node_].plain) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return std::nullopt;
}

size_t YamlView::size() const {
  if (!exists()) return 0;
  const Node& node = tree_->nodes[node_];
  return node.kind == Kind::kMapping ? node.children.size() / 2 : node.children.size();
}

size_t YamlView::line() const { return exists() ? tree_->nodes[node_].line : 0; }

void YamlView::ForEach(const std::function<bool(YamlView)>& element) const {
  if (!IsSequence()) return;
  for (uint32_t child : tree_->nodes[node_].children) {
    if (!element({tree_, child})) return;
  }
}

void YamlView::ForEachMember(
    const std::function<bool(YamlView key, YamlView value)>& member) const {
  if (!IsMapping()) return;
  const Node& node = tree_->nodes[node_];
  for (size_t at = 0; at + 1 < node.children.size(); at += 2) {
    if (!member({tree_, node.children[at]}, {tree_, node.children[at + 1]})) return;
  }
}

Result<YamlDocument> YamlDocument::Parse(std::string_view text, size_t max_bytes,
                                         std::string_view what) {
  if (text.size() > max_bytes) {
    return LimitExceeded(std::string(what) + ": longer than " + std::to_string(max_bytes) +
                         " bytes");
  }
  Result<std::unique_ptr<YamlTree>> tree =
      YamlReader(text, what, YamlReader::Rules::kByHand).ReadOnly();
  if (!tree.ok()) return tree.status();
  return YamlDocument(std::move(*tree));
}

YamlDocument::YamlDocument(std::unique_ptr<YamlTree> tree) : tree_(std::move(tree)) {}
YamlDocument::YamlDocument(YamlDocument&&) noexcept = default;
YamlDocument& YamlDocument::operator=(YamlDocument&&) noexcept = default;
YamlDocument::~YamlDocument() = default;
YamlView YamlDocument::root() const { return {tree_.get(), 0}; }

YamlStream::YamlStream(std::string_view text, std::string_view what)
    : reader_(std::make_unique<YamlReader>(text, what, YamlReader::Rules::kStream)) {}
YamlStream::~YamlStream() = default;

Result<std::optional<YamlDocument>> YamlStream::Next() {
  Result<std::unique_ptr<YamlTree>> tree = reader_->ReadNext();
  if (!tree.ok()) return tree.status();
  if (*tree == nullptr) return std::optional<YamlDocument>();
  return std::optional<YamlDocument>(YamlDocument(std::move(*tree)));
}

}  // namespace airgap
