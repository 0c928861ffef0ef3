#include "intake/live_images.h"

#include <map>
#include <optional>
#include <sstream>

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kNoneTag[] = "<none>";

class LiveParser {
 public:
  LiveParser(std::string_view text, const std::string& what) : text_(text), what_(what) {}

  Result<std::vector<LiveImage>> Parse() {
    size_t start = text_.find_first_not_of(" \t\r\n");
    bool is_json = start != std::string_view::npos && text_[start] == '{';
    RETURN_IF_ERROR(is_json ? ParseCrictl() : ParseLines());
    if (images_.empty()) return InvalidArgument(what_ + " lists no images");
    return std::move(images_);
  }

 private:
  Status Add(LiveImage image) {
    if (images_.size() == limits::live_images_max_count) {
      return LimitExceeded(what_ + " lists more than " +
                           std::to_string(limits::live_images_max_count) + " images");
    }
    images_.push_back(std::move(image));
    return OkStatus();
  }

  // {"images":[{"id":..,"repoTags":["host/x:1"],"repoDigests":["host/x@sha256:.."]}]}
  Status ParseCrictl() {
    Result<JsonDocument> document = JsonDocument::Parse(text_, limits::live_list_max_bytes, what_);
    if (!document.ok()) return InvalidArgument(document.status().message());
    JsonView images = document->root()["images"];
    if (!images.IsArray()) {
      return InvalidArgument(what_ +
                             ": line 1: this JSON is not what 'crictl images -o json'"
                             " prints: it has no list \"images\"");
    }
    Status status;
    images.ForEach([&](JsonView image) {
      status = TakeCrictlImage(image);
      return status.ok();
    });
    return status;
  }

  Status TakeCrictlImage(JsonView image) {
    std::map<std::string, std::vector<Digest>> digests;  // by host/repository
    std::vector<Reference> tags;
    Status status;
    auto take = [&](JsonView name) {
      std::string text(name.StringOr(""));
      if (text.find(kNoneTag) != std::string::npos) return true;
      Result<Reference> reference = Reference::ParseFamiliar(text);
      if (!reference.ok()) {
        status = InvalidArgument(what_ + ": " + reference.status().message());
        return false;
      }
      if (reference->digest) {
        digests[reference->Name()].push_back(*reference->digest);
      } else {
        tags.push_back(*std::move(reference));
      }
      return true;
    };
    image["repoDigests"].ForEach(take);
    if (status.ok()) image["repoTags"].ForEach(take);
    RETURN_IF_ERROR(status);
    for (Reference& tag : tags) {
      std::vector<Digest> of_tag = digests[tag.Name()];
      digests.erase(tag.Name());
      RETURN_IF_ERROR(Add({std::move(tag), std::move(of_tag), 0}));
    }
    for (const auto& [name, of_name] : digests) {
      if (of_name.empty()) continue;
      ASSIGN_OR_RETURN(Reference reference,
                       Reference::ParseFull(name + "@" + of_name[0].ToString()));
      RETURN_IF_ERROR(Add({std::move(reference), of_name, 0}));
    }
    return OkStatus();
  }

  Status Unknown(std::string_view line) const {
    return InvalidArgument(what_ + ": line " + std::to_string(line_) + ": '" +
                           std::string(line.substr(0, 100)) +
                           "' is neither of talosctl's table nor a full image reference");
  }

  // One reference on each line, or a table whose header says where it and the digest stand.
  Status ParseLines() {
    for (std::string_view rest = text_; !rest.empty();) {
      size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      ++line_;
      RETURN_IF_ERROR(TakeLine(line));
    }
    return OkStatus();
  }

  Status TakeLine(std::string_view line) {
    std::vector<std::string> words = Words(line);
    if (words.empty() || words[0][0] == '#') return OkStatus();
    if (TakeHeader(words)) return OkStatus();
    if (words.size() <= image_column_ || (!has_header_ && words.size() > 1)) return Unknown(line);
    const std::string& name = words[image_column_];
    if (Digest::Parse(name).ok()) return OkStatus();  // a config's: a name of the same image
    Result<Reference> full = Reference::ParseFull(name);
    if (!full.ok()) return Unknown(line);
    ASSIGN_OR_RETURN(Reference reference, Reference::ParseFamiliar(name));
    LiveImage image{std::move(reference), {}, line_};
    if (digest_column_) {
      if (words.size() <= *digest_column_) return Unknown(line);
      Result<Digest> digest = Digest::Parse(words[*digest_column_]);
      if (!digest.ok()) return Unknown(line);
      image.digests.push_back(*digest);
    }
    if (image.reference.digest) image.digests.push_back(*image.reference.digest);
    return Add(std::move(image));
  }

  // Talos prints NODE IMAGE DIGEST SIZE CREATED; a header may stand before each node's part.
  bool TakeHeader(const std::vector<std::string>& words) {
    std::optional<size_t> image;
    std::optional<size_t> digest;
    for (size_t i = 0; i < words.size(); ++i) {
      if (words[i] == "IMAGE") image = i;
      if (words[i] == "DIGEST") digest = i;
    }
    if (!image) return false;
    has_header_ = true;
    image_column_ = *image;
    digest_column_ = digest;
    return true;
  }

  static std::vector<std::string> Words(std::string_view line) {
    std::istringstream stream{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
  }

  const std::string_view text_;
  const std::string& what_;
  std::vector<LiveImage> images_;
  size_t line_ = 0;
  bool has_header_ = false;
  size_t image_column_ = 0;
  std::optional<size_t> digest_column_;
};

}  // namespace

Result<std::vector<LiveImage>> ParseLiveImages(std::string_view text, const std::string& what) {
  if (text.size() > limits::live_list_max_bytes) {
    return LimitExceeded(what + " has more than " + std::to_string(limits::live_list_max_bytes) +
                         " bytes");
  }
  return LiveParser(text, what).Parse();
}

}  // namespace airgap
