#include "netboot/dhcp_probe.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/limits.h"
#include "net/adapters.h"

namespace airgap {
namespace {

constexpr uint16_t kServerPort = 67;
constexpr uint16_t kClientPort = 68;
constexpr int kPacketsAtOnce = 64;

sockaddr_in Address(uint32_t address, uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = htonl(address);
  made.sin_port = htons(port);
  return made;
}

Status Prepare(int socket, const std::string& adapter) {
  int on = 1;
  sockaddr_in any = Address(INADDR_ANY, kClientPort);
  if (setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, adapter.c_str(),
                 static_cast<socklen_t>(adapter.size())) != 0 ||
      setsockopt(socket, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0 ||
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(socket, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) {
    return ErrnoStatus(errno, "cannot look for other DHCP servers on " + adapter);
  }
  return OkStatus();
}

// The adapter's own: another one would take an address of the other server's pool for each probe.
Status ReadMac(int socket, const std::string& adapter, MacAddress* mac) {
  ifreq request{};
  if (adapter.size() >= sizeof request.ifr_name) return InvalidArgument(adapter + ": too long");
  adapter.copy(request.ifr_name, adapter.size());
  if (ioctl(socket, SIOCGIFHWADDR, &request) != 0) {
    return ErrnoStatus(errno, "cannot read the MAC address of " + adapter);
  }
  memcpy(mac->data(), request.ifr_hwaddr.sa_data, mac->size());
  return OkStatus();
}

}  // namespace

Result<DhcpProbe> DhcpProbe::Start(const std::string& adapter) {
  DhcpProbe probe;
  probe.socket_ = UniqueFd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.socket_.valid()) return ErrnoStatus(errno, "cannot make a socket");
  RETURN_IF_ERROR(Prepare(probe.socket_.get(), adapter));
  RETURN_IF_ERROR(ReadMac(probe.socket_.get(), adapter, &probe.mac_));
  (void)!getrandom(&probe.transaction_, sizeof probe.transaction_, 0);
  probe.started_ = Clock::now();
  RETURN_IF_ERROR(probe.Ask());
  return probe;
}

Status DhcpProbe::Ask() {
  std::vector<uint8_t> packet = FormatDhcpDiscover(mac_, transaction_);
  sockaddr_in everybody = Address(INADDR_BROADCAST, kServerPort);
  if (sendto(socket_.get(), packet.data(), packet.size(), 0,
             reinterpret_cast<sockaddr*>(&everybody), sizeof everybody) < 0) {
    return ErrnoStatus(errno, "cannot ask for other DHCP servers");
  }
  return OkStatus();
}

void DhcpProbe::Poll() {
  std::array<uint8_t, limits::dhcp_packet_max_bytes> buffer;
  for (int i = 0; i < kPacketsAtOnce; ++i) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ssize_t count = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                             reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) break;
    Take({buffer.data(), static_cast<size_t>(count)}, ntohl(from.sin_addr.s_addr));
  }
  if (has_asked_again_ || Clock::now() - started_ < kAskAgain) return;
  has_asked_again_ = true;
  (void)Ask();
}

bool DhcpProbe::is_over() const { return Clock::now() - started_ >= kLength; }

void DhcpProbe::Take(ByteSpan packet, uint32_t from) {
  Result<DhcpOffer> offer = ParseDhcpOffer(packet, mac_, transaction_);
  if (!offer.ok() || servers_.size() == limits::dhcp_servers_listed_max_count) return;
  std::string server = FormatIpv4(offer->server != 0 ? offer->server : from);
  if (!offer->gives_address) server += " (PXE)";
  if (std::find(servers_.begin(), servers_.end(), server) == servers_.end()) {
    servers_.push_back(std::move(server));
  }
}

}  // namespace airgap
