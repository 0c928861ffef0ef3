#include "mirrors/talos_patch.h"

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "mirrors/host_patch.h"
#include "mirrors/patch_text.h"

namespace airgap {
namespace {

bool Has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// From 1.14 on there is none unless a document, or else the old form, says so.
void EndDiscovery(TalosVersion version, const NodeConfig& config, PatchText* yaml) {
  if (version.has_nts() && !config.has_old_discovery) return;
  yaml->Line(0, "cluster:");
  yaml->Line(1, "discovery:");
  yaml->Line(2, "enabled: false");
}

// Documents that go whatever form the mirrors have.
void RemoveDocuments(const MirrorTarget& target, const NodeConfig& config, const HostPatch& hosts,
                     PatchText* yaml) {
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
                       PatchText* yaml) {
  bool has_times = config.has_old_time_servers && !target.time_servers.empty();
  // A certificate that was not checked until now would not be in future: keys are merged.
  bool has_tls = Has(config.old_tls, target.Host());
  if (mirrors.empty() && !has_tls && !hosts.RemovesList() && !has_times) return;
  yaml->Line(0, "machine:");
  if (!mirrors.empty() || has_tls) yaml->Line(1, "registries:");
  if (!mirrors.empty()) yaml->Line(2, "mirrors:");
  for (const std::string& upstream : mirrors) {
    yaml->Line(3, PatchText::Quoted(upstream) + ":");
    yaml->Line(4, "$patch: delete");
  }
  if (has_tls) {
    yaml->Line(2, "config:");
    yaml->Line(3, PatchText::Quoted(target.Host()) + ":");
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
  PatchText yaml;
  std::vector<std::string> mirrors;
  for (const std::string& upstream : target.upstreams) {
    if (Has(config.old_mirrors, upstream)) mirrors.push_back(upstream);
  }
  RemoveFromMachine(target, config, mirrors, hosts, &yaml);
  RemoveDocuments(target, config, hosts, &yaml);
  return yaml.Take();
}

void AddTrustedRoots(const MirrorTarget& target, PatchText* yaml) {
  yaml->Document("TrustedRootsConfig", "cozy-airgap");
  yaml->Block(0, "certificates", target.ca_pem);
}

std::string OldAdd(const MirrorTarget& target, TalosVersion version, const NodeConfig& config,
                   const HostPatch& hosts) {
  PatchText yaml;
  yaml.Line(0, "machine:");
  yaml.Line(1, "registries:");
  yaml.Line(2, "mirrors:");
  for (const std::string& upstream : target.upstreams) {
    yaml.Line(3, PatchText::Quoted(upstream) + ":");
    yaml.Line(4, "endpoints: " + PatchText::Listed({target.EndpointOf(upstream)}));
    if (target.is_prefixed) yaml.Line(4, "overridePath: true");
    yaml.Line(4, "skipFallback: true");
  }
  yaml.Line(2, "config:");
  yaml.Line(3, PatchText::Quoted(target.Host()) + ":");
  yaml.Line(4, "tls:");
  if (target.insecure_until.empty()) {
    yaml.Line(5, "ca: " + EncodeBase64(target.ca_pem));
  } else {
    yaml.Line(5, "insecureSkipVerify: true");
  }
  if (hosts.AddsToList()) hosts.AddToList(&yaml);
  if (!target.time_servers.empty()) {
    yaml.Line(1, "time:");
    yaml.Line(2, "servers: " + PatchText::Listed(target.time_servers));
  }
  EndDiscovery(version, config, &yaml);
  AddTrustedRoots(target, &yaml);
  hosts.Add(&yaml);
  return yaml.Take();
}

std::string NewRemove(const MirrorTarget& target, const NodeConfig& config,
                      const HostPatch& hosts) {
  PatchText yaml;
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
  PatchText yaml;
  if (hosts.AddsToList()) {
    yaml.Line(0, "machine:");
    hosts.AddToList(&yaml);
  }
  EndDiscovery(version, config, &yaml);
  for (const std::string& upstream : target.upstreams) {
    yaml.Document("RegistryMirrorConfig", upstream);
    yaml.Line(0, "endpoints:");
    yaml.Line(1, "- url: " + PatchText::Quoted(target.EndpointOf(upstream)));
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
    yaml.Line(1, "servers: " + PatchText::Listed(target.time_servers));
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
  HostPatch hosts(target.hosts, schema == TalosSchema::kNew, config);
  RETURN_IF_ERROR(hosts.Check());
  bool is_old = schema == TalosSchema::kOld;
  TalosPatches patches;
  patches.remove = is_old ? OldRemove(target, config, hosts) : NewRemove(target, config, hosts);
  patches.add = target.Warning() + (is_old ? OldAdd(target, version, config, hosts)
                                           : NewAdd(target, version, config, hosts));
  return patches;
}

}  // namespace airgap
