#include "netboot/dnsmasq_config.h"

#include <algorithm>

#include "netboot/boot_loaders.h"

namespace airgap {
namespace {

// RFC 4578 2.1 and IANA's list behind it: what a client says it is, which boot file it gets, and
// whether it fetches that by HTTP.
struct ClientArch {
  const char* tag;
  const char* loader;
  unsigned number;
  bool by_http;
};
constexpr ClientArch kClientArchs[] = {
    {"bios", kBiosBootLoader, 0, false},           {"efi64", kUefiAmd64BootLoader, 7, false},
    {"efibc", kUefiAmd64BootLoader, 9, false},  // EFI byte code by the list, x64 in the field
    {"efiarm64", kUefiArm64BootLoader, 11, false}, {"http64", kUefiAmd64BootLoader, 16, true},
    {"httparm64", kUefiArm64BootLoader, 19, true},
};

class ConfigText {
 public:
  void Line(const std::string& line) { text_ += line + "\n"; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// By HTTP. iPXE takes an answer with a file but no server for none, so the server stands there too.
std::string BootFile(const AdapterAddress& adapter, const std::string& path) {
  return "tag:" + adapter.adapter + ",http://" + adapter.Address() + "/" + path + ",," +
         adapter.Address();
}

void AddDns(const DhcpSettings& settings, const std::vector<AdapterAddress>& adapters,
            ConfigText* config) {
  // A client gets the address that is in its own subnet.
  config->Line("localise-queries");
  config->Line("no-hosts");
  config->Line("no-resolv");
  config->Line("domain-needed");
  config->Line("bogus-priv");
  for (uint32_t server : settings.upstream) config->Line("server=" + FormatIpv4(server));
  std::vector<std::string> names = settings.names;
  // What the cluster's own registry will be called stands for this one until then.
  names.emplace_back("registry.cozy-system");
  for (const std::string& name : names) {
    for (const AdapterAddress& adapter : adapters) {
      config->Line("interface-name=" + name + "," + adapter.adapter);
    }
  }
}

// Tells clients by what they are: of several dhcp-match lines each sets its tag.
void AddTags(ConfigText* config) {
  config->Line("dhcp-userclass=set:ipxe,iPXE");
  for (const ClientArch& arch : kClientArchs) {
    config->Line(std::string("dhcp-match=set:") + arch.tag + ",option:client-arch," +
                 std::to_string(arch.number));
  }
}

std::string LoaderPath(const ClientArch& arch) {
  return std::string(kBootLoaderFolder) + arch.loader;
}

void AddBoot(const DhcpSettings& settings, const std::vector<AdapterAddress>& adapters,
             ConfigText* config) {
  AddTags(config);
  // A proxy answers clients of UEFI HTTP boot as those of PXE, but for the name in the answer.
  config->Line("dhcp-pxe-vendor=PXEClient,HTTPClient");
  for (const ClientArch& arch : kClientArchs) {
    std::string tags = std::string("tag:!ipxe,tag:") + arch.tag;
    if (arch.by_http) {
      for (const AdapterAddress& adapter : adapters) {
        config->Line("dhcp-boot=" + tags + "," + BootFile(adapter, LoaderPath(arch)));
      }
      if (settings.mode == DhcpMode::kDhcp) {
        config->Line("dhcp-option-force=" + tags + ",option:vendor-class,HTTPClient");
      }
    } else if (settings.mode == DhcpMode::kDhcp) {
      config->Line("dhcp-boot=" + tags + "," + LoaderPath(arch));
    } else {
      config->Line("pxe-service=tag:!ipxe," + std::to_string(arch.number) + ",cozy-airgap," +
                   LoaderPath(arch));
    }
  }
  for (const AdapterAddress& adapter : adapters) {
    config->Line("dhcp-boot=tag:ipxe," + BootFile(adapter, "boot.ipxe"));
  }
}

std::string Joined(const std::vector<uint32_t>& addresses) {
  // dnsmasq takes it for its own address.
  if (addresses.empty()) return ",0.0.0.0";
  std::string text;
  for (uint32_t address : addresses) text += "," + FormatIpv4(address);
  return text;
}

void AddPool(const DhcpSettings& settings, const AdapterAddress& adapter, ConfigText* config) {
  config->Line("dhcp-authoritative");
  // It would look for whoever else has the address, for seconds each, while every other client of a
  // rack that was just switched on waits. The pool is this server's alone.
  config->Line("no-ping");
  config->Line("dhcp-range=" + FormatIpv4(settings.pool_first) + "," +
               FormatIpv4(settings.pool_last) + "," + adapter.Mask() + "," +
               std::to_string(settings.lease_h) + "h");
  // Without an address the option is left out, which dnsmasq would fill with its own.
  config->Line("dhcp-option=option:router" +
               (settings.router == 0 ? "" : "," + FormatIpv4(settings.router)));
  config->Line("dhcp-option=option:dns-server" + Joined(settings.dns));
  config->Line("dhcp-option=option:ntp-server" + Joined(settings.ntp));
  for (const DhcpReservation& reservation : settings.reservations) {
    config->Line("dhcp-host=" + reservation.mac + "," + FormatIpv4(reservation.address) +
                 (reservation.name.empty() ? "" : "," + reservation.name));
  }
}

// The networks behind relays: what a relay passes on says which one it comes from.
void AddRelayed(const DhcpSettings& settings, ConfigText* config) {
  size_t number = 0;
  for (const DhcpSettings::Relayed& relayed : settings.relayed) {
    AdapterAddress router{"", relayed.router, relayed.prefix_bits};
    if (settings.mode == DhcpMode::kProxy) {
      config->Line("dhcp-range=" + router.Subnet() + ",proxy," + router.Mask());
      continue;
    }
    std::string tag = "relayed" + std::to_string(number++);
    config->Line("dhcp-range=set:" + tag + "," + FormatIpv4(relayed.first) + "," +
                 FormatIpv4(relayed.last) + "," + router.Mask() + "," +
                 std::to_string(settings.lease_h) + "h");
    config->Line("dhcp-option=tag:" + tag + ",option:router," + router.Address());
  }
}

}  // namespace

std::vector<AdapterAddress> AdaptersToServe(const DhcpSettings& settings,
                                            std::vector<AdapterAddress> adapters) {
  if (settings.mode == DhcpMode::kOff) return {};
  if (settings.mode == DhcpMode::kProxy) return adapters;
  std::erase_if(adapters, [&](const AdapterAddress& adapter) {
    return !adapter.Reaches(settings.pool_first) || !adapter.Reaches(settings.pool_last);
  });
  return adapters;
}

std::string FormatDnsmasqConfig(const DhcpSettings& settings,
                                const std::vector<AdapterAddress>& adapters, bool is_armed,
                                const DnsmasqFiles& files) {
  bool is_dhcp = settings.mode == DhcpMode::kDhcp;
  if (adapters.empty() || (!is_dhcp && !is_armed)) return "";
  ConfigText config;
  config.Line("bind-dynamic");
  for (const AdapterAddress& adapter : adapters) config.Line("interface=" + adapter.adapter);
  config.Line("except-interface=lo");
  config.Line("dhcp-leasefile=" + files.leases);
  config.Line("pid-file=" + files.pid);
  config.Line("log-dhcp");
  AddDns(settings, adapters, &config);
  if (is_dhcp) {
    AddPool(settings, adapters[0], &config);
  } else {
    for (const AdapterAddress& adapter : adapters) {
      config.Line("dhcp-range=" + adapter.Subnet() + ",proxy," + adapter.Mask());
    }
  }
  AddRelayed(settings, &config);
  if (is_armed) AddBoot(settings, adapters, &config);
  return config.text();
}

}  // namespace airgap
