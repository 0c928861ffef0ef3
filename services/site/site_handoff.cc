#include "site/site_handoff.h"

#include <charconv>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "site/addresses.h"

namespace airgap {
namespace {

using Node = SiteHandoff::Node;

constexpr std::string_view kScheme = "https://";
constexpr unsigned kPortMax = 65535;

bool IsPort(std::string_view text) {
  unsigned port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 &&
         port <= kPortMax && text.front() != '0';
}

bool IsPrefix(std::string_view path) {
  if (path.empty() || path.back() == '/') return false;
  for (char c : path) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
        std::string_view("._/-").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return path.find("//") == std::string_view::npos && path.find("..") == std::string_view::npos;
}

// "https://HOST[:PORT][/PREFIX]".
bool IsRegistryUrl(std::string_view text) {
  if (!text.starts_with(kScheme) || text.size() > limits::handoff_text_max_bytes) return false;
  text.remove_prefix(kScheme.size());
  size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (!IsPrefix(text.substr(slash + 1))) return false;
    text = text.substr(0, slash);
  }
  size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    if (colon + 1 == text.size() || !IsPort(text.substr(colon + 1))) return false;
    text = text.substr(0, colon);
  }
  return IsHostName(text) || ParseIpAddress(std::string(text)).has_value();
}

void TakeRegistry(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  if (!checker->TakeText(value, path, &handoff->registry) || IsRegistryUrl(handoff->registry)) {
    return;
  }
  checker->Wrong(value, path, "must be https://HOST[:PORT][/PREFIX]");
}

void TakeOneAddress(Checker* checker, YamlView value, const std::string& path, std::string* out) {
  if (!checker->TakeText(value, path, out) || ParseIpAddress(*out)) return;
  checker->Wrong(value, path, "must be the address of one machine");
}

void TakeAddress(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  TakeOneAddress(checker, value, path, &handoff->address);
}

void TakeCa(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  if (!checker->TakeText(value, path, &handoff->ca)) return;
  if (handoff->ca.starts_with("-----BEGIN CERTIFICATE-----\n") &&
      handoff->ca.find("PRIVATE KEY") == std::string::npos) {
    return;
  }
  checker->Wrong(value, path, "must be the certificates of CAs in PEM, and no key");
}

// One line that is shown as it stands.
bool TakeLine(Checker* checker, YamlView value, const std::string& path, std::string* out) {
  if (!checker->TakeText(value, path, out)) return false;
  bool is_fine = !out->empty() && out->size() <= limits::handoff_text_max_bytes;
  for (char c : *out) is_fine &= c >= ' ' && c <= '~';
  if (!is_fine) checker->Wrong(value, path, "must be one line of printable ASCII");
  return is_fine;
}

void TakeUsername(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  if (!TakeLine(checker, value, path, &handoff->username)) return;
  if (handoff->username.find(':') == std::string::npos) return;
  checker->Wrong(value, path, "must have no colon");
}

void TakePassword(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  (void)TakeLine(checker, value, path, &handoff->password);
}

void TakeNodeName(Checker* checker, YamlView value, const std::string& path, Node* node) {
  if (!checker->TakeText(value, path, &node->name) || IsHostName(node->name)) return;
  checker->Wrong(value, path, "must be a node's name, as the cluster has it");
}

void TakeNodeAddress(Checker* checker, YamlView value, const std::string& path, Node* node) {
  TakeOneAddress(checker, value, path, &node->address);
}

constexpr Key<Node> kNodeKeys[] = {{"name", TakeNodeName}, {"address", TakeNodeAddress}};

void TakeNodes(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  std::set<std::string> seen;
  checker->TakeList(value, path, limits::handoff_nodes_max_count,
                    [&](YamlView element, const std::string& here) {
                      Node node;
                      checker->TakeMapping<Node>(element, here, kNodeKeys, &node);
                      if (!element.IsMapping()) return;
                      if (!element["name"].exists()) checker->Wrong(element, here, "has no name");
                      if (!node.name.empty() && !seen.insert(node.name).second) {
                        checker->Wrong(element, here, "node " + node.name + " stands here twice");
                      }
                      handoff->nodes.push_back(std::move(node));
                    });
}

void TakeTalos(Checker* checker, YamlView value, const std::string& path, SiteHandoff* handoff) {
  auto is_talos = value.Bool();
  if (!is_talos) return checker->Wrong(value, path, "must be true or false");
  handoff->is_talos = *is_talos;
}

using Replaced = std::map<std::string, std::string>;

template <const char* kKind>
void TakeReplaced(Checker* checker, YamlView value, const std::string& path, Replaced* replaced) {
  (void)TakeLine(checker, value, path, &(*replaced)[kKind]);
}

constexpr char kDhcp[] = "dhcp";
constexpr char kDns[] = "dns";
constexpr char kNtp[] = "ntp";
constexpr char kImages[] = "images";
constexpr Key<Replaced> kReplacedKeys[] = {{kDhcp, TakeReplaced<kDhcp>},
                                           {kDns, TakeReplaced<kDns>},
                                           {kNtp, TakeReplaced<kNtp>},
                                           {kImages, TakeReplaced<kImages>}};

void TakeAllReplaced(Checker* checker, YamlView value, const std::string& path,
                     SiteHandoff* handoff) {
  checker->TakeMapping<Replaced>(value, path, kReplacedKeys, &handoff->replaced);
}

constexpr Key<SiteHandoff> kHandoffKeys[] = {
    {"registry", TakeRegistry}, {"address", TakeAddress},      {"ca", TakeCa},
    {"username", TakeUsername}, {"password", TakePassword},    {"nodes", TakeNodes},
    {"talos", TakeTalos},       {"replaced", TakeAllReplaced},
};

}  // namespace

void TakeHandoff(Checker* checker, YamlView value, const std::string& path, Site* site) {
  checker->TakeMapping<SiteHandoff>(value, path, kHandoffKeys, &site->handoff);
  if (!value.IsMapping()) return;
  if (!value["registry"].exists()) checker->Wrong(value, path, "has no registry");
  if (value["username"].exists() != value["password"].exists()) {
    checker->Wrong(value, path, "needs both username and password, or neither");
  }
}

std::string FormatHandoff(const Site& site) {
  const SiteHandoff& handoff = site.handoff;
  if (handoff.registry.empty()) return "";
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("registry", handoff.registry);
  root.Put("address", handoff.address);
  root.Put("ca", handoff.ca);
  root.Put("username", handoff.username);
  root.Put("password", handoff.password);
  root.Put("talos", handoff.is_talos);
  JsonNode nodes = root.PutArray("nodes");
  for (const Node& node : handoff.nodes) {
    JsonNode object = nodes.AddObject();
    object.Put("name", node.name);
    object.Put("address", node.address);
  }
  JsonNode replaced = root.PutObject("replaced");
  for (const auto& [kind, by] : handoff.replaced) replaced.Put(kind, by);
  return document.ToText(true) + "\n";
}

}  // namespace airgap
