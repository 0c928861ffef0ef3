// Probes: images that nobody has but the registry that takes over. A node that can say what is in
// one has pulled it from there, by its mirror of the upstream registry in the image's name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "handoff/target.h"

namespace airgap {

// The repository below each upstream registry.
inline constexpr char kProbeRepository[] = "cozy-airgap/probe";
// In the image: what runs, and its settings.
inline constexpr char kProbeProgram[] = "cozy-airgap";
inline constexpr char kProbeSettings[] = "probe.json";
// POST, with run, node, host and proof in the query: what a probe reports to the appliance.
inline constexpr char kProbeReportPath[] = "/api/v1/handoff/report";

// What a probe is told by the file in its image.
struct ProbeSettings {
  std::string run;                // of the handoff
  std::string host;               // the upstream registry in the image's name
  std::string kind;               // one of proof_kind
  std::string key;                // in hex; of this host and kind alone
  std::vector<std::string> urls;  // where to report: "https://10.0.0.5"
  std::string ca;                 // PEM: whose certificate is there

  std::string ToText() const;  // JSON
  static Result<ProbeSettings> Parse(std::string_view text);
};

// 32 random bytes, in hex.
Result<std::string> NewProbeSecret();
// The key of one host and kind, from the secret of the handoff.
std::string ProbeKey(const std::string& secret, const std::string& host, const std::string& kind);
// What a node says that has the key.
std::string ProbeProof(const std::string& key, const std::string& node);
// In a time that does not tell where they differ.
bool IsSameProof(std::string_view one, std::string_view other);

// An image of this machine's architecture that runs `program`, a static binary whose bytes these
// are, with `settings`; pushes it and gives the digest of its manifest.
Result<std::string> PushProbe(const HandoffTarget& target, const std::string& program,
                              const ProbeSettings& settings);

// The same without settings: for whatever else runs the program in a cluster, as
// "HOST/cozy-airgap/cozy-airgap:TAG". Gives that name's digest.
inline constexpr char kToolRepository[] = "cozy-airgap/cozy-airgap";
Result<std::string> PushTool(const HandoffTarget& target, const std::string& program,
                             const std::string& host, const std::string& tag);

// For kubectl: a DaemonSet that runs one container of each of `probes`, "HOST DIGEST" each, on
// every node.
std::string FormatProbeDaemonSet(const std::string& run, const std::vector<std::string>& probes);

}  // namespace airgap
