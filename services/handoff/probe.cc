#include "handoff/probe.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/limits.h"
#include "handoff/push_plan.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr char kLayerType[] = "application/vnd.oci.image.layer.v1.tar";
#if defined(__aarch64__)
constexpr char kArchitecture[] = "arm64";
#else
constexpr char kArchitecture[] = "amd64";
#endif

std::string HexOf(ByteSpan bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xF];
  }
  return text;
}

// RFC 2104 with SHA-256, in hex.
std::string Hmac(const std::string& key, const std::string& text) {
  std::array<uint8_t, kSecretBytes> out{};
  unsigned size = out.size();
  ByteSpan bytes = AsBytes(text);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
       out.data(), &size);
  return HexOf(out);
}

std::string TarOf(const std::string& header, const std::string& content) {
  std::string tar = header + content;
  tar.append(TarPaddingBytes(content.size()) + 2 * kTarBlockBytes, '\0');
  return tar;
}

Descriptor DescriptorOf(const std::string& text, const char* media_type) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = Digest::Of(AsBytes(text));
  descriptor.size_bytes = text.size();
  return descriptor;
}

std::string ConfigOf(const std::vector<Descriptor>& layers) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("architecture", kArchitecture);
  root.Put("os", "linux");
  JsonNode config = root.PutObject("config");
  JsonNode entry = config.PutArray("Entrypoint");
  for (const char* argument : {"/cozy-airgap", "handoff", "report", "/probe.json"}) {
    entry.Add(argument);
  }
  config.Put("User", "65534:65534");
  config.Put("WorkingDir", "/");
  JsonNode rootfs = root.PutObject("rootfs");
  rootfs.Put("type", "layers");
  JsonNode ids = rootfs.PutArray("diff_ids");
  // They are not packed.
  for (const Descriptor& layer : layers) ids.Add(layer.digest.ToString());
  return document.ToText();
}

std::string ManifestOf(const Descriptor& config, const std::vector<Descriptor>& layers) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("schemaVersion", 2);
  root.Put("mediaType", media_type::kOciManifest);
  config.WriteTo(root.PutObject("config"));
  JsonNode list = root.PutArray("layers");
  for (const Descriptor& layer : layers) layer.WriteTo(list.AddObject());
  return document.ToText();
}

Status PutText(const HandoffTarget& target, const Reference& repository,
               const Descriptor& descriptor, const std::string& text) {
  Status there = target.client->CheckBlob(repository, descriptor);
  if (there.ok() || there.code() != Code::kNotFound) return there;
  HttpBody body;
  body.size_bytes = text.size();
  body.read = [&](uint64_t offset, MutableByteSpan out) {
    ByteSpan bytes = AsBytes(text).subspan(offset, out.size());
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return OkStatus();
  };
  return target.client->PutBlob(repository, descriptor, "", body).status();
}

// The digest of its manifest.
Result<std::string> PushImage(const HandoffTarget& target, const std::string& name,
                              const std::string& tag, const std::vector<std::string>& tars) {
  Reference repository = target.Of(name);
  std::vector<Descriptor> layers;
  for (const std::string& tar : tars) {
    layers.push_back(DescriptorOf(tar, kLayerType));
    RETURN_IF_ERROR(PutText(target, repository, layers.back(), tar));
  }
  std::string config = ConfigOf(layers);
  Descriptor config_descriptor = DescriptorOf(config, media_type::kOciConfig);
  RETURN_IF_ERROR(PutText(target, repository, config_descriptor, config));
  std::string manifest = ManifestOf(config_descriptor, layers);
  std::string digest = Digest::Of(AsBytes(manifest)).ToString();
  for (const std::string& one : {digest, tag}) {
    RETURN_IF_ERROR(
        target.client->PutManifest(repository, one, media_type::kOciManifest, manifest).status());
  }
  return digest;
}

}  // namespace

std::string ProbeSettings::ToText() const {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("run", run);
  root.Put("host", host);
  root.Put("kind", kind);
  root.Put("key", key);
  root.PutStrings("urls", urls);
  root.Put("ca", ca);
  return document.ToText(true) + "\n";
}

Result<ProbeSettings> ProbeSettings::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(
      JsonDocument document,
      JsonDocument::Parse(text, limits::handoff_settings_max_bytes, "the probe's file"));
  JsonView root = document.root();
  ProbeSettings settings;
  settings.run = root["run"].StringOr("");
  settings.host = root["host"].StringOr("");
  settings.kind = root["kind"].StringOr("");
  settings.key = root["key"].StringOr("");
  settings.ca = root["ca"].StringOr("");
  settings.urls = root["urls"].Strings();
  if (settings.key.empty() || settings.urls.empty()) {
    return InvalidArgument("the probe's file has no key, or says nothing of where to report");
  }
  return settings;
}

Result<std::string> NewProbeSecret() {
  std::array<uint8_t, kSecretBytes> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return Unavailable("no randomness for a secret");
  return HexOf(bytes);
}

std::string ProbeKey(const std::string& secret, const std::string& host, const std::string& kind) {
  return Hmac(secret, kind + "\n" + host);
}

std::string ProbeProof(const std::string& key, const std::string& node) {
  return Hmac(key, "cozy-airgap probe\n" + node);
}

bool IsSameProof(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

Result<std::string> PushProbe(const HandoffTarget& target, const std::string& program,
                              const ProbeSettings& settings) {
  std::string text = settings.ToText();
  return PushImage(target, TargetRepository(settings.host, kProbeRepository),
                   settings.run + "-" + settings.kind,
                   {TarOf(FormatTarProgramHeader(kProbeProgram, program.size()), program),
                    TarOf(FormatTarHeader(kProbeSettings, text.size()), text)});
}

Result<std::string> PushTool(const HandoffTarget& target, const std::string& program,
                             const std::string& host, const std::string& tag) {
  return PushImage(target, TargetRepository(host, kToolRepository), tag,
                   {TarOf(FormatTarProgramHeader(kProbeProgram, program.size()), program)});
}

std::string FormatProbeDaemonSet(const std::string& run, const std::vector<std::string>& probes) {
  std::string text = R"(apiVersion: v1
kind: Namespace
metadata:
  name: cozy-airgap-probe
  labels:
    pod-security.kubernetes.io/enforce: privileged
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: probe
  namespace: cozy-airgap-probe
  labels: {app: cozy-airgap-probe, run: ")";
  text += run + R"("}
spec:
  selector: {matchLabels: {app: cozy-airgap-probe}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 100%}}
  template:
    metadata:
      labels: {app: cozy-airgap-probe, run: ")";
  text += run + R"("}
    spec:
      hostNetwork: true
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      tolerations: [{operator: Exists}]
      containers:
)";
  size_t number = 0;
  for (const std::string& probe : probes) {
    size_t space = probe.find(' ');
    std::string host = probe.substr(0, space);
    text += "        - name: probe-" + std::to_string(number++) + "\n";
    text += "          image: " + host + "/" + kProbeRepository + "@" + probe.substr(space + 1);
    text += R"(
          imagePullPolicy: Always
          args: [--stay]
          env:
            - name: NODE_NAME
              valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
          resources: {limits: {memory: 64Mi}, requests: {cpu: 5m, memory: 16Mi}}
          securityContext:
            runAsUser: 65534
            runAsGroup: 65534
            runAsNonRoot: true
            readOnlyRootFilesystem: true
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
)";
  }
  return text;
}

}  // namespace airgap
