#include "mirrors/node_config.h"

#include "base/yaml.h"

namespace airgap {
namespace {

void AddKeys(YamlView mapping, std::vector<std::string>* keys) {
  mapping.ForEachMember([&](YamlView key, YamlView) {
    keys->emplace_back(key.String().value_or(""));
    return true;
  });
}

std::vector<std::string> Texts(YamlView list) {
  std::vector<std::string> texts;
  list.ForEach([&](YamlView text) {
    texts.emplace_back(text.String().value_or(""));
    return true;
  });
  return texts;
}

void TakeTls(YamlView tls, const std::string& host, std::vector<std::string>* all,
             NodeConfig* config) {
  if (!tls.exists()) return;
  all->push_back(host);
  if (tls["insecureSkipVerify"].Bool().value_or(false)) config->unchecked.push_back(host);
}

void TakeDocument(YamlView root, NodeConfig* config) {
  std::string_view kind = root["kind"].String().value_or("");
  std::string name(root["name"].String().value_or(""));
  if (kind == "RegistryMirrorConfig") config->new_mirrors.push_back(name);
  if (kind == "RegistryTLSConfig") TakeTls(root, name, &config->new_tls, config);
  if (kind == "StaticHostConfig") config->new_hosts.push_back({name, Texts(root["hostnames"])});
  if (kind == "TimeSyncConfig") config->has_new_time = true;
  if (kind == "DiscoveryServiceConfig") config->discovery_services.push_back(name);
  if (!kind.empty()) return;
  YamlView machine = root["machine"];
  AddKeys(machine["registries"]["mirrors"], &config->old_mirrors);
  AddKeys(machine["registries"]["config"], &config->old_endpoints);
  machine["registries"]["config"].ForEachMember([&](YamlView key, YamlView endpoint) {
    TakeTls(endpoint["tls"], std::string(key.String().value_or("")), &config->old_tls, config);
    return true;
  });
  machine["network"]["extraHostEntries"].ForEach([&](YamlView entry) {
    config->old_hosts.push_back(
        {std::string(entry["ip"].String().value_or("")), Texts(entry["aliases"])});
    return true;
  });
  config->has_old_time_servers |= machine["time"]["servers"].size() > 0;
  config->has_old_discovery |= root["cluster"]["discovery"].exists();
}

}  // namespace

Result<NodeConfig> NodeConfig::Read(std::string_view text, std::string_view what) {
  NodeConfig config;
  YamlStream stream(text, what);
  for (;;) {
    ASSIGN_OR_RETURN(std::optional<YamlDocument> document, stream.Next());
    if (!document) return config;
    TakeDocument(document->root(), &config);
  }
}

}  // namespace airgap
