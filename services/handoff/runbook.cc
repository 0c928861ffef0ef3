#include "handoff/runbook.h"

#include <vector>

#include "handoff/probe.h"

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

void AddCutover(const HandoffSettings& settings, Text* out) {
  const std::string cutover = "cozy-airgap handoff cutover --appliance APPLIANCE --ca ca.pem";
  out->Head("3. Have the nodes pull from the registry");
  if (!settings.is_talos) {
    out->Command(cutover + " --dir cutover");
    out->Line("Copy cutover/hosts/ to where config_path of each node's containerd points.");
    return;
  }
  out->Command("mkdir -p configs");
  for (const HandoffSettings::Node& node : settings.nodes) {
    out->Command("talosctl -n " + AddressOf(node) +
                 " get machineconfig v1alpha1 -o jsonpath='{.spec}' >configs/" + node.name +
                 ".yaml");
  }
  out->Command(cutover + " --configs configs --talos v$VERSION --dir cutover");
  out->Line("VERSION is that of Talos. The command prints two more for each node: the first tries");
  out->Line("it for five minutes, after which Talos goes back by itself; the second keeps it.");
  out->Line(
      "With talm, `talm apply` would take that back, and its chart has no value for mirrors:");
  out->Line("make configs/ by `talm template -f nodes/NODE.yaml --full` then, and give the node's");
  out->Line("files in cutover/ to each `talm apply`, behind -f nodes/NODE.yaml, as side-patches.");
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
  out.Line("What it lacks, and how much room that takes there:");
  out.Command("cozy-airgap handoff plan " + talk);
  out.Command("cozy-airgap handoff start --wait " + talk);
  out.Line("If it stops, it says why; the same command goes on where it was.");
  AddCutover(settings, &out);
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
