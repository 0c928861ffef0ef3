#include "netboot/tftp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/limits.h"
#include "netboot/tftp_packet.h"

namespace airgap {
namespace {

constexpr size_t kUdpHeaderBytes = 8;
constexpr size_t kIpv4HeaderBytes = 20;
constexpr size_t kIpv6HeaderBytes = 40;
constexpr size_t kSafeMtuBytes = 1500;
constexpr int kSendBufferBytes = 256 * 1024;     // a whole window and the kernel's own bookkeeping
constexpr int kRequestBufferBytes = 512 * 1024;  // a rack that powers on at once

void SetOption(int fd, int level, int name, int value) {
  // Best effort: each of these only makes things better where it exists.
  (void)setsockopt(fd, level, name, &value, sizeof value);
}

Result<UniqueFd> BindUdp(int family, const SocketAddress& address, const std::string& shown) {
  UniqueFd fd(socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a UDP socket for " + shown);
  SetOption(fd.get(), SOL_SOCKET, SO_RCVBUF, kRequestBufferBytes);
  SetOption(fd.get(), IPPROTO_IP, IP_PKTINFO, 1);
  if (family == AF_INET6) {
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  if (bind(fd.get(), address.get(), address.size) != 0) {
    return ErrnoStatus(errno, "cannot listen for TFTP on " + shown);
  }
  return fd;
}

SocketAddress MakeIpv4(const in_addr& ip, uint16_t port) {
  SocketAddress address;
  auto* in = reinterpret_cast<sockaddr_in*>(&address.storage);
  in->sin_family = AF_INET;
  in->sin_addr = ip;
  in->sin_port = htons(port);
  address.size = sizeof *in;
  return address;
}

SocketAddress MakeIpv6(const in6_addr& ip, uint16_t port, uint32_t scope) {
  SocketAddress address;
  auto* in = reinterpret_cast<sockaddr_in6*>(&address.storage);
  in->sin6_family = AF_INET6;
  in->sin6_addr = ip;
  in->sin6_port = htons(port);
  if (IN6_IS_ADDR_LINKLOCAL(&ip)) in->sin6_scope_id = scope;
  address.size = sizeof *in;
  return address;
}

// An IPv4 address as a socket of family AF_INET6 knows it.
in6_addr MappedIpv4(const in_addr& ip) {
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xFF;
  memcpy(&mapped.s6_addr[12], &ip, sizeof ip);
  return mapped;
}

SocketAddress LocalAddressOf(msghdr* message, int family) {
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      memcpy(&info, CMSG_DATA(c), sizeof info);
      if (family == AF_INET) return MakeIpv4(info.ipi_spec_dst, 0);
      return MakeIpv6(MappedIpv4(info.ipi_spec_dst), 0, 0);
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      memcpy(&info, CMSG_DATA(c), sizeof info);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) continue;
      return MakeIpv6(info.ipi6_addr, 0, info.ipi6_ifindex);
    }
  }
  return {};
}

}  // namespace

std::string SocketAddress::Key() const {
  return std::string(reinterpret_cast<const char*>(&storage), size);
}

Result<UniqueFd> ListenUdp(const ListenAddress& address) {
  std::string shown = address.ToString();
  in_addr ipv4{};
  in6_addr ipv6 = IN6ADDR_ANY_INIT;
  if (address.host.empty()) {
    auto both = BindUdp(AF_INET6, MakeIpv6(ipv6, address.port, 0), shown);
    if (both.ok()) return both;
    ipv4.s_addr = htonl(INADDR_ANY);
    return BindUdp(AF_INET, MakeIpv4(ipv4, address.port), shown);
  }
  if (inet_pton(AF_INET, address.host.c_str(), &ipv4) == 1) {
    return BindUdp(AF_INET, MakeIpv4(ipv4, address.port), shown);
  }
  if (inet_pton(AF_INET6, address.host.c_str(), &ipv6) == 1) {
    return BindUdp(AF_INET6, MakeIpv6(ipv6, address.port, 0), shown);
  }
  return InvalidArgument("'" + shown + "' is no numeric address to listen on");
}

std::optional<TftpDatagram> ReceiveTftpRequest(int listen_fd) {
  TftpDatagram datagram;
  datagram.bytes.resize(limits::tftp_request_max_bytes + 1);
  iovec part{datagram.bytes.data(), datagram.bytes.size()};
  alignas(cmsghdr) char control[256];
  msghdr message{};
  message.msg_name = &datagram.from.storage;
  message.msg_namelen = sizeof datagram.from.storage;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = recvmsg(listen_fd, &message, 0);
  if (size < 0) return std::nullopt;
  datagram.bytes.resize(static_cast<size_t>(size));
  datagram.from.size = message.msg_namelen;
  datagram.to = LocalAddressOf(&message, datagram.from.storage.ss_family);
  return datagram;
}

Result<UniqueFd> OpenTransferSocket(const TftpDatagram& request) {
  int family = request.from.storage.ss_family;
  UniqueFd fd(socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a UDP socket");
  SetOption(fd.get(), SOL_SOCKET, SO_SNDBUF, kSendBufferBytes);
  // A path that is narrower than our own link fragments; firmware cannot ask again for less.
  SetOption(fd.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
  // From the address the client asked, where that is one of ours (a broadcast is not).
  if (request.to.size > 0) (void)bind(fd.get(), request.to.get(), request.to.size);
  if (connect(fd.get(), request.from.get(), request.from.size) != 0) {
    return ErrnoStatus(errno, "cannot answer " + FormatAddress(request.from.get()));
  }
  return fd;
}

size_t LargestTftpBlock(int fd) {
  SocketAddress local;
  local.size = sizeof local.storage;
  int mtu = 0;
  socklen_t mtu_size = sizeof mtu;
  (void)getsockname(fd, reinterpret_cast<sockaddr*>(&local.storage), &local.size);
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&local.storage);
  bool is_ipv6 = local.storage.ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
  int got = is_ipv6 ? getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &mtu_size)
                    : getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &mtu_size);
  size_t link = got == 0 && mtu > 0 ? static_cast<size_t>(mtu) : kSafeMtuBytes;
  size_t headers =
      (is_ipv6 ? kIpv6HeaderBytes : kIpv4HeaderBytes) + kUdpHeaderBytes + kTftpHeaderBytes;
  size_t block = link > headers ? link - headers : 0;
  return std::clamp(block, kTftpDefaultBlockBytes, limits::tftp_block_size_max_bytes);
}

ReceiveOutcome ReceiveTftpReply(int fd, std::vector<uint8_t>* buffer) {
  buffer->resize(limits::tftp_request_max_bytes);
  ssize_t size = recv(fd, buffer->data(), buffer->size(), 0);
  if (size >= 0) {
    buffer->resize(static_cast<size_t>(size));
    return ReceiveOutcome::kPacket;
  }
  return errno == ECONNREFUSED ? ReceiveOutcome::kClientGone : ReceiveOutcome::kNothing;
}

}  // namespace airgap
