#include "control/snapshot.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

uint64_t UintOr0(JsonView object, std::string_view key) { return object[key].Uint().value_or(0); }

}  // namespace

void BundleReport::WriteTo(JsonNode object) const {
  object.Put("name", name);
  object.Put("version", version);
  object.Put("digest", digest);
  object.Put("location", location);
  object.Put("images", images_count);
  object.Put("assets", assets_count);
  object.Put("blobs", blobs_count);
  object.Put("bytes", total_bytes);
  object.Put("verifiedBytes", verified_bytes);
  object.Put("verifiedBlobs", verified_blobs);
  object.Put("corruptCount", corrupt_count);
  object.PutStrings("corruptBlobs", corrupt);
}

BundleReport BundleReport::Read(JsonView object) {
  BundleReport bundle;
  bundle.name = object["name"].StringOr("");
  bundle.version = object["version"].StringOr("");
  bundle.digest = object["digest"].StringOr("");
  bundle.location = object["location"].StringOr("");
  bundle.images_count = UintOr0(object, "images");
  bundle.assets_count = UintOr0(object, "assets");
  bundle.blobs_count = UintOr0(object, "blobs");
  bundle.total_bytes = UintOr0(object, "bytes");
  bundle.verified_bytes = UintOr0(object, "verifiedBytes");
  bundle.verified_blobs = UintOr0(object, "verifiedBlobs");
  bundle.corrupt_count = UintOr0(object, "corruptCount");
  bundle.corrupt = object["corruptBlobs"].Strings(limits::corrupt_listed_max_count);
  return bundle;
}

void ClientReport::WriteTo(JsonNode object) const {
  object.Put("address", address);
  object.Put("requests", requests);
  object.Put("bytesSent", bytes_sent);
  object.Put("idleSeconds", idle_s);
  if (pull_idle_s) object.Put("pullIdleSeconds", *pull_idle_s);
}

ClientReport ClientReport::Read(JsonView object) {
  ClientReport client;
  client.address = object["address"].StringOr("");
  client.requests = UintOr0(object, "requests");
  client.bytes_sent = UintOr0(object, "bytesSent");
  client.idle_s = UintOr0(object, "idleSeconds");
  client.pull_idle_s = object["pullIdleSeconds"].Uint();
  return client;
}

void NodeReport::WriteTo(JsonNode object) const {
  object.Put("mac", mac);
  object.Put("uuid", uuid);
  object.Put("serial", serial);
  object.Put("product", product);
  object.Put("arch", arch);
  object.Put("address", address);
  object.Put("step", step);
  object.Put("error", error);
  object.Put("bytesSent", bytes_sent);
  object.Put("idleSeconds", idle_s);
}

NodeReport NodeReport::Read(JsonView object) {
  NodeReport node;
  node.mac = object["mac"].StringOr("");
  node.uuid = object["uuid"].StringOr("");
  node.serial = object["serial"].StringOr("");
  node.product = object["product"].StringOr("");
  node.arch = object["arch"].StringOr("");
  node.address = object["address"].StringOr("");
  node.step = object["step"].StringOr("");
  node.error = object["error"].StringOr("");
  node.bytes_sent = UintOr0(object, "bytesSent");
  node.idle_s = UintOr0(object, "idleSeconds");
  return node;
}

void DependentReport::WriteTo(JsonNode object) const {
  object.Put("kind", kind);
  object.Put("line", line);
}

DependentReport DependentReport::Read(JsonView object) {
  return {object["kind"].StringOr(""), object["line"].StringOr("")};
}

void ServiceSnapshot::ListClients(size_t max_count) {
  for (; clients.size() > max_count; clients.pop_back()) {
    const std::optional<uint64_t>& idle_s = clients.back().pull_idle_s;
    if (!idle_s) continue;
    unlisted_pull_idle_s = std::min(unlisted_pull_idle_s.value_or(*idle_s), *idle_s);
  }
}

void ServiceSnapshot::WriteTo(JsonNode object) const {
  object.Put("service", service);
  object.Put("version", version);
  object.Put("pid", pid);
  object.Put("uptimeSeconds", uptime_s);
  object.Put("requests", requests);
  object.Put("bytesSent", bytes_sent);
  object.Put("connectionsOpen", connections_open);
  object.Put("verification", verification);
  JsonNode bundle_list = object.PutArray("bundles");
  for (const BundleReport& bundle : bundles) bundle.WriteTo(bundle_list.AddObject());
  JsonNode client_list = object.PutArray("clients");
  for (const ClientReport& client : clients) client.WriteTo(client_list.AddObject());
  if (unlisted_pull_idle_s) object.Put("unlistedPullIdleSeconds", *unlisted_pull_idle_s);
  if (!nodes.empty()) {
    JsonNode node_list = object.PutArray("nodes");
    for (const NodeReport& node : nodes) node.WriteTo(node_list.AddObject());
  }
  if (!dependents.empty()) {
    JsonNode dependent_list = object.PutArray("dependents");
    for (const DependentReport& one : dependents) one.WriteTo(dependent_list.AddObject());
  }
  if (!notices.empty()) object.PutStrings("notices", notices);
  object.PutStrings("problems", problems);
}

std::string ServiceSnapshot::ToText() const {
  JsonBuilder document;
  WriteTo(document.root());
  std::string text = document.ToText();
  if (text.size() <= limits::event_max_bytes) return text;
  ServiceSnapshot shorter = *this;
  shorter.ListClients(0);
  shorter.nodes.clear();
  for (BundleReport& bundle : shorter.bundles) bundle.corrupt.clear();
  constexpr size_t kProblemsKept = 20;
  if (shorter.problems.size() > kProblemsKept) shorter.problems.resize(kProblemsKept);
  JsonBuilder again;
  shorter.WriteTo(again.root());
  return again.ToText();
}

Result<ServiceSnapshot> ServiceSnapshot::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::event_max_bytes, "an event"));
  JsonView root = document.root();
  ServiceSnapshot snapshot;
  snapshot.service = root["service"].StringOr("");
  if (snapshot.service.empty()) return InvalidArgument("an event that does not name its service");
  snapshot.version = root["version"].StringOr("");
  snapshot.pid = UintOr0(root, "pid");
  snapshot.uptime_s = UintOr0(root, "uptimeSeconds");
  snapshot.requests = UintOr0(root, "requests");
  snapshot.bytes_sent = UintOr0(root, "bytesSent");
  snapshot.connections_open = UintOr0(root, "connectionsOpen");
  snapshot.verification = root["verification"].StringOr("");
  root["bundles"].ForEach([&](JsonView bundle) {
    snapshot.bundles.push_back(BundleReport::Read(bundle));
    return snapshot.bundles.size() < limits::bundles_open_max_count;
  });
  root["clients"].ForEach([&](JsonView client) {
    snapshot.clients.push_back(ClientReport::Read(client));
    return snapshot.clients.size() < limits::clients_listed_max_count;
  });
  snapshot.unlisted_pull_idle_s = root["unlistedPullIdleSeconds"].Uint();
  root["nodes"].ForEach([&](JsonView node) {
    snapshot.nodes.push_back(NodeReport::Read(node));
    return snapshot.nodes.size() < limits::nodes_listed_max_count;
  });
  root["dependents"].ForEach([&](JsonView one) {
    snapshot.dependents.push_back(DependentReport::Read(one));
    return snapshot.dependents.size() < limits::dependents_max_count;
  });
  snapshot.notices = root["notices"].Strings(limits::corrupt_listed_max_count);
  snapshot.problems = root["problems"].Strings(limits::corrupt_listed_max_count);
  return snapshot;
}

}  // namespace airgap
