#include "net/listen.h"

#include <arpa/inet.h>
#include <sys/resource.h>

#include <cerrno>
#include <charconv>

namespace airgap {
namespace {

constexpr int kBacklog = 1024;

// A socket address of either family with its length.
struct Endpoint {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

bool ToEndpoint(const ListenAddress& address, int family, Endpoint* out) {
  if (family == AF_INET6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out->storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    out->length = sizeof *v6;
    if (address.host.empty()) return true;  // all zero is every address
    return inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) == 1;
  }
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out->storage);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(address.port);
  out->length = sizeof *v4;
  if (address.host.empty()) return true;
  return inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1;
}

Status Malformed(std::string_view text) {
  return InvalidArgument("'" + std::string(text) +
                         "' is no listen address; write ADDR:PORT, [IPv6]:PORT or :PORT");
}

Result<UniqueFd> ListenOn(const ListenAddress& address, int family) {
  Endpoint endpoint;
  if (!ToEndpoint(address, family, &endpoint)) return Malformed(address.ToString());
  UniqueFd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot make a socket");
  int on = 1;
  int v6_only = address.host.empty() ? 0 : 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  }
  if (bind(fd.get(), endpoint.get(), endpoint.length) != 0 || listen(fd.get(), kBacklog) != 0) {
    return ErrnoStatus(errno, "cannot listen on " + address.ToString());
  }
  return fd;
}

bool HasIpv6() { return UniqueFd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)).valid(); }

}  // namespace

Result<ListenAddress> ListenAddress::Parse(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Malformed(text);
  ListenAddress address;
  std::string_view host = text.substr(0, colon);
  std::string_view port = text.substr(colon + 1);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return Malformed(text);
  bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  address.host = host;
  Endpoint ignored;
  int family = bracketed ? AF_INET6 : AF_INET;
  if ((bracketed && host.empty()) || !ToEndpoint(address, family, &ignored)) {
    return Malformed(text);
  }
  return address;
}

std::string ListenAddress::ToString() const {
  bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<UniqueFd> ListenTcp(const ListenAddress& address) {
  bool is_v6 = address.host.empty() ? HasIpv6() : address.host.find(':') != std::string::npos;
  return ListenOn(address, is_v6 ? AF_INET6 : AF_INET);
}

uint16_t LocalPort(int fd) {
  Endpoint endpoint;
  endpoint.length = sizeof endpoint.storage;
  if (getsockname(fd, endpoint.get(), &endpoint.length) != 0) return 0;
  if (endpoint.storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<sockaddr_in6*>(&endpoint.storage)->sin6_port);
  }
  return ntohs(reinterpret_cast<sockaddr_in*>(&endpoint.storage)->sin_port);
}

std::string FormatAddress(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address == nullptr) return "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      inet_ntop(AF_INET, &v6.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &v6, text, sizeof text);
    }
  }
  return text;
}

void RaiseOpenFilesLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace airgap
