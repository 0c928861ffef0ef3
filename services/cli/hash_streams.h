// Many stretches of one file, each taken in order, by as many threads as there are processors.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/env.h"

namespace airgap {

// One stretch. Its functions are called by one thread at a time.
class HashStream {
 public:
  virtual ~HashStream() = default;
  virtual uint64_t offset_bytes() const = 0;
  virtual uint64_t size_bytes() const = 0;
  // The bytes, in order.
  virtual void Take(ByteSpan bytes) = 0;
  // Once, at the end of it, or when it cannot be read. Not called when `stop` came first.
  virtual void End(const Status& status) = 0;
};

// The next stretch to begin with, or null when there is none left. Called by one thread at a time.
using NextStream = std::function<std::unique_ptr<HashStream>()>;

// Returns when every stream has ended, or soon after `stop` (may be null) became true. `threads` at
// least 1; together they hold at most limits::verify_buffers_max_bytes.
//
// One thread at a time reads; it always reads for the stream that began first and has room for
// more, and begins a new one only when none has. So a medium that is slower than the processors is
// read straight on, stream after stream, while a fast one keeps all of them busy (figures:
// scripts/BENCH.md). Threads that each read for themselves would make a spinning disk or a CD seek
// from one blob to the other all the time.
void HashInParallel(const ReadableFile& file, size_t threads, const std::atomic<bool>* stop,
                    const NextStream& next);

}  // namespace airgap
