#include "net/addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>

#include "net/listen.h"

namespace airgap {
namespace {

bool IsUsable(const ifaddrs& entry) {
  if (entry.ifa_addr == nullptr || (entry.ifa_flags & IFF_UP) == 0) return false;
  if (entry.ifa_addr->sa_family == AF_INET) return true;
  if (entry.ifa_addr->sa_family != AF_INET6) return false;
  return !IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<sockaddr_in6*>(entry.ifa_addr)->sin6_addr);
}

void AddNew(std::vector<std::string>* list, const std::string& text) {
  if (std::find(list->begin(), list->end(), text) == list->end()) list->push_back(text);
}

}  // namespace

std::vector<std::string> MachineAddresses(bool with_loopback) {
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  std::vector<std::string> loopback;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) == 0) {
    for (ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
      if (!IsUsable(*entry)) continue;
      bool is_v4 = entry->ifa_addr->sa_family == AF_INET;
      bool is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
      AddNew(is_loopback ? &loopback : (is_v4 ? &v4 : &v6), FormatAddress(entry->ifa_addr));
    }
    freeifaddrs(first);
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  if (v4.empty() || with_loopback) v4.insert(v4.end(), loopback.begin(), loopback.end());
  return v4;
}

std::string MachineHostName() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) return "";
  return name;
}

}  // namespace airgap
