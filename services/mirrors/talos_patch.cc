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

void RemoveDiscovery(const NodeConfig& config, Yaml* yaml) {
  for (const std::string& name : config.discovery_services) {
    // Talos takes no other name, and this comes from a file of anybody's.
    if (!IsPlainText(name)) continue;
    yaml->Delete("DiscoveryServiceConfig", name);
  }
}

// From 1.14 on there is none unless a document, or else the old form, says so.
void EndDiscovery(TalosVersion version, const NodeConfig& config, Yaml* yaml) {
  if (version.has_nts() && !config.has_old_discovery) return;
  yaml->Line(0, "cluster:");
  yaml->Line(1, "discovery:");
  yaml->Line(2, "enabled: false");
}

// Of what is not there nothing can be deleted: Talos refuses the whole patch, or keeps the order to
// delete it, and then refuses what is added in its place.
std::string OldRemove(const MirrorTarget& target, const NodeConfig& config) {
  Yaml body;
  std::vector<std::string> mirrors;
  for (const std::string& upstream : target.upstreams) {
    if (Has(config.old_mirrors, upstream)) mirrors.push_back(upstream);
  }
  bool has_times = config.has_old_time_servers && !target.time_servers.empty();
  if (!mirrors.empty() || has_times) body.Line(0, "machine:");
  if (!mirrors.empty()) {
    body.Line(1, "registries:");
    body.Line(2, "mirrors:");
    for (const std::string& upstream : mirrors) {
      body.Line(3, Yaml::Quoted(upstream) + ":");
      body.Line(4, "$patch: delete");
    }
  }
  if (has_times) {
    body.Line(1, "time:");
    body.Line(2, "$patch: delete");
  }
  RemoveDiscovery(config, &body);
  return body.Take();
}

void AddTrustedRoots(const MirrorTarget& target, Yaml* yaml) {
  yaml->Document("TrustedRootsConfig", "cozy-airgap");
  yaml->Block(0, "certificates", target.ca_pem);
}

std::string OldAdd(const MirrorTarget& target, TalosVersion version, const NodeConfig& config) {
  // A list only grows: what is in it stays as it is.
  std::vector<HostEntry> hosts = target.hosts;
  std::erase_if(hosts, [&](const HostEntry& host) {
    return std::find(config.old_hosts.begin(), config.old_hosts.end(), host) !=
           config.old_hosts.end();
  });
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
  if (!hosts.empty()) {
    yaml.Line(1, "network:");
    yaml.Line(2, "extraHostEntries:");
    for (const HostEntry& host : hosts) {
      yaml.Line(3, "- ip: " + Yaml::Quoted(host.address));
      yaml.Line(4, "aliases: " + Listed(host.names));
    }
  }
  if (!target.time_servers.empty()) {
    yaml.Line(1, "time:");
    yaml.Line(2, "servers: " + Listed(target.time_servers));
  }
  EndDiscovery(version, config, &yaml);
  AddTrustedRoots(target, &yaml);
  return yaml.Take();
}

std::string NewRemove(const MirrorTarget& target, const NodeConfig& config) {
  Yaml yaml;
  if (config.has_old_time_servers && !target.time_servers.empty()) {
    yaml.Line(0, "machine:");
    yaml.Line(1, "time:");
    yaml.Line(2, "$patch: delete");
  }
  for (const std::string& upstream : target.upstreams) {
    if (Has(config.new_mirrors, upstream)) yaml.Delete("RegistryMirrorConfig", upstream);
  }
  for (const HostEntry& host : target.hosts) {
    if (Has(config.new_hosts, host.address)) yaml.Delete("StaticHostConfig", host.address);
  }
  if (config.has_new_time && !target.time_servers.empty()) yaml.Delete("TimeSyncConfig");
  RemoveDiscovery(config, &yaml);
  return yaml.Take();
}

std::string NewAdd(const MirrorTarget& target, TalosVersion version, const NodeConfig& config) {
  Yaml yaml;
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
  for (const HostEntry& host : target.hosts) {
    yaml.Document("StaticHostConfig", host.address);
    yaml.Line(0, "hostnames: " + Listed(host.names));
  }
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
  if (schema == TalosSchema::kOld) {
    return TalosPatches{OldRemove(target, config),
                        target.Warning() + OldAdd(target, version, config)};
  }
  if (!version.has_documents()) {
    return InvalidArgument("Talos takes mirrors as documents of their own from 1.12 on");
  }
  return TalosPatches{NewRemove(target, config),
                      target.Warning() + NewAdd(target, version, config)};
}

}  // namespace airgap
