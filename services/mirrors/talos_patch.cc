#include "mirrors/talos_patch.h"

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/limits.h"

namespace airgap {
namespace {

class Yaml {
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
  static std::string Quoted(const std::string& text) { return "\"" + text + "\""; }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

bool Has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string Listed(const std::vector<std::string>& list) {
  std::string text = "[";
  for (const std::string& one : list) {
    if (text.size() > 1) text += ", ";
    text += Yaml::Quoted(one);
  }
  return text + "]";
}

// From 1.14 on there is none unless a document, or else the old form, says so.
void EndDiscovery(TalosVersion version, const NodeConfig& config, Yaml* yaml) {
  if (version.has_nts() && !config.has_old_discovery) return;
  yaml->Line(0, "cluster:");
  yaml->Line(1, "discovery:");
  yaml->Line(2, "enabled: false");
}

// What becomes of the host entries that a config has in one form, so that each name of the target's
// means the target alone: it may have meant the appliance until now.
struct HostChanges {
  std::vector<HostEntry> taken_away;  // as they are in the config
  std::vector<HostEntry> changed;     // what is put in their place
  std::vector<HostEntry> kept;        // those that stay as they are
  std::vector<HostEntry> missing;     // of the wanted ones
};

HostChanges ChangeHosts(const std::vector<HostEntry>& present,
                        const std::vector<HostEntry>& wanted) {
  HostChanges changes;
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

// In both forms: a name counts in either.
class HostPatch {
 public:
  HostPatch(const MirrorTarget& target, TalosSchema schema, const NodeConfig& config)
      : old_(ChangeHosts(config.old_hosts, target.hosts)),
        new_(ChangeHosts(config.new_hosts, target.hosts)) {
    // A list only grows: it is taken away whole, and what shall stay is added again.
    if (RemovesList()) old_added_ = old_.kept;
    Append(old_.changed, &old_added_);
    Append(new_.changed, &new_added_);
    bool is_old = schema == TalosSchema::kOld;
    Append(is_old ? old_.missing : new_.missing, is_old ? &old_added_ : &new_added_);
  }

  // What is written again came from a file of anybody's.
  Status Check() const {
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

  bool RemovesList() const { return !old_.taken_away.empty(); }
  bool AddsToList() const { return !old_added_.empty(); }
  // Inside machine.
  void RemoveList(Yaml* yaml) const {
    yaml->Line(1, "network:");
    yaml->Line(2, "extraHostEntries:");
    yaml->Line(3, "$patch: delete");
  }
  void AddToList(Yaml* yaml) const {
    yaml->Line(1, "network:");
    yaml->Line(2, "extraHostEntries:");
    for (const HostEntry& host : old_added_) {
      yaml->Line(3, "- ip: " + Yaml::Quoted(host.address));
      yaml->Line(4, "aliases: " + Listed(host.names));
    }
  }
  // Documents.
  void Remove(Yaml* yaml) const {
    for (const HostEntry& host : new_.taken_away) yaml->Delete("StaticHostConfig", host.address);
  }
  void Add(Yaml* yaml) const {
    for (const HostEntry& host : new_added_) {
      yaml->Document("StaticHostConfig", host.address);
      yaml->Line(0, "hostnames: " + Listed(host.names));
    }
  }

 private:
  static void Append(const std::vector<HostEntry>& from, std::vector<HostEntry>* to) {
    to->insert(to->end(), from.begin(), from.end());
  }

  HostChanges old_;
  HostChanges new_;
  std::vector<HostEntry> old_added_;
  std::vector<HostEntry> new_added_;
};

// Documents that go whatever form the mirrors have.
void RemoveDocuments(const MirrorTarget& target, const NodeConfig& config, const HostPatch& hosts,
                     Yaml* yaml) {
  if (Has(config.new_tls, target.Host())) yaml->Delete("RegistryTLSConfig", target.Host());
  hosts.Remove(yaml);
  for (const std::string& name : config.discovery_services) {
    // Talos takes no other name, and this comes from a file of anybody's.
    if (!IsPlainText(name)) continue;
    yaml->Delete("DiscoveryServiceConfig", name);
  }
}

// What machine says, in the form of every version. Of what is not there nothing can be deleted:
// Talos refuses the whole patch, or keeps the order to delete it, and then refuses what is added in
// its place.
void RemoveFromMachine(const MirrorTarget& target, const NodeConfig& config,
                       const std::vector<std::string>& mirrors, const HostPatch& hosts,
                       Yaml* yaml) {
  bool has_times = config.has_old_time_servers && !target.time_servers.empty();
  // A certificate that was not checked until now would not be in future: keys are merged.
  bool has_tls = Has(config.old_tls, target.Host());
  if (mirrors.empty() && !has_tls && !hosts.RemovesList() && !has_times) return;
  yaml->Line(0, "machine:");
  if (!mirrors.empty() || has_tls) yaml->Line(1, "registries:");
  if (!mirrors.empty()) yaml->Line(2, "mirrors:");
  for (const std::string& upstream : mirrors) {
    yaml->Line(3, Yaml::Quoted(upstream) + ":");
    yaml->Line(4, "$patch: delete");
  }
  if (has_tls) {
    yaml->Line(2, "config:");
    yaml->Line(3, Yaml::Quoted(target.Host()) + ":");
    yaml->Line(4, "tls:");
    yaml->Line(5, "$patch: delete");
  }
  if (hosts.RemovesList()) hosts.RemoveList(yaml);
  if (has_times) {
    yaml->Line(1, "time:");
    yaml->Line(2, "$patch: delete");
  }
}

std::string OldRemove(const MirrorTarget& target, const NodeConfig& config,
                      const HostPatch& hosts) {
  Yaml yaml;
  std::vector<std::string> mirrors;
  for (const std::string& upstream : target.upstreams) {
    if (Has(config.old_mirrors, upstream)) mirrors.push_back(upstream);
  }
  RemoveFromMachine(target, config, mirrors, hosts, &yaml);
  RemoveDocuments(target, config, hosts, &yaml);
  return yaml.Take();
}

void AddTrustedRoots(const MirrorTarget& target, Yaml* yaml) {
  yaml->Document("TrustedRootsConfig", "cozy-airgap");
  yaml->Block(0, "certificates", target.ca_pem);
}

std::string OldAdd(const MirrorTarget& target, TalosVersion version, const NodeConfig& config,
                   const HostPatch& hosts) {
  Yaml yaml;
  yaml.Line(0, "machine:");
  yaml.Line(1, "registries:");
  yaml.Line(2, "mirrors:");
  for (const std::string& upstream : target.upstreams) {
    yaml.Line(3, Yaml::Quoted(upstream) + ":");
    yaml.Line(4, "endpoints: " + Listed({target.EndpointOf(upstream)}));
    if (target.is_prefixed) yaml.Line(4, "overridePath: true");
    yaml.Line(4, "skipFallback: true");
  }
  yaml.Line(2, "config:");
  yaml.Line(3, Yaml::Quoted(target.Host()) + ":");
  yaml.Line(4, "tls:");
  if (target.insecure_until.empty()) {
    yaml.Line(5, "ca: " + EncodeBase64(target.ca_pem));
  } else {
    yaml.Line(5, "insecureSkipVerify: true");
  }
  if (hosts.AddsToList()) hosts.AddToList(&yaml);
  if (!target.time_servers.empty()) {
    yaml.Line(1, "time:");
    yaml.Line(2, "servers: " + Listed(target.time_servers));
  }
  EndDiscovery(version, config, &yaml);
  AddTrustedRoots(target, &yaml);
  hosts.Add(&yaml);
  return yaml.Take();
}

std::string NewRemove(const MirrorTarget& target, const NodeConfig& config,
                      const HostPatch& hosts) {
  Yaml yaml;
  RemoveFromMachine(target, config, {}, hosts, &yaml);
  for (const std::string& upstream : target.upstreams) {
    if (Has(config.new_mirrors, upstream)) yaml.Delete("RegistryMirrorConfig", upstream);
  }
  if (config.has_new_time && !target.time_servers.empty()) yaml.Delete("TimeSyncConfig");
  RemoveDocuments(target, config, hosts, &yaml);
  return yaml.Take();
}

std::string NewAdd(const MirrorTarget& target, TalosVersion version, const NodeConfig& config,
                   const HostPatch& hosts) {
  Yaml yaml;
  if (hosts.AddsToList()) {
    yaml.Line(0, "machine:");
    hosts.AddToList(&yaml);
  }
  EndDiscovery(version, config, &yaml);
  for (const std::string& upstream : target.upstreams) {
    yaml.Document("RegistryMirrorConfig", upstream);
    yaml.Line(0, "endpoints:");
    yaml.Line(1, "- url: " + Yaml::Quoted(target.EndpointOf(upstream)));
    if (target.is_prefixed) yaml.Line(2, "overridePath: true");
    yaml.Line(0, "skipFallback: true");
  }
  yaml.Document("RegistryTLSConfig", target.Host());
  if (target.insecure_until.empty()) {
    yaml.Block(0, "ca", target.ca_pem);
  } else {
    yaml.Line(0, "insecureSkipVerify: true");
  }
  AddTrustedRoots(target, &yaml);
  hosts.Add(&yaml);
  if (!target.time_servers.empty()) {
    yaml.Document("TimeSyncConfig");
    yaml.Line(0, "ntp:");
    yaml.Line(1, "servers: " + Listed(target.time_servers));
    if (version.has_nts()) yaml.Line(1, "useNTS: false");
  }
  return yaml.Take();
}

}  // namespace

Result<TalosVersion> TalosVersion::Parse(std::string_view text) {
  TalosVersion version;
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  const char* end = rest.data() + rest.size();
  auto [dot, no_major] = std::from_chars(rest.data(), end, version.major);
  if (no_major == std::errc() && dot != end && *dot == '.') {
    auto [after, no_minor] = std::from_chars(dot + 1, end, version.minor);
    if (no_minor == std::errc() && (after == end || *after == '.')) return version;
  }
  return InvalidArgument("'" + std::string(text) + "' is no version of Talos, like v1.13.6");
}

TalosSchema SchemaFor(TalosVersion version, const NodeConfig& config) {
  if (!version.has_documents()) return TalosSchema::kOld;
  // A document silently counts more than what stands in machine.registries.
  if (!config.new_mirrors.empty() || config.has_new_time) return TalosSchema::kNew;
  bool uses_old = !config.old_mirrors.empty() || !config.old_endpoints.empty();
  return uses_old ? TalosSchema::kOld : TalosSchema::kNew;
}

Result<TalosPatches> FormatTalosPatches(const MirrorTarget& target, TalosVersion version,
                                        TalosSchema schema, const NodeConfig& config) {
  RETURN_IF_ERROR(target.Check());
  if (schema == TalosSchema::kNew && !version.has_documents()) {
    return InvalidArgument("Talos takes mirrors as documents of their own from 1.12 on");
  }
  HostPatch hosts(target, schema, config);
  RETURN_IF_ERROR(hosts.Check());
  bool is_old = schema == TalosSchema::kOld;
  TalosPatches patches;
  patches.remove = is_old ? OldRemove(target, config, hosts) : NewRemove(target, config, hosts);
  patches.add = target.Warning() + (is_old ? OldAdd(target, version, config, hosts)
                                           : NewAdd(target, version, config, hosts));
  return patches;
}

}  // namespace airgap
