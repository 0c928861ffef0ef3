// The answer of a time server: RFC 4330 4 and 6, RFC 5905 7.3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>

#include "base/env.h"

namespace airgap {

inline constexpr size_t kSntpPacketBytes = 48;

// What a client that asks in `request` is told by a machine whose clock said `received` when that
// came and says `now`: as long as the question, from a clock that nobody else has set. Nothing for
// a datagram that is no client's question.
std::optional<std::array<uint8_t, kSntpPacketBytes>> AnswerSntp(ByteSpan request,
                                                                const timespec& received,
                                                                const timespec& now);

}  // namespace airgap
