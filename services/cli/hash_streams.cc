#include "cli/hash_streams.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "base/limits.h"

namespace airgap {
namespace {

struct Buffer {
  std::vector<uint8_t> bytes;
  size_t size = 0;
};

// A stream that has begun. Everything but `stream` is guarded by the pool's mutex.
struct Running {
  std::unique_ptr<HashStream> stream;
  uint64_t read_bytes = 0;
  size_t held = 0;  // buffers: filled, being filled or being hashed
  std::deque<Buffer> filled;
  bool is_hashed = false;  // by some thread at this moment
  Status status;

  bool IsRead() const { return !status.ok() || read_bytes == stream->size_bytes(); }
};

class Pool {
 public:
  Pool(const ReadableFile& file, size_t threads, const std::atomic<bool>* stop,
       const NextStream& next)
      : file_(file), stop_(stop), next_(next), running_max_count_(threads) {
    constexpr uint64_t kBuffers = limits::verify_buffers_max_bytes / limits::verify_buffer_bytes;
    held_max_count_ = std::min<size_t>(kBuffers / threads, kHeldMaxCount);
  }

  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!IsStopped() && !(is_exhausted_ && running_.empty())) {
      if (Running* stream = is_reading_ ? nullptr : StreamToRead()) {
        Read(stream, lock);
      } else if (Running* stream = StreamToHash()) {
        Hash(stream, lock);
      } else if (!is_exhausted_ || !running_.empty()) {
        changed_.wait(lock);
        continue;
      }
      changed_.notify_all();
    }
    changed_.notify_all();
  }

 private:
  static constexpr size_t kHeldMaxCount = 8;

  bool IsStopped() const { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }

  // running_ is in the order of beginning.
  Running* StreamToRead() {
    for (Running& running : running_) {
      if (!running.IsRead() && running.held < held_max_count_) return &running;
    }
    if (is_exhausted_ || running_.size() == running_max_count_) return nullptr;
    std::unique_ptr<HashStream> stream = next_();
    is_exhausted_ = stream == nullptr;
    if (is_exhausted_) return nullptr;
    running_.emplace_back().stream = std::move(stream);
    return running_.back().IsRead() ? nullptr : &running_.back();
  }

  Running* StreamToHash() {
    for (Running& running : running_) {
      if (!running.is_hashed && (!running.filled.empty() || running.IsRead())) return &running;
    }
    return nullptr;
  }

  void Read(Running* running, std::unique_lock<std::mutex>& lock) {
    is_reading_ = true;
    ++running->held;
    uint64_t done = running->read_bytes;
    uint64_t left = running->stream->size_bytes() - done;
    Buffer buffer = TakeBuffer();
    lock.unlock();
    buffer.size = static_cast<size_t>(std::min(left, limits::verify_buffer_bytes));
    Status status =
        file_.ReadAt(running->stream->offset_bytes() + done, {buffer.bytes.data(), buffer.size});
    lock.lock();
    is_reading_ = false;
    if (status.ok()) {
      running->read_bytes = done + buffer.size;
      running->filled.push_back(std::move(buffer));
    } else {
      running->status = status;
      --running->held;
      free_.push_back(std::move(buffer));
    }
  }

  // What is there of a stream; after the last of it the stream ends.
  void Hash(Running* running, std::unique_lock<std::mutex>& lock) {
    running->is_hashed = true;
    std::deque<Buffer> taken = std::move(running->filled);
    running->filled.clear();
    bool is_last = running->IsRead();
    lock.unlock();
    for (const Buffer& buffer : taken) {
      if (IsStopped()) break;
      running->stream->Take({buffer.bytes.data(), buffer.size});
    }
    if (is_last && !IsStopped()) running->stream->End(running->status);
    lock.lock();
    running->is_hashed = false;
    running->held -= taken.size();
    for (Buffer& buffer : taken) free_.push_back(std::move(buffer));
    if (!is_last) return;
    running_.remove_if([running](const Running& other) { return &other == running; });
  }

  Buffer TakeBuffer() {
    if (free_.empty()) return {std::vector<uint8_t>(limits::verify_buffer_bytes), 0};
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  const ReadableFile& file_;
  const std::atomic<bool>* stop_;
  const NextStream& next_;
  size_t running_max_count_;
  size_t held_max_count_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::list<Running> running_;
  std::vector<Buffer> free_;
  bool is_reading_ = false;
  bool is_exhausted_ = false;
};

}  // namespace

void HashInParallel(const ReadableFile& file, size_t threads, const std::atomic<bool>* stop,
                    const NextStream& next) {
  Pool pool(file, threads, stop, next);
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back([&pool] { pool.Work(); });
  pool.Work();
  for (std::thread& thread : others) thread.join();
}

}  // namespace airgap
