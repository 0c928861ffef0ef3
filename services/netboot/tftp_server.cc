#include "netboot/tftp_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "netboot/read_lanes.h"
#include "netboot/tftp_transfer.h"

namespace airgap {
namespace {

using Clock = TftpTransfer::Clock;
using Phase = TftpTransfer::Phase;

constexpr uint64_t kListenId = 0;
constexpr uint64_t kWakeId = 1;
constexpr uint64_t kFirstTransferId = 2;
constexpr int kEventsAtOnce = 128;
constexpr int kPacketsAtOnce = 64;
constexpr auto kAwake = std::chrono::microseconds(50);
constexpr int kIdleWaitMs = 1000;
constexpr std::chrono::seconds kStallTimeout{limits::tftp_stall_timeout_s};
// A repeated ACK this long after the last window says that the window was lost. Sooner it is an
// echo of a delay, and to answer it would double every packet that follows.
constexpr std::chrono::milliseconds kRepeatedAckQuiet{100};
// A second request from one port this long after the last packet begins anew.
constexpr std::chrono::seconds kRestartQuiet{2};

// What a read thread hands back.
struct Completion {
  uint64_t transfer_id = 0;
  Status status;
  std::shared_ptr<AssetReader> opened;  // set when this was the opening, as is
  std::shared_ptr<const Catalog> catalog;
  uint64_t offset_bytes = 0;
  std::vector<uint8_t> bytes;
};

// From read threads to the serving thread.
class CompletionQueue {
 public:
  CompletionQueue() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  int fd() const { return wake_.get(); }

  void Put(Completion completion) {
    {
      std::lock_guard lock(mutex_);
      done_.push_back(std::move(completion));
    }
    Wake();
  }
  void Wake() const {
    uint64_t one = 1;
    (void)!write(wake_.get(), &one, sizeof one);
  }
  std::vector<Completion> Take() {
    uint64_t ignored = 0;
    (void)!read(wake_.get(), &ignored, sizeof ignored);
    std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
  }

 private:
  UniqueFd wake_;
  std::mutex mutex_;
  std::vector<Completion> done_;
};

struct AtomicCounters {
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> refused{0};
  std::atomic<uint64_t> open{0};
  std::atomic<uint64_t> done{0};
  std::atomic<uint64_t> failed{0};
  std::atomic<uint64_t> bytes_sent{0};
  std::atomic<uint64_t> windows_resent{0};
};

class TftpServerImpl : public TftpServer {
 public:
  TftpServerImpl(const TftpServerOptions& options, CatalogProvider catalog)
      : options_(options), catalog_(std::move(catalog)), lanes_(options.clients_max_count) {}
  ~TftpServerImpl() override {
    stopping_ = true;
    completions_->Wake();
    if (thread_.joinable()) thread_.join();
  }

  Status Listen() {
    ASSIGN_OR_RETURN(ListenAddress address, ListenAddress::Parse(options_.listen));
    ASSIGN_OR_RETURN(listen_, ListenUdp(address));
    RaiseOpenFilesLimit();
    epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_.valid() || completions_->fd() < 0 || !Watch(listen_.get(), kListenId) ||
        !Watch(completions_->fd(), kWakeId)) {
      return ErrnoStatus(errno, "cannot wait for TFTP requests");
    }
    port_ = LocalPort(listen_.get());
    thread_ = std::thread([this] { Run(); });
    return OkStatus();
  }

  TftpCounters counters() const override {
    return {counters_.requests, counters_.refused,    counters_.open,          counters_.done,
            counters_.failed,   counters_.bytes_sent, counters_.windows_resent};
  }
  uint16_t port() const override { return port_; }

 private:
  using Transfers = std::unordered_map<uint64_t, std::unique_ptr<TftpTransfer>>;

  bool Watch(int fd, uint64_t id) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  }

  void Run() {
    std::vector<epoll_event> events(kEventsAtOnce);
    while (!stopping_) {
      int count = WaitForEvents(events);
      for (int i = 0; i < count; ++i) {
        uint64_t id = events[static_cast<size_t>(i)].data.u64;
        if (id == kListenId)
          TakeRequests();
        else if (id == kWakeId)
          TakeCompletions();
        else
          TakePacket(id);
      }
      ExpireDeadlines();
      LetGoOfOldCatalog();
    }
  }

  // Does not sleep at once while somebody fetches: a client close by answers sooner than a sleeping
  // processor wakes up, and each window waits for that.
  int WaitForEvents(std::vector<epoll_event>& events) {
    Clock::time_point end = Clock::now() + kAwake;
    while (!transfers_.empty()) {
      int count = epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, 0);
      if (count != 0) return count;
      if (Clock::now() >= end) break;
    }
    return epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, MillisecondsToDeadline());
  }

  int MillisecondsToDeadline() const {
    if (deadlines_.empty()) return kIdleWaitMs;
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first - Clock::now());
    return static_cast<int>(std::clamp<int64_t>(left.count(), 0, kIdleWaitMs));
  }

  // A medium that was pulled out must not stay open for the sake of readers kept here.
  void LetGoOfOldCatalog() {
    std::shared_ptr<const Catalog> catalog = catalog_();
    if (catalog == readers_of_) return;
    readers_.clear();
    readers_of_ = std::move(catalog);
    lanes_.ForgetIdle();
  }

  // Requests.

  void TakeRequests() {
    for (int i = 0; i < kPacketsAtOnce; ++i) {
      std::optional<TftpDatagram> datagram = ReceiveTftpRequest(listen_.get());
      if (!datagram) return;
      TakeRequest(*std::move(datagram));
    }
  }

  void TakeRequest(TftpDatagram datagram) {
    if (datagram.bytes.size() < 2 || datagram.bytes[0] != 0) return;
    auto opcode = static_cast<TftpOpcode>(datagram.bytes[1]);
    // Strays of transfers that are over; to answer them would be noise.
    if (opcode != TftpOpcode::kReadRequest && opcode != TftpOpcode::kWriteRequest) return;
    ++counters_.requests;
    Result<TftpRequest> request = ParseTftpRequest(datagram.bytes);
    if (!request.ok()) {
      return Refuse(datagram, TftpError::kIllegalOperation, request.status().message());
    }
    if (IsRepeated(datagram, *request)) return;
    if (request->opcode == TftpOpcode::kWriteRequest) {
      return Refuse(datagram, TftpError::kAccessViolation, "this server takes no files");
    }
    if (request->mode != "octet") {
      return Refuse(datagram, TftpError::kIllegalOperation,
                    "only binary transfers are served: ask for mode octet");
    }
    if (transfers_.size() >= options_.clients_max_count) {
      return Refuse(datagram, TftpError::kNotDefined, "the server is busy: try again");
    }
    Accept(std::move(datagram), *std::move(request));
  }

  void Refuse(const TftpDatagram& datagram, TftpError error, std::string_view message) {
    ++counters_.refused;
    Result<UniqueFd> socket = OpenTransferSocket(datagram);
    if (!socket.ok()) return;
    std::string packet = FormatTftpError(error, message);
    (void)!write(socket->get(), packet.data(), packet.size());
  }

  // A request that came twice, because our answer or the first one was slow. One that differs, or
  // comes after a pause, is a client that began again from the same port.
  bool IsRepeated(const TftpDatagram& datagram, const TftpRequest& request) {
    auto found = by_peer_.find(datagram.from.Key());
    if (found == by_peer_.end()) return false;
    TftpTransfer& transfer = *transfers_.at(found->second);
    bool is_same = transfer.request() == request;
    bool is_quiet = Clock::now() - transfer.last_sent > kRestartQuiet;
    if (is_same && (!transfer.was_answered() || !is_quiet)) return true;
    End(found->second, "the client began again");
    return false;
  }

  void Accept(TftpDatagram datagram, TftpRequest request) {
    std::string_view path = request.file_name;
    while (path.starts_with('/')) path.remove_prefix(1);
    LetGoOfOldCatalog();
    auto loader = options_.boot_loaders.find(path);
    bool is_loader = loader != options_.boot_loaders.end();
    std::shared_ptr<const Catalog> catalog = readers_of_;
    Result<Catalog::AssetLocation> location = catalog->FindAsset(path);
    if (!is_loader && !location.ok()) {
      std::string message = "no boot asset " + PrintableTftpText(path);
      return Refuse(datagram, TftpError::kFileNotFound, message);
    }
    Result<UniqueFd> socket = OpenTransferSocket(datagram);
    if (!socket.ok()) return;
    uint64_t id = next_id_++;
    if (!Watch(socket->get(), id)) return;
    auto made =
        std::make_unique<TftpTransfer>(*std::move(socket), std::move(datagram), std::move(request));
    TftpTransfer& transfer = *made;
    by_peer_[transfer.PeerKey()] = id;
    transfers_[id] = std::move(made);
    counters_.open = transfers_.size();
    transfer.last_progress = Clock::now();
    if (is_loader) return Begin(id, transfer, loader->second);
    OpenAsset(id, transfer, catalog, *location);
  }

  void OpenAsset(uint64_t id, TftpTransfer& transfer, const std::shared_ptr<const Catalog>& catalog,
                 const Catalog::AssetLocation& location) {
    auto reader = readers_.find(location.asset->path);
    if (reader != readers_.end()) return Begin(id, transfer, reader->second);
    Submit(id, transfer, location.bundle->medium(), [this, id, catalog, location] {
      Completion done;
      done.transfer_id = id;
      done.catalog = catalog;
      Result<std::shared_ptr<AssetReader>> opened = AssetReader::Open(catalog, location);
      if (opened.ok())
        done.opened = *std::move(opened);
      else
        done.status = opened.status();
      completions_->Put(std::move(done));
    });
  }

  // Reads.

  void Submit(uint64_t id, TftpTransfer& transfer, int medium, ReadLanes::Job job) {
    transfer.phase = Phase::kReading;
    SetDeadline(id, transfer, Clock::now() + kStallTimeout);
    if (lanes_.Submit(medium, std::move(job))) return;
    transfer.SendError(TftpError::kNotDefined, "the server is busy: try again");
    End(id, "the medium is busy");
  }

  void SubmitRead(uint64_t id, TftpTransfer& transfer) {
    TftpTransfer::ReadRequest needed = transfer.Needed();
    std::shared_ptr<AssetReader> reader = transfer.reader();
    Submit(id, transfer, reader->medium(), [this, id, reader, needed] {
      Completion done;
      done.transfer_id = id;
      done.offset_bytes = needed.offset_bytes;
      done.bytes.resize(needed.length_bytes);
      done.status = reader->Read(needed.offset_bytes, done.bytes);
      completions_->Put(std::move(done));
    });
  }

  void TakeCompletions() {
    for (Completion& done : completions_->Take()) {
      auto found = transfers_.find(done.transfer_id);
      if (found == transfers_.end()) continue;
      TftpTransfer& transfer = *found->second;
      if (!done.status.ok()) {
        transfer.SendError(TftpError::kNotDefined, done.status.message());
        End(done.transfer_id, done.status.message());
      } else if (done.opened) {
        if (done.catalog == readers_of_) readers_.emplace(done.opened->path(), done.opened);
        Begin(done.transfer_id, transfer, std::move(done.opened));
      } else {
        transfer.TakeBytes(done.offset_bytes, std::move(done.bytes));
        Continue(done.transfer_id, transfer);
      }
    }
  }

  // Transfers.

  void Begin(uint64_t id, TftpTransfer& transfer, std::shared_ptr<AssetReader> reader) {
    transfer.Begin(std::move(reader));
    Continue(id, transfer);
  }

  void Continue(uint64_t id, TftpTransfer& transfer) {
    if (!transfer.HasBytes() && !transfer.TakeCachedBytes()) return SubmitRead(id, transfer);
    transfer.phase = Phase::kWaiting;
    uint64_t before = transfer.sent_bytes;
    bool client_listens = transfer.Send();
    counters_.bytes_sent += transfer.sent_bytes - before;
    if (!client_listens) return End(id, "the client closed its port");
    SetDeadline(id, transfer, Clock::now() + transfer.RetryDelay(options_.retransmit));
  }

  // One: a client says nothing more until it has got what it asked for, as a rule.
  void TakePacket(uint64_t id) {
    auto found = transfers_.find(id);
    if (found == transfers_.end()) return;
    switch (ReceiveTftpReply(found->second->fd(), &reply_buffer_)) {
      case ReceiveOutcome::kNothing:
        return;
      case ReceiveOutcome::kClientGone:
        return End(id, "the client closed its port");
      case ReceiveOutcome::kPacket:
        break;
    }
    Result<TftpReply> reply = ParseTftpReply(reply_buffer_);
    if (reply.ok()) TakeReply(id, *found->second, *reply);
  }

  void TakeReply(uint64_t id, TftpTransfer& transfer, const TftpReply& reply) {
    if (reply.opcode == TftpOpcode::kError) {
      // UEFI asks for a size, then says so: no failure.
      if (!transfer.was_answered()) return Forget(id);
      return End(id, "the client ended it: " + reply.message);
    }
    switch (transfer.TakeAck(reply.block)) {
      case TftpWindow::AckOutcome::kIgnore:
        return;
      case TftpWindow::AckOutcome::kDone:
        return End(id, "");
      case TftpWindow::AckOutcome::kAdvance:
        break;
      case TftpWindow::AckOutcome::kRepeated:
        if (Clock::now() - transfer.last_sent < kRepeatedAckQuiet) return;
        if (Clock::now() - transfer.last_progress > kStallTimeout) {
          return End(id, "the client takes nothing");
        }
        if (transfer.phase == Phase::kWaiting) ++counters_.windows_resent;
        break;
    }
    if (transfer.phase == Phase::kWaiting) Continue(id, transfer);
  }

  // `problem` empty: the client has everything.
  void End(uint64_t id, const std::string& problem) {
    const TftpTransfer& transfer = *transfers_.at(id);
    ++(problem.empty() ? counters_.done : counters_.failed);
    if (options_.on_end) {
      options_.on_end({transfer.client(), PrintableTftpText(transfer.request().file_name),
                       transfer.ArrivedBytes(), problem});
    }
    Forget(id);
  }

  void Forget(uint64_t id) {
    auto found = transfers_.find(id);
    deadlines_.erase({found->second->deadline, id});
    by_peer_.erase(found->second->PeerKey());
    transfers_.erase(found);  // closes the socket, which also ends its place in epoll_
    counters_.open = transfers_.size();
  }

  // Deadlines.

  void SetDeadline(uint64_t id, TftpTransfer& transfer, Clock::time_point deadline) {
    deadlines_.erase({transfer.deadline, id});
    transfer.deadline = deadline;
    deadlines_.emplace(deadline, id);
  }

  void ExpireDeadlines() {
    Clock::time_point now = Clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      uint64_t id = deadlines_.begin()->second;
      TftpTransfer& transfer = *transfers_.at(id);
      if (transfer.phase == Phase::kReading) {
        transfer.SendError(TftpError::kNotDefined, "the medium does not answer");
        End(id, "the medium does not answer");
      } else if (!transfer.MayRetry()) {
        // The client went away without a word. One that never said any may be a forged address.
        if (transfer.was_answered())
          End(id, "the client stopped answering");
        else
          Forget(id);
      } else {
        ++transfer.retries;
        ++counters_.windows_resent;
        Continue(id, transfer);
      }
    }
  }

  TftpServerOptions options_;
  CatalogProvider catalog_;
  std::vector<uint8_t> reply_buffer_;
  UniqueFd listen_;
  UniqueFd epoll_;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  AtomicCounters counters_;

  // Of the serving thread alone.
  Transfers transfers_;
  std::map<std::string, uint64_t> by_peer_;
  std::set<std::pair<Clock::time_point, uint64_t>> deadlines_;
  uint64_t next_id_ = kFirstTransferId;
  std::shared_ptr<const Catalog> readers_of_;
  std::map<std::string, std::shared_ptr<AssetReader>> readers_;

  // Jobs refer to the queue, so the lanes end first.
  std::unique_ptr<CompletionQueue> completions_ = std::make_unique<CompletionQueue>();
  ReadLanes lanes_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<TftpServer>> TftpServer::Start(const TftpServerOptions& options,
                                                      CatalogProvider catalog) {
  auto server = std::make_unique<TftpServerImpl>(options, std::move(catalog));
  RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<TftpServer>(std::move(server));
}

}  // namespace airgap
