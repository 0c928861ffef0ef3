// Any text as a node's machine config: what is read of it gives patches, or a plain error.
#include "base/fuzz_seeds.h"
#include "mirrors/talos_patch.h"

using namespace airgap;

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeeds[] = {
      R"(machine:
  registries:
    mirrors: {docker.io: {endpoints: [https://mirror.gcr.io]}}
  network: {extraHostEntries: [{ip: 10.0.0.5, aliases: [a, b]}]}
  time: {servers: [a]}
cluster: {discovery: {enabled: true}}
---
kind: RegistryMirrorConfig
name: docker.io
)",
      "kind: StaticHostConfig\nname: 10.0.0.5\n---\nkind: TimeSyncConfig\n"
      "---\nkind: DiscoveryServiceConfig\nname: default\n",
      "kind: StaticHostConfig\nname: 10.0.0.9\nhostnames: [a, c]\n"
      "---\nkind: RegistryTLSConfig\nname: seed.example.org:5000\ninsecureSkipVerify: true\n",
      "machine: {registries: {config: {'seed.example.org:5000': {tls: {ca: AA}}}},"
      " network: {extraHostEntries: [{ip: 10.0.0.9, aliases: [a, c]}]}}\n",
  };
  return testing::CopySeed(kSeeds, number, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  static const MirrorTarget kTarget = {
      "https://seed.example.org:5000",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      {"docker.io", "ghcr.io"},
      {{"10.0.0.5", {"a", "b"}}},
      {"10.0.0.5"},
      false};
  auto config = NodeConfig::Read({reinterpret_cast<const char*>(input), size}, "config");
  if (!config.ok()) return 0;
  for (TalosVersion version : {TalosVersion{1, 11}, TalosVersion{1, 14}}) {
    TalosSchema schema = SchemaFor(version, *config);
    auto patches = FormatTalosPatches(kTarget, version, schema, *config);
    // A host entry that must be written again, and is none.
    if (patches.status().code() == Code::kInvalidArgument) continue;
    if (!patches.ok()) abort();
    // They are YAML that can be read.
    for (const std::string& text : {patches->remove, patches->add}) {
      if (!NodeConfig::Read(text, "patch").ok()) abort();
    }
  }
  return 0;
}
