#include "base/yaml.h"

#include <yaml.h>

#include <charconv>
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

namespace {

// Turns libyaml's events into a tree, without recursion.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, std::string_view what) : what_(what) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  TreeBuilder(const TreeBuilder&) = delete;
  TreeBuilder& operator=(const TreeBuilder&) = delete;
  ~TreeBuilder() { yaml_parser_delete(&parser_); }

  Result<std::unique_ptr<YamlTree>> Build() {
    bool done = false;
    while (!done) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) return ParserError();
      Status taken = Take(event);
      done = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
      if (!taken.ok()) return taken;
    }
    if (tree_->nodes.empty()) {
      Node nothing;
      nothing.plain = true;
      tree_->nodes.push_back(std::move(nothing));
    }
    return std::move(tree_);
  }

 private:
  Status At(size_t line, std::string_view reason) const {
    return InvalidArgument(what_ + ": line " + std::to_string(line) + ": " + std::string(reason));
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
        if (!tree_->nodes.empty()) return At(line, "a second document; only one is taken");
        return OkStatus();
      case YAML_ALIAS_EVENT:
        return At(line, "aliases (*name) are not taken; write the value itself");
      case YAML_SCALAR_EVENT:
        if (Status fits = Refused(event.data.scalar.anchor, event.data.scalar.tag, line);
            !fits.ok()) {
          return fits;
        }
        return TakeScalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return Open(Kind::kSequence, event.data.sequence_start.anchor,
                    event.data.sequence_start.tag, line);
      case YAML_MAPPING_START_EVENT:
        return Open(Kind::kMapping, event.data.mapping_start.anchor, event.data.mapping_start.tag,
                    line);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        open_.pop_back();
        return OkStatus();
      default:
        return OkStatus();
    }
  }

  Status Refused(const unsigned char* anchor, const unsigned char* tag, size_t line) const {
    if (anchor != nullptr) return At(line, "anchors (&name) are not taken");
    if (tag != nullptr) return At(line, "tags (!name) are not taken");
    return OkStatus();
  }

  Status TakeScalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    Node node;
    node.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    return Add(std::move(node), event.start_mark.line + 1);
  }

  Status Open(Kind kind, const unsigned char* anchor, const unsigned char* tag, size_t line) {
    if (Status fits = Refused(anchor, tag, line); !fits.ok()) return fits;
    if (open_.size() >= limits::yaml_depth_max) {
      return LimitExceeded(what_ + ": line " + std::to_string(line) + ": deeper than " +
                           std::to_string(limits::yaml_depth_max) + " levels");
    }
    Node node;
    node.kind = kind;
    if (Status added = Add(std::move(node), line); !added.ok()) return added;
    open_.push_back({static_cast<uint32_t>(tree_->nodes.size() - 1), {}});
    return OkStatus();
  }

  Status Add(Node node, size_t line) {
    if (tree_->nodes.size() >= limits::yaml_values_max_count) {
      return LimitExceeded(what_ + ": more than " + std::to_string(limits::yaml_values_max_count) +
                           " values");
    }
    node.line = static_cast<uint32_t>(line);
    if (!open_.empty()) {
      Node& parent = tree_->nodes[open_.back().node];
      bool is_key = parent.kind == Kind::kMapping && parent.children.size() % 2 == 0;
      if (is_key) {
        if (Status fits = TakeKey(node); !fits.ok()) return fits;
      }
      parent.children.push_back(static_cast<uint32_t>(tree_->nodes.size()));
    }
    tree_->nodes.push_back(std::move(node));
    return OkStatus();
  }

  Status TakeKey(const Node& key) {
    if (key.kind != Kind::kScalar) return At(key.line, "a key must be a plain word");
    if (key.plain && key.text == "<<") return At(key.line, "merge keys (<<) are not taken");
    if (!open_.back().keys.insert(key.text).second) {
      return At(key.line, "key \"" + key.text + "\" stands here twice");
    }
    return OkStatus();
  }

  struct OpenNode {
    uint32_t node;
    std::set<std::string> keys;  // of a mapping, so far
  };

  yaml_parser_t parser_;
  std::string what_;
  std::unique_ptr<YamlTree> tree_ = std::make_unique<YamlTree>();
  std::vector<OpenNode> open_;
};

}  // namespace

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
  Result<std::unique_ptr<YamlTree>> tree = TreeBuilder(text, what).Build();
  if (!tree.ok()) return tree.status();
  return YamlDocument(std::move(*tree));
}

YamlDocument::YamlDocument(std::unique_ptr<YamlTree> tree) : tree_(std::move(tree)) {}
YamlDocument::YamlDocument(YamlDocument&&) noexcept = default;
YamlDocument& YamlDocument::operator=(YamlDocument&&) noexcept = default;
YamlDocument::~YamlDocument() = default;
YamlView YamlDocument::root() const { return {tree_.get(), 0}; }

}  // namespace airgap
