#include "cli/node_reports.h"

namespace airgap {

NodeReport NodeOf(const TftpTransferReport& report) {
  NodeReport node;
  node.address = report.client;
  node.step = node_step::kTftp;
  node.error = report.problem;
  node.bytes_sent = report.bytes;
  return node;
}

NodeReport NodeOf(const DhcpSighting& sighting) {
  NodeReport node;
  node.mac = sighting.mac;
  node.address = sighting.address;
  node.step = node_step::kDhcp;
  return node;
}

NodeReport NodeOf(const MachineLabels& labels, const std::string& address, bool boots) {
  auto said = [&labels](const char* key) {
    auto found = labels.find(key);
    return found == labels.end() ? "" : found->second;
  };
  NodeReport node;
  node.mac = said("mac");
  node.uuid = said("uuid");
  node.serial = said("serial");
  node.product = said("product");
  node.arch = said("buildarch");
  node.address = address;
  node.step = boots ? node_step::kScript : node_step::kDisk;
  return node;
}

}  // namespace airgap
