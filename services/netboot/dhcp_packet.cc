#include "netboot/dhcp_packet.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace airgap {
namespace {

// RFC 2131 2, figure 1: where the fields are.
constexpr size_t kTransactionAt = 4;
constexpr size_t kFlagsAt = 10;
constexpr size_t kOurAddressAt = 16;
constexpr size_t kHardwareAddressAt = 28;
constexpr size_t kCookieAt = 236;
constexpr uint8_t kCookie[] = {99, 130, 83, 99};
constexpr size_t kOptionsAt = kCookieAt + sizeof kCookie;
constexpr size_t kPacketMinBytes = 300;  // RFC 1542 2.1

constexpr uint8_t kRequest = 1;
constexpr uint8_t kReply = 2;
constexpr uint8_t kEthernet = 1;
constexpr uint8_t kBroadcastFlag = 0x80;

enum Option : uint8_t {
  kPad = 0,
  kMessageType = 53,
  kServerIdentifier = 54,
  kParameterList = 55,
  kVendorClass = 60,
  kClientArch = 93,
  kClientInterface = 94,
  kClientMachine = 97,
  kEnd = 255,
};
constexpr uint8_t kDiscover = 1;
constexpr uint8_t kOffer = 2;

uint32_t ReadBig(ByteSpan bytes) {
  uint32_t value = 0;
  for (uint8_t byte : bytes.first(sizeof value)) value = value << 8 | byte;
  return value;
}

void AddOption(std::vector<uint8_t>* packet, Option option, ByteSpan value) {
  packet->push_back(option);
  packet->push_back(static_cast<uint8_t>(value.size()));
  packet->insert(packet->end(), value.begin(), value.end());
}

// Calls `take` with each option until it says false. False: they are cut off.
template <typename Take>
bool ForEachOption(ByteSpan options, Take take) {
  for (size_t at = 0; at < options.size();) {
    uint8_t option = options[at++];
    if (option == kPad) continue;
    if (option == kEnd) return true;
    if (at == options.size()) return false;
    size_t size = options[at++];
    if (size > options.size() - at) return false;
    if (!take(option, options.subspan(at, size))) return true;
    at += size;
  }
  return true;
}

bool IsForUs(ByteSpan packet, const MacAddress& mac, uint32_t transaction) {
  return packet[0] == kReply && packet[1] == kEthernet && packet[2] == mac.size() &&
         ReadBig(packet.subspan(kTransactionAt)) == transaction &&
         memcmp(packet.data() + kHardwareAddressAt, mac.data(), mac.size()) == 0;
}

}  // namespace

std::vector<uint8_t> FormatDhcpDiscover(const MacAddress& mac, uint32_t transaction) {
  std::vector<uint8_t> packet(kCookieAt);
  packet[0] = kRequest;
  packet[1] = kEthernet;
  packet[2] = static_cast<uint8_t>(mac.size());
  for (size_t i = 0; i < sizeof transaction; ++i) {
    packet[kTransactionAt + i] = static_cast<uint8_t>(transaction >> (24 - 8 * i));
  }
  packet[kFlagsAt] = kBroadcastFlag;
  std::copy(mac.begin(), mac.end(), packet.begin() + kHardwareAddressAt);
  packet.insert(packet.end(), std::begin(kCookie), std::end(kCookie));
  constexpr uint8_t kWanted[] = {1, 3, 6, 43, kVendorClass, 66, 67};
  constexpr std::string_view kClass = "PXEClient:Arch:00007:UNDI:003016";
  constexpr uint8_t kX64[] = {0, 7};
  constexpr uint8_t kUndi[] = {1, 3, 16};
  uint8_t machine[17] = {};  // type 0 and a UUID, of which the address makes one of our own
  std::copy(mac.begin(), mac.end(), std::end(machine) - mac.size());
  AddOption(&packet, kMessageType, {&kDiscover, 1});
  AddOption(&packet, kParameterList, kWanted);
  AddOption(&packet, kVendorClass, AsBytes(kClass));
  AddOption(&packet, kClientArch, kX64);
  AddOption(&packet, kClientInterface, kUndi);
  AddOption(&packet, kClientMachine, machine);
  packet.push_back(kEnd);
  packet.resize(std::max(packet.size(), kPacketMinBytes));
  return packet;
}

Result<DhcpOffer> ParseDhcpOffer(ByteSpan packet, const MacAddress& mac, uint32_t transaction) {
  if (packet.size() < kOptionsAt ||
      memcmp(packet.data() + kCookieAt, kCookie, sizeof kCookie) != 0) {
    return InvalidArgument("no DHCP packet");
  }
  if (!IsForUs(packet, mac, transaction)) return InvalidArgument("for another client");
  DhcpOffer offer;
  offer.gives_address = ReadBig(packet.subspan(kOurAddressAt)) != 0;
  uint8_t type = 0;
  bool is_whole = ForEachOption(packet.subspan(kOptionsAt), [&](uint8_t option, ByteSpan value) {
    if (option == kMessageType && value.size() == 1) type = value[0];
    if (option == kServerIdentifier && value.size() == sizeof offer.server) {
      offer.server = ReadBig(value);
    }
    return true;
  });
  if (!is_whole || type != kOffer) return InvalidArgument("no OFFER");
  return offer;
}

}  // namespace airgap
