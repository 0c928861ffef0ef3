#include "netboot/time_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <ctime>

#include "base/testing.h"
#include "netboot/sntp_packet.h"

namespace airgap {
namespace {

using Packet = std::array<uint8_t, kSntpPacketBytes>;

constexpr uint8_t kVersion4Client = 4 << 3 | 3;
constexpr uint8_t kVersion4Server = 4 << 3 | 4;

Packet Question() {
  Packet question{};
  question[0] = kVersion4Client;
  for (size_t i = 40; i < question.size(); ++i) question[i] = static_cast<uint8_t>(i);
  return question;
}

uint64_t SecondsAt(const Packet& packet, size_t place) {
  uint64_t seconds = 0;
  for (size_t i = 0; i < 4; ++i) seconds = seconds << 8 | packet[place + i];
  return seconds;
}

void AnAnswerHasTheClientsStampAndTheTime(void**) {
  // 2036-02-07T06:28:16Z: 32 bits of seconds since 1900 begin anew.
  auto answer = AnswerSntp(Question(), {2085978495, 500000000}, {2085978496, 250000000});
  assert_true(answer.has_value());
  assert_int_equal((*answer)[0], kVersion4Server);
  assert_in_range((*answer)[1], 1, 15);
  assert_int_equal(SecondsAt(*answer, 16), 0xFFFFFFFF);
  assert_memory_equal(answer->data() + 24, Question().data() + 40, 8);
  assert_int_equal(SecondsAt(*answer, 32), 0xFFFFFFFF);
  assert_int_equal(SecondsAt(*answer, 36), 0x80000000);
  assert_int_equal(SecondsAt(*answer, 40), 0);
  assert_int_equal(SecondsAt(*answer, 44), 0x40000000);
}

void WhatIsNoQuestionHasNoAnswer(void**) {
  Packet question = Question();
  assert_false(AnswerSntp({question.data(), question.size() - 1}, {}, {}).has_value());
  assert_false(AnswerSntp({}, {}, {}).has_value());
  // An answer would be answered by another server for ever.
  for (uint8_t first : {kVersion4Server, uint8_t{4 << 3 | 1}, uint8_t{5 << 3 | 3}, uint8_t{3}}) {
    question[0] = first;
    assert_false(AnswerSntp(question, {}, {}).has_value());
  }
  question[0] = 3 << 3 | 3;
  auto answer = AnswerSntp(question, {}, {});
  assert_true(answer.has_value());
  assert_int_equal((*answer)[0], 3 << 3 | 4);
}

void ItAnswersFromTheAddressThatWasAsked(void**) {
  TimeServer server;
  ASSERT_OK(server.Start(0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
  UniqueFd client(socket(AF_INET, SOCK_DGRAM, 0));
  timeval limit = {10, 0};
  setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  // Connected: an answer from another address is not received.
  assert_int_equal(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  Packet question = Question();
  Packet answer{};
  assert_int_equal(send(client.get(), "?", 1, 0), 1);
  assert_int_equal(send(client.get(), question.data(), question.size(), 0), question.size());
  assert_int_equal(recv(client.get(), answer.data(), answer.size(), 0), answer.size());
  uint64_t now = static_cast<uint64_t>(time(nullptr)) + 2208988800;
  assert_in_range(SecondsAt(answer, 40), (now - 5) & 0xFFFFFFFF, (now + 1) & 0xFFFFFFFF);

  TimeServer other;
  Status second = other.Start(server.port());
  assert_int_equal(second.code(), Code::kUnavailable);
  uint16_t port = server.port();
  server.Stop();
  ASSERT_OK(other.Start(port));
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AnAnswerHasTheClientsStampAndTheTime),
      cmocka_unit_test(WhatIsNoQuestionHasNoAnswer),
      cmocka_unit_test(ItAnswersFromTheAddressThatWasAsked),
  };
  return cmocka_run_group_tests_name("netboot/time_server", tests, nullptr, nullptr);
}
