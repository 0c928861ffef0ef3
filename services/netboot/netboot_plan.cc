#include "netboot/netboot_plan.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

// A script has one command a line, and words end at blanks.
bool IsOneLine(std::string_view text) {
  return text.size() <= limits::netboot_text_max_bytes && IsPrintableLine(text);
}

bool IsWord(std::string_view text) {
  return !text.empty() && IsOneLine(text) && text.find(' ') == std::string_view::npos;
}

Status TakeWord(JsonView value, const std::string& what, std::string* out) {
  auto text = value.String();
  if (!text || !IsWord(*text)) {
    return Corrupt(what + " must be text without blanks and control characters");
  }
  *out = *text;
  return OkStatus();
}

// `is_word`: no blanks either.
Status TakeTexts(JsonView list, const std::string& what, bool is_word,
                 std::vector<std::string>* out) {
  if (!list.exists()) return OkStatus();
  if (!list.IsArray() || list.size() > limits::netboot_list_max_count) {
    return Corrupt(what + " must be a list of at most " +
                   std::to_string(limits::netboot_list_max_count));
  }
  Status status;
  list.ForEach([&](JsonView element) {
    auto text = element.String();
    if (!text || !IsOneLine(*text) || (is_word && !IsWord(*text))) {
      status = Corrupt(what + " must hold texts without control characters");
      return false;
    }
    out->emplace_back(*text);
    return true;
  });
  return status;
}

Status TakeSelector(JsonView selector, const std::string& what, MachineLabels* out) {
  if (!selector.exists()) return OkStatus();
  if (!selector.IsObject() || selector.size() > limits::netboot_list_max_count) {
    return Corrupt(what + ": selector must be an object of at most " +
                   std::to_string(limits::netboot_list_max_count) + " members");
  }
  Status status;
  selector.ForEachMember([&](std::string_view key, JsonView value) {
    auto text = value.String();
    std::string wanted(text.value_or(""));
    if (key == "mac") wanted = NormalMac(wanted);
    if (wanted.empty() || !IsOneLine(wanted)) {
      status = Corrupt(
          what + ": selector." + std::string(key) +
          (key == "mac" ? " must be a MAC address like 52:54:00:12:34:56" : " must be text"));
      return false;
    }
    out->emplace(key, std::move(wanted));
    return true;
  });
  return status;
}

// Members of metadata, those of objects in it with the names of both: "rack.row". A list has no
// place in a text of one line.
Status TakeMetadata(JsonView object, const std::string& what, const std::string& prefix,
                    MachineLabels* out) {
  if (!object.exists()) return OkStatus();
  if (!object.IsObject()) return Corrupt(what + ": metadata must be an object");
  Status status;
  object.ForEachMember([&](std::string_view key, JsonView value) {
    std::string name = prefix + std::string(key);
    // Each level makes the name longer: there are not many.
    if (value.IsObject() && IsWord(name)) {
      status = TakeMetadata(value, what, name + ".", out);
      return status.ok();
    }
    auto text = value.String();
    std::string line = text ? std::string(*text) : value.ToText();
    if (!IsWord(name) || !IsOneLine(line) || out->size() == limits::netboot_list_max_count) {
      status = Corrupt(what + ": metadata must have at most " +
                       std::to_string(limits::netboot_list_max_count) +
                       " members, each of one line without control characters");
      return false;
    }
    if (!value.IsArray()) out->emplace(std::move(name), std::move(line));
    return true;
  });
  return status;
}

// The name of a template, which a profile need not have.
Status TakeName(JsonView value, const std::string& what, std::string* out) {
  return value.exists() && value.StringOr("x") != "" ? TakeWord(value, what, out) : OkStatus();
}

bool Fits(const MachineGroup& group, const MachineLabels& labels) {
  return std::all_of(group.selector.begin(), group.selector.end(), [&](const auto& wanted) {
    auto said = labels.find(wanted.first);
    return said != labels.end() && said->second == wanted.second;
  });
}

}  // namespace

bool IsPrintableLine(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Status NetbootPlan::AddProfile(std::string_view text, const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::netboot_file_max_bytes, what));
  JsonView root = document.root();
  BootProfile profile;
  RETURN_IF_ERROR(TakeWord(root["id"], what + ": id", &profile.id));
  JsonView boot = root["boot"];
  RETURN_IF_ERROR(TakeWord(boot["kernel"], what + ": boot.kernel", &profile.kernel));
  RETURN_IF_ERROR(TakeTexts(boot["initrd"], what + ": boot.initrd", true, &profile.initrds));
  RETURN_IF_ERROR(TakeTexts(boot["args"], what + ": boot.args", false, &profile.arguments));
  RETURN_IF_ERROR(TakeName(root["generic_id"], what + ": generic_id", &profile.generic));
  RETURN_IF_ERROR(TakeName(root["ignition_id"], what + ": ignition_id", &profile.ignition));
  size_t bytes = 0;
  for (const std::string& argument : profile.arguments) bytes += argument.size() + 1;
  if (bytes > limits::kernel_arguments_max_bytes) {
    return LimitExceeded(what + ": boot.args have more than " +
                         std::to_string(limits::kernel_arguments_max_bytes) +
                         " bytes: Linux takes no more");
  }
  if (profiles_.emplace(profile.id, profile).second) return OkStatus();
  return Corrupt(what + ": there is another profile " + profile.id);
}

Status NetbootPlan::AddGroup(std::string_view text, const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::netboot_file_max_bytes, what));
  JsonView root = document.root();
  MachineGroup group;
  RETURN_IF_ERROR(TakeWord(root["id"], what + ": id", &group.id));
  RETURN_IF_ERROR(TakeWord(root["profile"], what + ": profile", &group.profile));
  RETURN_IF_ERROR(TakeSelector(root["selector"], what, &group.selector));
  RETURN_IF_ERROR(TakeMetadata(root["metadata"], what, "", &group.metadata));
  if (groups_.emplace(group.id, group).second) return OkStatus();
  return Corrupt(what + ": there is another group " + group.id);
}

Status NetbootPlan::AddTemplate(const std::string& kind, const std::string& name,
                                std::string text) {
  if (text.size() > limits::netboot_file_max_bytes) {
    return LimitExceeded(kind + "/" + name + " has more than " +
                         std::to_string(limits::netboot_file_max_bytes) + " bytes");
  }
  templates_[kind + "/" + name] = std::move(text);
  return OkStatus();
}

Status NetbootPlan::Check() const {
  for (const auto& [id, profile] : profiles_) {
    for (const auto& [kind, name] :
         {std::pair("generic", profile.generic), std::pair("ignition", profile.ignition)}) {
      if (name.empty() || Template(kind, name) != nullptr) continue;
      std::string message = "profile " + id;
      message.append(" has the template ").append(kind).append("/").append(name);
      return NotFound(message + ", which is not there");
    }
  }
  for (const auto& [id, group] : groups_) {
    if (profiles_.contains(group.profile)) continue;
    return NotFound("group " + id + " has the profile " + group.profile + ", which is not there");
  }
  return OkStatus();
}

const MachineGroup* NetbootPlan::Select(const MachineLabels& labels) const {
  const MachineGroup* best = nullptr;
  for (const auto& [id, group] : groups_) {
    if (!Fits(group, labels)) continue;
    if (best == nullptr || group.selector.size() > best->selector.size()) best = &group;
  }
  return best;
}

const BootProfile& NetbootPlan::ProfileOf(const MachineGroup& group) const {
  return profiles_.at(group.profile);
}

const std::string* NetbootPlan::Template(const std::string& kind, const std::string& name) const {
  auto found = templates_.find(kind + "/" + name);
  return found == templates_.end() ? nullptr : &found->second;
}

}  // namespace airgap
