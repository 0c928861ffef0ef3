#include "handoff/runbook.h"

#include <vector>

#include "handoff/probe.h"
#include "net/http_client.h"

namespace airgap {
namespace {

class Text {
 public:
  void Head(const std::string& title) {
    text_.append("\n").append(title).append("\n").append(title.size(), '-').append("\n");
  }
  void Line(const std::string& line) { text_.append(line).append("\n"); }
  void Command(const std::string& command) { Line("  " + command); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string HostOf(const std::string& url) {
  auto parts = ParseUrl(url);
  if (!parts.ok()) return "";
  size_t colon = parts->host.rfind(':');
  return parts->host.substr(0, colon);
}

// Where a node is talked to.
std::string AddressOf(const HandoffSettings::Node& node) {
  return node.address.empty() ? node.name : node.address;
}

void AddProofs(const std::string& talk, const HandoffSettings& settings,
               const HandoffRecord& record, Text* out) {
  out->Head("4. Prove it, node by node");
  out->Line("Containers: a probe runs on every node, and tells the appliance where it came from.");
  out->Command("curl --cacert ca.pem -o probe.yaml APPLIANCE/api/v1/handoff/probe.yaml");
  out->Command("kubectl apply -f probe.yaml");
  if (settings.is_talos) {
    out->Line("Talos itself (installer, kubelet, etcd): each command must end without an error.");
    if (record.talos_probes.empty()) {
      out->Line("(The commands stand here once the registry is verified.)");
    }
    for (const HandoffSettings::Node& node : settings.nodes) {
      if (record.talos_probes.empty()) break;
      std::string command;
      for (const std::string& probe : record.talos_probes) {
        size_t space = probe.find(' ');
        command += "talosctl -n " + AddressOf(node) + " image pull --namespace system " +
                   probe.substr(0, space) + "/" + kProbeRepository + "@" + probe.substr(space + 1) +
                   " && \\\n  ";
      }
      command.append("cozy-airgap handoff talos ").append(talk).append(" ").append(node.name);
      out->Command(command);
    }
  }
  out->Line("Who is proven, who still pulls here, and of whom nothing is known:");
  out->Command("cozy-airgap handoff status --appliance APPLIANCE --ca ca.pem");
  out->Command("kubectl delete -f probe.yaml");
}

void AddTalosCutover(const HandoffSettings& settings, const std::string& render, Text* out) {
  out->Line("On each node first for five minutes only: Talos goes back by itself after that.");
  out->Line(
      "VERSION is the node's Talos version. A file that the second command does not write is");
  out->Line("left out of the third.");
  for (const HandoffSettings::Node& node : settings.nodes) {
    const std::string talosctl = "talosctl -n " + AddressOf(node);
    out->Command(talosctl + " get machineconfig v1alpha1 -o jsonpath='{.spec}' >" + node.name +
                 ".yaml");
    out->Command(render + " --node-config " + node.name + ".yaml --dir " + node.name);
    out->Command(talosctl + " patch machineconfig --mode=try --timeout=5m --patch @" + node.name +
                 "/1-remove.yaml --patch @" + node.name + "/2-add.yaml");
  }
  out->Line("Then the same with --mode=no-reboot in place of --mode=try --timeout=5m. With talm,");
  out->Line("give both files behind -f nodes/NODE.yaml as side-patches: `talm apply` would take");
  out->Line("them back otherwise.");
}

void AddCutover(const HandoffSettings& settings, const HandoffRecord& record, Text* out) {
  std::string render = "cozy-airgap mirrors render --prefixed --endpoint " + settings.registry +
                       " --ca registry-ca.pem";
  for (const std::string& host : record.hosts) render += " --upstream " + host;
  out->Head("3. Have the nodes pull from the registry");
  out->Command("curl --cacert ca.pem -o registry-ca.pem APPLIANCE/api/v1/handoff/registry-ca.pem");
  if (!settings.is_talos) {
    out->Command(render + " --containerd --dir hosts");
    out->Line("Copy hosts/ to where config_path of each node's containerd points.");
    return;
  }
  std::string name = HostOf(settings.registry);
  if (!settings.address.empty() && name != settings.address) {
    render += " --host " + settings.address + "=" + name;
  }
  AddTalosCutover(settings, render + " --talos v$VERSION", out);
}

}  // namespace

std::string FormatRunbook(const std::string& appliance, const HandoffSettings& settings,
                          const HandoffRecord& record) {
  std::string talk = "--appliance APPLIANCE --ca ca.pem --user USER";
  Text out;
  out.Line("Handing over to " + settings.registry);
  out.Line("");
  out.Line("APPLIANCE is " + appliance + ", USER one of control.users of the site file.");
  out.Head("1. Before");
  out.Line("The registry runs and is reached from here; its volume has room for the bundles.");
  out.Command("curl -o ca.pem " + ("http" + appliance.substr(appliance.find(':'))) + "/ca.pem");
  out.Line("Compare its fingerprint with the one on the appliance's screen:");
  out.Command("openssl x509 -in ca.pem -noout -fingerprint -sha256");
  out.Head("2. Push everything, and read all of it back");
  out.Command("cozy-airgap handoff start --wait " + talk);
  out.Line("If it stops, it says why; the same command goes on where it was.");
  AddCutover(settings, record, &out);
  AddProofs(talk, settings, record, &out);
  out.Head("5. Take the medium away");
  out.Line("Refused, with the reasons, while anything depends on the appliance.");
  out.Command("cozy-airgap handoff retire " + talk);
  out.Command("curl --cacert ca.pem -o receipt.pem APPLIANCE/api/v1/handoff/receipt.pem");
  out.Command("openssl cms -verify -inform PEM -in receipt.pem -CAfile ca.pem -purpose any");
  out.Line("Keep receipt.pem and ca.pem, switch the appliance off, pull the medium out, keep it.");
  out.Head("If something goes wrong, at any time");
  out.Command("cozy-airgap handoff rollback " + talk);
  out.Line("The appliance serves again; nodes whose mirrors name it pull from it again. After a");
  out.Line("power-off: boot the same medium, and press h at its console, or run that command.");
  return out.text();
}

}  // namespace airgap
