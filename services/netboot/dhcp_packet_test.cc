#include "netboot/dhcp_packet.h"

#include "base/testing.h"

namespace airgap {
namespace {

constexpr MacAddress kMac = {2, 0, 0, 0, 0, 1};
constexpr MacAddress kOther = {2, 0, 0, 0, 0, 2};
constexpr uint32_t kTransaction = 0x01020304;

// The first option is the message type.
constexpr size_t kTypeAt = 242;
constexpr size_t kOptionsAt = 240;

std::vector<uint8_t> Offer(const std::vector<uint8_t>& options) {
  std::vector<uint8_t> packet = FormatDhcpDiscover(kMac, kTransaction);
  packet[0] = 2;
  packet.resize(kOptionsAt);
  packet.insert(packet.end(), options.begin(), options.end());
  return packet;
}

void ADiscoverSaysThatItBootsOverTheNetwork(void**) {
  std::vector<uint8_t> packet = FormatDhcpDiscover(kMac, kTransaction);
  assert_true(packet.size() >= 300);
  assert_int_equal(packet[kTypeAt], 1);
  std::string text(packet.begin(), packet.end());
  ASSERT_CONTAINS(text, "PXEClient:Arch:00007:UNDI:003016");
  ASSERT_CONTAINS(text, std::string("\x01\x02\x03\x04\0\0\x80\0", 8));
}

void AnOfferNamesItsServer(void**) {
  std::vector<uint8_t> packet = Offer({53, 1, 2, 0, 0, 54, 4, 10, 0, 0, 1, 255});
  auto offer = ParseDhcpOffer(packet, kMac, kTransaction);
  ASSERT_OK(offer.status());
  assert_int_equal(offer->server, 0x0A000001);
  assert_false(offer->gives_address);
  packet[19] = 7;  // an address for the client
  assert_true(ParseDhcpOffer(packet, kMac, kTransaction)->gives_address);
  // Options may just end.
  ASSERT_OK(ParseDhcpOffer(Offer({53, 1, 2}), kMac, kTransaction).status());
}

void WhatIsNoOfferForUsIsRefused(void**) {
  std::vector<uint8_t> packet = Offer({53, 1, 2, 255});
  ASSERT_CODE(ParseDhcpOffer(packet, kOther, kTransaction).status(), Code::kInvalidArgument);
  ASSERT_CODE(ParseDhcpOffer(packet, kMac, 7).status(), Code::kInvalidArgument);
  for (const std::vector<uint8_t>& wrong :
       {Offer({53, 1, 5, 255}), Offer({}), Offer({53}), Offer({53, 2, 2}), Offer({53, 1, 2, 54}),
        Offer({53, 1, 2, 54, 4, 10}), FormatDhcpDiscover(kMac, kTransaction),
        std::vector<uint8_t>(239), std::vector<uint8_t>(300)}) {
    ASSERT_CODE(ParseDhcpOffer(wrong, kMac, kTransaction).status(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ADiscoverSaysThatItBootsOverTheNetwork),
      cmocka_unit_test(AnOfferNamesItsServer),
      cmocka_unit_test(WhatIsNoOfferForUsIsRefused),
  };
  return cmocka_run_group_tests_name("netboot/dhcp_packet", tests, nullptr, nullptr);
}
