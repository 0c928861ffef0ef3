#include "netboot/sntp_packet.h"

#include <algorithm>

namespace airgap {
namespace {

constexpr unsigned kClient = 3;
constexpr unsigned kServer = 4;
constexpr unsigned kVersionMin = 1;
constexpr unsigned kVersionMax = 4;
// Far from any reference clock: a client that has a better source takes that.
constexpr uint8_t kStratum = 10;
constexpr uint8_t kPrecision = 0xEC;       // 2^-20 s
constexpr uint8_t kRootDispersion = 0x10;  // of 2^8: a sixteenth of a second
// Places in the packet.
constexpr size_t kRootDispersionAt = 10;
constexpr size_t kReferenceIdAt = 12;
constexpr size_t kReferenceTimeAt = 16;
constexpr size_t kOriginTimeAt = 24;
constexpr size_t kReceiveTimeAt = 32;
constexpr size_t kTransmitTimeAt = 40;
constexpr size_t kTimeBytes = 8;

// Seconds since 1900 and a fraction, 32 bits each; the era is the client's to know.
void Put(const timespec& time, uint8_t* out) {
  constexpr uint64_t kSecondsFrom1900To1970 = 2208988800;
  constexpr uint64_t kNanosecondsPerSecond = 1000000000;
  uint64_t seconds = static_cast<uint64_t>(time.tv_sec) + kSecondsFrom1900To1970;
  uint64_t fraction = (static_cast<uint64_t>(time.tv_nsec) << 32) / kNanosecondsPerSecond;
  uint64_t stamp = seconds << 32 | fraction;
  for (size_t i = 0; i < kTimeBytes; ++i) {
    out[i] = static_cast<uint8_t>(stamp >> (8 * (kTimeBytes - 1 - i)));
  }
}

}  // namespace

std::optional<std::array<uint8_t, kSntpPacketBytes>> AnswerSntp(ByteSpan request,
                                                                const timespec& received,
                                                                const timespec& now) {
  if (request.size() < kSntpPacketBytes) return std::nullopt;
  unsigned mode = request[0] & 7U;
  unsigned version = request[0] >> 3U & 7U;
  if (mode != kClient || version < kVersionMin || version > kVersionMax) return std::nullopt;
  std::array<uint8_t, kSntpPacketBytes> answer{};
  answer[0] = static_cast<uint8_t>(version << 3U | kServer);
  answer[1] = kStratum;
  answer[2] = request[2];  // the interval at which the client asks
  answer[3] = kPrecision;
  answer[kRootDispersionAt] = kRootDispersion;
  constexpr std::array<uint8_t, 4> kLocalClock = {'L', 'O', 'C', 'L'};
  std::copy(kLocalClock.begin(), kLocalClock.end(), answer.begin() + kReferenceIdAt);
  Put(received, answer.data() + kReferenceTimeAt);
  std::copy_n(request.begin() + kTransmitTimeAt, kTimeBytes, answer.begin() + kOriginTimeAt);
  Put(received, answer.data() + kReceiveTimeAt);
  Put(now, answer.data() + kTransmitTimeAt);
  return answer;
}

}  // namespace airgap
