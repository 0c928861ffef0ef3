#include "handoff/registry_manifests.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr char kStorageFolder[] = "/var/lib/registry";
constexpr char kSecretFolder[] = "/etc/registry";

// What may stand in quotes in YAML.
bool IsPlain(const std::string& text) {
  if (text.size() > limits::handoff_text_max_bytes) return false;
  for (char c : text) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\') return false;
  }
  return true;
}

Status CheckPlain(const char* what, const std::string& text) {
  if (!text.empty() && IsPlain(text)) return OkStatus();
  return InvalidArgument(std::string(what) + ": want one line without quotes and backslashes");
}

std::string Indented(const std::string& text, const std::string& indent) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    out.append(indent).append(text, at, end - at).append("\n");
    at = end + 1;
  }
  return out;
}

const char* ConfigName(const RegistryPlan& plan) {
  return plan.kind == RegistryKind::kZot ? "config.json" : "config.yml";
}

// https://distribution.github.io/distribution/about/configuration/
std::string DistributionConfig(const RegistryPlan& plan) {
  std::string folder = kSecretFolder;
  std::string text = "version: 0.1\nlog: {level: info}\nstorage:\n  delete: {enabled: true}\n";
  if (plan.s3_endpoint.empty()) {
    text += "  filesystem: {rootdirectory: " + std::string(kStorageFolder) + "}\n";
  } else {
    // Nodes do not reach what a redirect would name.
    text += "  redirect: {disable: true}\n  s3:\n    region: us-east-1\n    forcepathstyle: true\n";
    text += "    regionendpoint: \"" + plan.s3_endpoint + "\"\n    bucket: \"" + plan.s3_bucket +
            "\"\n    accesskey: \"" + plan.s3_access_key + "\"\n    secretkey: \"" +
            plan.s3_secret_key + "\"\n";
    if (plan.s3_endpoint.starts_with("http:")) text += "    secure: false\n";
  }
  text += "http:\n  addr: \":" + std::to_string(plan.port) + "\"\n  tls: {certificate: " + folder +
          "/tls.crt, key: " + folder + "/tls.key}\n";
  return text;
}

void AddZotStorage(const RegistryPlan& plan, JsonNode storage) {
  storage.Put("rootDirectory", kStorageFolder);
  storage.Put("gc", true);
  // Several replicas, one store.
  storage.Put("dedupe", false);
  if (plan.s3_endpoint.empty()) return;
  JsonNode driver = storage.PutObject("storageDriver");
  driver.Put("name", "s3");
  driver.Put("region", "us-east-1");
  driver.Put("regionendpoint", plan.s3_endpoint);
  driver.Put("bucket", plan.s3_bucket);
  driver.Put("accesskey", plan.s3_access_key);
  driver.Put("secretkey", plan.s3_secret_key);
  driver.Put("forcepathstyle", true);
  driver.Put("secure", !plan.s3_endpoint.starts_with("http:"));
}

// https://zotregistry.dev/latest/admin-guide/admin-configuration/
std::string ZotConfig(const RegistryPlan& plan) {
  std::string folder = kSecretFolder;
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("distSpecVersion", "1.1.1");
  AddZotStorage(plan, root.PutObject("storage"));
  JsonNode http = root.PutObject("http");
  http.Put("address", "0.0.0.0");
  http.Put("port", std::to_string(plan.port));
  // Without it zot refuses images of Docker's schema 2.
  http.PutArray("compat").Add("docker2s2");
  JsonNode tls = http.PutObject("tls");
  tls.Put("cert", folder + "/tls.crt");
  tls.Put("key", folder + "/tls.key");
  if (!plan.htpasswd.empty()) {
    http.PutObject("auth").PutObject("htpasswd").Put("path", folder + "/htpasswd");
    JsonNode all = http.PutObject("accessControl").PutObject("repositories").PutObject("**");
    all.PutArray("anonymousPolicy").Add("read");
    JsonNode pushers = all.PutArray("defaultPolicy");
    for (const char* right : {"read", "create", "update", "delete"}) pushers.Add(right);
  }
  root.PutObject("log").Put("level", "info");
  return document.ToText(true) + "\n";
}

std::string SecretOf(const RegistryPlan& plan) {
  std::string text = R"(---
apiVersion: v1
kind: Secret
metadata: {name: airgap-registry, namespace: cozy-airgap}
type: Opaque
data:
)";
  text += "  tls.crt: " + EncodeBase64(plan.certificate) + "\n";
  text += "  tls.key: " + EncodeBase64(plan.key) + "\n";
  text += std::string("  ") + ConfigName(plan) + ": " + EncodeBase64(FormatRegistryConfig(plan));
  text += "\n";
  if (!plan.htpasswd.empty()) text += "  htpasswd: " + EncodeBase64(plan.htpasswd) + "\n";
  return text;
}

std::string VolumeClaimOf(const RegistryPlan& plan) {
  if (!plan.s3_endpoint.empty()) return "";
  return R"(---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: airgap-registry, namespace: cozy-airgap}
spec:
  # Every replica mounts it.
  accessModes: [ReadWriteMany]
  storageClassName: ")" +
         plan.storage_class + "\"\n  resources: {requests: {storage: " + plan.size + "}}\n";
}

std::string DaemonSetOf(const RegistryPlan& plan) {
  bool is_zot = plan.kind == RegistryKind::kZot;
  std::string config = std::string(kSecretFolder) + "/" + ConfigName(plan);
  std::string text = R"(---
# One on each control plane node, on the node's own network: containerd reaches it before there are
# pods, services or cluster DNS, and each of these nodes keeps the image, for it runs there.
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: airgap-registry, namespace: cozy-airgap}
spec:
  selector: {matchLabels: {app: airgap-registry}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
  template:
    metadata: {labels: {app: airgap-registry}}
    spec:
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet
      priorityClassName: system-node-critical
      automountServiceAccountToken: false
      nodeSelector: {node-role.kubernetes.io/control-plane: ""}
      tolerations: [{operator: Exists}]
      containers:
        - name: registry
          image: ")";
  text += plan.image + "\"\n          imagePullPolicy: IfNotPresent\n          args: [serve, " +
          config + "]\n";
  if (!is_zot) text += "          env: [{name: OTEL_TRACES_EXPORTER, value: none}]\n";
  text += "          ports: [{containerPort: " + std::to_string(plan.port) +
          ", hostPort: " + std::to_string(plan.port) + "}]\n";
  text += "          readinessProbe: {tcpSocket: {port: " + std::to_string(plan.port) + "}}\n";
  text += "          livenessProbe: {tcpSocket: {port: " + std::to_string(plan.port) +
          "}, initialDelaySeconds: 30}\n";
  text += R"(          resources: {requests: {cpu: 50m, memory: 128Mi}, limits: {memory: 1Gi}}
          volumeMounts:
            - {name: config, mountPath: )";
  text += std::string(kSecretFolder) +
          ", readOnly: true}\n            - {name: storage, mountPath: " + kStorageFolder +
          "}\n      volumes:\n        - name: config\n          secret: {secretName:"
          " airgap-registry}\n        - name: storage\n";
  text += plan.s3_endpoint.empty()
              ? "          persistentVolumeClaim: {claimName: airgap-registry}\n"
              : "          emptyDir: {}\n";
  return text;
}

std::string AssetsOf(const RegistryPlan& plan) {
  if (plan.assets_image.empty()) return "";
  std::string port = std::to_string(plan.assets_port);
  std::string text = R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: airgap-assets, namespace: cozy-airgap}
data:
  ca.pem: |
)";
  text += Indented(plan.ca, "    ");
  text += R"(---
# /image/... paths for the disks of new tenants' machines: imageFactoryURL is
# http://airgap-assets.cozy-airgap.svc:)";
  text += port + R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: airgap-assets, namespace: cozy-airgap}
spec:
  replicas: 2
  selector: {matchLabels: {app: airgap-assets}}
  template:
    metadata: {labels: {app: airgap-assets}}
    spec:
      automountServiceAccountToken: false
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector: {matchLabels: {app: airgap-assets}}
      hostAliases:
)";
  // Cluster DNS does not know its name.
  for (const std::string& node : plan.nodes) {
    text += "        - {ip: \"" + node + "\", hostnames: [\"" + plan.name + "\"]}\n";
  }
  text += R"(      containers:
        - name: assets
          image: ")";
  text += plan.assets_image + R"("
          command: [/cozy-airgap]
          args:
            - serve
            - --from-registry=https://)";
  text += plan.name + ":" + std::to_string(plan.port) + R"(
            - --registry-ca=/etc/airgap/ca.pem
            - --http=:)";
  text += port + "\n          ports: [{containerPort: " + port + "}]\n" +
          "          readinessProbe: {httpGet: {path: /healthz, port: " + port + "}}\n" +
          R"(          resources: {requests: {cpu: 20m, memory: 32Mi}, limits: {memory: 256Mi}}
          securityContext:
            runAsUser: 65534
            runAsNonRoot: true
            readOnlyRootFilesystem: true
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
          volumeMounts: [{name: ca, mountPath: /etc/airgap, readOnly: true}]
      volumes: [{name: ca, configMap: {name: airgap-assets}}]
---
apiVersion: v1
kind: Service
metadata: {name: airgap-assets, namespace: cozy-airgap}
spec:
  selector: {app: airgap-assets}
  ports: [{port: )";
  text += port + ", targetPort: " + port + R"(}]
---
# Tenants' pods may talk to the world and to their own; CDI's importer needs this one as well.
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: airgap-assets}
spec:
  endpointSelector: {matchLabels: {cdi.kubevirt.io: importer}}
  egress:
    - toEndpoints:
        - matchLabels: {app: airgap-assets, k8s:io.kubernetes.pod.namespace: cozy-airgap}
      toPorts: [{ports: [{port: ")";
  text += port + "\", protocol: TCP}]}]\n";
  return text;
}

}  // namespace

Status RegistryPlan::Check() const {
  if (kind == RegistryKind::kDistribution && !htpasswd.empty()) {
    return InvalidArgument(
        "--htpasswd: distribution would ask nodes that pull for a login, too; take zot, or leave it"
        " out");
  }
  RETURN_IF_ERROR(CheckPlain("--image", image));
  RETURN_IF_ERROR(CheckPlain("--name", name));
  if (s3_endpoint.empty()) {
    RETURN_IF_ERROR(CheckPlain("--storage-class", storage_class));
    return CheckPlain("--size", size);
  }
  if (!s3_endpoint.starts_with("http://") && !s3_endpoint.starts_with("https://")) {
    return InvalidArgument("--s3-endpoint " + s3_endpoint + ": want http:// or https://");
  }
  RETURN_IF_ERROR(CheckPlain("--s3-endpoint", s3_endpoint));
  RETURN_IF_ERROR(CheckPlain("--s3-bucket", s3_bucket));
  RETURN_IF_ERROR(CheckPlain("the S3 access key", s3_access_key));
  RETURN_IF_ERROR(CheckPlain("the S3 secret key", s3_secret_key));
  return assets_image.empty() ? OkStatus() : CheckPlain("--assets-image", assets_image);
}

std::string FormatRegistryConfig(const RegistryPlan& plan) {
  return plan.kind == RegistryKind::kZot ? ZotConfig(plan) : DistributionConfig(plan);
}

std::string FormatRegistryManifests(const RegistryPlan& plan) {
  return R"(apiVersion: v1
kind: Namespace
metadata:
  name: cozy-airgap
  labels: {pod-security.kubernetes.io/enforce: privileged}
)" + SecretOf(plan) +
         VolumeClaimOf(plan) + DaemonSetOf(plan) + AssetsOf(plan);
}

}  // namespace airgap
