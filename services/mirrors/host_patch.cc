#include "mirrors/host_patch.h"

#include <algorithm>
#include <string>

#include "mirrors/mirror_target.h"

namespace airgap {
namespace {

bool Has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void Append(const std::vector<HostEntry>& from, std::vector<HostEntry>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

}  // namespace

HostPatch::Changes HostPatch::ChangesOf(const std::vector<HostEntry>& present,
                                        const std::vector<HostEntry>& wanted) {
  Changes changes;
  changes.missing = wanted;
  for (const HostEntry& entry : present) {
    HostEntry changed = entry;
    for (const HostEntry& host : wanted) {
      if (host.address == entry.address) continue;
      std::erase_if(changed.names, [&](const std::string& name) { return Has(host.names, name); });
    }
    for (const HostEntry& host : changes.missing) {
      if (host.address != entry.address) continue;
      for (const std::string& name : host.names) {
        if (!Has(changed.names, name)) changed.names.push_back(name);
      }
    }
    std::erase_if(changes.missing,
                  [&](const HostEntry& host) { return host.address == entry.address; });
    if (changed == entry) {
      changes.kept.push_back(entry);
      continue;
    }
    changes.taken_away.push_back(entry);
    if (!changed.names.empty()) changes.changed.push_back(std::move(changed));
  }
  return changes;
}

HostPatch::HostPatch(const std::vector<HostEntry>& wanted, bool adds_documents,
                     const NodeConfig& config)
    : old_(ChangesOf(config.old_hosts, wanted)), new_(ChangesOf(config.new_hosts, wanted)) {
  // A list only grows: it is taken away whole, and what shall stay is added again.
  if (RemovesList()) old_added_ = old_.kept;
  Append(old_.changed, &old_added_);
  Append(new_.changed, &new_added_);
  if (adds_documents) {
    Append(new_.missing, &new_added_);
  } else {
    Append(old_.missing, &old_added_);
  }
}

Status HostPatch::Check() const {
  std::vector<HostEntry> all = old_added_;
  Append(new_added_, &all);
  Append(new_.taken_away, &all);
  for (const HostEntry& host : all) {
    std::vector<std::string> texts = host.names;
    texts.push_back(host.address);
    for (const std::string& text : texts) {
      if (IsPlainText(text)) continue;
      return InvalidArgument("the config has a host entry '" + text +
                             "', which is no name or address: take it out first");
    }
  }
  return OkStatus();
}

void HostPatch::RemoveList(PatchText* text) const {
  text->Line(1, "network:");
  text->Line(2, "extraHostEntries:");
  text->Line(3, "$patch: delete");
}

void HostPatch::AddToList(PatchText* text) const {
  text->Line(1, "network:");
  text->Line(2, "extraHostEntries:");
  for (const HostEntry& host : old_added_) {
    text->Line(3, "- ip: " + PatchText::Quoted(host.address));
    text->Line(4, "aliases: " + PatchText::Listed(host.names));
  }
}

void HostPatch::Remove(PatchText* text) const {
  for (const HostEntry& host : new_.taken_away) text->Delete("StaticHostConfig", host.address);
}

void HostPatch::Add(PatchText* text) const {
  for (const HostEntry& host : new_added_) {
    text->Document("StaticHostConfig", host.address);
    text->Line(0, "hostnames: " + PatchText::Listed(host.names));
  }
}

}  // namespace airgap
