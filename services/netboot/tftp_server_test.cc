// The server over loopback, against a client that can lose packets on purpose.
#include "netboot/tftp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "base/testing.h"
#include "netboot/read_lanes.h"
#include "netboot/tftp_packet.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

using testing::TestPlan;
using Clock = std::chrono::steady_clock;
using Assets = std::map<std::string, std::string>;  // by path

std::string PatternBytes(size_t size) {
  std::string bytes(size, '\0');
  uint64_t state = size + 1;
  for (char& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

std::shared_ptr<const Catalog> MakeCatalog(const Assets& assets) {
  TestPlan test("tftp", "v1");
  for (const auto& [path, content] : assets) test.AddAsset(path, content);
  return Catalog::Build({testing::OpenBytes(test.Encode())});
}

// One fetch as a client does it: RFC 1350 and 7440, blocks in order, ACK after each window.
class Client {
 public:
  explicit Client(uint16_t port) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    server_.sin_family = AF_INET;
    server_.sin_port = htons(port);
    server_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }

  // Every Nth DATA packet and every Nth ACK is lost; 0: none.
  unsigned lose_data_every = 0;
  unsigned lose_ack_every = 0;
  TftpOptions granted;     // after Fetch
  std::string option_ack;  // raw
  std::string error;       // what the server said instead
  uint16_t error_code = 0;

  void SendRequest(const TftpRequest& request) {
    std::string packet = FormatTftpRequest(request);
    (void)!sendto(fd_.get(), packet.data(), packet.size(), 0,
                  reinterpret_cast<const sockaddr*>(&server_), sizeof server_);
  }
  void SendRaw(const std::string& packet) {
    (void)!sendto(fd_.get(), packet.data(), packet.size(), 0,
                  reinterpret_cast<const sockaddr*>(&peer_), sizeof peer_);
  }
  void SendAck(uint64_t block) {
    if (lose_ack_every != 0 && ++acks_ % lose_ack_every == 0) return;
    SendRaw({'\0', '\4', static_cast<char>(block >> 8 & 0xFF), static_cast<char>(block & 0xFF)});
  }
  // The next packet, or empty after `timeout_ms`.
  std::string Receive(int timeout_ms) {
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) != 1) return "";
    socklen_t size = sizeof peer_;
    ssize_t got = recvfrom(fd_.get(), datagram_.data(), datagram_.size(), 0,
                           reinterpret_cast<sockaddr*>(&peer_), &size);
    return datagram_.substr(0, got > 0 ? static_cast<size_t>(got) : 0);
  }
  void Close() { fd_.Reset(); }

  // The whole asset, or nothing after an error or 20 s without progress.
  std::optional<std::string> Fetch(const std::string& name, const TftpOptions& options) {
    SendRequest({TftpOpcode::kReadRequest, name, "octet", options});
    size_t block_bytes = kTftpDefaultBlockBytes;
    std::string content;
    uint64_t received = 0;
    uint64_t in_window = 0;
    uint64_t window = 1;
    bool gap_told = false;
    for (Clock::time_point progress = Clock::now();
         Clock::now() - progress < std::chrono::seconds(20);) {
      std::string packet = Receive(150);
      if (packet.empty()) {
        if (received > 0 || !option_ack.empty()) SendAck(received);
        in_window = 0;
        continue;
      }
      if (packet[1] == 5) {
        error_code = static_cast<uint16_t>(static_cast<uint8_t>(packet[3]));
        error = packet.substr(4, packet.find('\0', 4) - 4);
        return std::nullopt;
      }
      if (packet[1] == 6) {
        TakeOptionAck(packet);
        block_bytes = granted.block_size_bytes.value_or(block_bytes);
        window = granted.window_blocks.value_or(1);
        SendAck(0);
        continue;
      }
      auto block = static_cast<uint16_t>(static_cast<uint8_t>(packet[2]) << 8 |
                                         static_cast<uint8_t>(packet[3]));
      // No block twice: where as many packets come again as lie between the losses, or a multiple
      // of that, the same ones would be lost for ever.
      if (lose_data_every != 0 && ++datas_ % lose_data_every == 0 && lost_.insert(block).second) {
        continue;
      }
      if (block != static_cast<uint16_t>(received + 1)) {
        // A gap: say once where to go on.
        if (!gap_told) SendAck(received);
        gap_told = true;
        in_window = 0;
        continue;
      }
      gap_told = false;
      progress = Clock::now();
      ++received;
      content.append(packet, 4);
      bool is_last = packet.size() - 4 < block_bytes;
      if (++in_window == window || is_last) {
        SendAck(received);
        in_window = 0;
      }
      if (is_last) return content;
    }
    error = "the client gave up";
    return std::nullopt;
  }

 private:
  void TakeOptionAck(const std::string& packet) {
    option_ack = packet;
    // An OACK's options are spelled as in a request.
    auto parsed = ParseTftpRequest(AsBytes(std::string("\0\1x\0octet\0", 10) + packet.substr(2)));
    ASSERT_OK(parsed);
    granted = parsed->options;
  }

  UniqueFd fd_;
  std::string datagram_ = std::string(70000, '\0');  // for the largest there is
  sockaddr_in server_{};
  sockaddr_in peer_{};
  unsigned datas_ = 0;
  std::set<uint16_t> lost_;
  unsigned acks_ = 0;
};

// A server with some assets, and what it reported.
class Bench {
 public:
  explicit Bench(Assets assets, size_t clients_max_count = 1000)
      : assets_(std::move(assets)), catalog_(MakeCatalog(assets_)) {
    TftpServerOptions options;
    options.listen = "127.0.0.1:0";
    options.clients_max_count = clients_max_count;
    options.retransmit = std::chrono::milliseconds(150);
    options.on_end = [this](const TftpTransferReport& report) {
      std::lock_guard lock(mutex_);
      reports_.push_back(report);
    };
    auto server = TftpServer::Start(options, [this] { return catalog_; });
    ASSERT_OK(server);
    server_ = *std::move(server);
  }

  void ExpectFetch(const std::string& path, const TftpOptions& options, unsigned lose_data = 0,
                   unsigned lose_ack = 0) {
    Client client(server_->port());
    client.lose_data_every = lose_data;
    client.lose_ack_every = lose_ack;
    auto content = client.Fetch(path, options);
    if (!content) fail_msg("%s: %s", path.c_str(), client.error.c_str());
    assert_true(*content == assets_.at(path));
  }
  // Waits until the server has no more transfers open than this: a client has all it asked for
  // before its last ACK has told the server.
  void WaitUntilOpen(uint64_t count) {
    for (int i = 0; i < 400 && server_->counters().transfers_open > count; ++i) usleep(25'000);
    assert_int_equal(server_->counters().transfers_open, count);
  }
  void WaitUntilIdle() { WaitUntilOpen(0); }
  std::vector<TftpTransferReport> Reports() {
    std::lock_guard lock(mutex_);
    return reports_;
  }
  uint16_t port() const { return server_->port(); }
  TftpCounters counters() const { return server_->counters(); }
  void Stop() { server_.reset(); }

 private:
  Assets assets_;
  std::shared_ptr<const Catalog> catalog_;
  std::mutex mutex_;
  std::vector<TftpTransferReport> reports_;
  std::unique_ptr<TftpServer> server_;
};

TftpOptions Options(std::optional<uint64_t> block, std::optional<uint64_t> window) {
  TftpOptions options;
  options.block_size_bytes = block;
  options.window_blocks = window;
  return options;
}

void AssetsOfAnySizeArrive(void**) {
  Assets assets;
  for (size_t size : {0, 1, 511, 512, 513, 1024, 1'048'576, 1'300'001}) {
    assets["boot/" + std::to_string(size)] = PatternBytes(size);
  }
  Bench bench(assets);
  for (const auto& [path, content] : assets) {
    bench.ExpectFetch(path, {});
    bench.ExpectFetch(path, Options(1468, std::nullopt));
    bench.ExpectFetch(path, Options(1468, 4));
    bench.ExpectFetch(path, Options(512, 16));
    bench.ExpectFetch(path, Options(65464, 8));
  }
  bench.WaitUntilIdle();
  assert_int_equal(bench.counters().transfers_failed, 0);
}

void LostPacketsAreSentAgain(void**) {
  Bench bench(Assets{{"boot/a", PatternBytes(100'000)}});
  bench.ExpectFetch("boot/a", {}, 40, 0);
  bench.ExpectFetch("boot/a", {}, 0, 40);
  bench.ExpectFetch("boot/a", Options(1024, 1), 20, 30);
  bench.ExpectFetch("boot/a", Options(1024, 4), 7, 0);
  bench.ExpectFetch("boot/a", Options(1024, 16), 7, 5);
  bench.ExpectFetch("boot/a", Options(1024, 16), 16, 0);  // always the last of a window
  bench.WaitUntilIdle();
  assert_true(bench.counters().windows_resent > 0);
}

void MoreThan65535BlocksArrive(void**) {
  Bench bench(Assets{{"boot/large", PatternBytes(600 * 1024 + 5)}});
  bench.ExpectFetch("boot/large", Options(8, 32));
  bench.ExpectFetch("boot/large", Options(8, std::nullopt));
}

void ASizeProbeIsNoFailure(void**) {
  Bench bench(Assets{{"boot/a", PatternBytes(12345)}});
  Client client(bench.port());
  TftpOptions options;
  options.transfer_size_bytes = 0;
  client.SendRequest({TftpOpcode::kReadRequest, "/boot/a", "octet", options});
  ASSERT_TEXT(client.Receive(5000), std::string("\0\6tsize\00012345\0", 14));
  client.SendRaw(std::string("\0\5\0\10User aborted\0", 17));
  bench.WaitUntilIdle();
  assert_int_equal(bench.Reports().size(), 0);
  assert_int_equal(bench.counters().transfers_failed, 0);
  // The real request comes from the same port.
  auto content = client.Fetch("boot/a", options);
  assert_true(content && content->size() == 12345);
}

void WhatIsNotServedIsRefused(void**) {
  Bench bench(Assets{{"boot/a", "a"}});
  struct {
    TftpRequest request;
    int code;
    const char* says;
  } cases[] = {
      {{TftpOpcode::kReadRequest, "boot/none", "octet", {}}, 1, "no boot asset boot/none"},
      {{TftpOpcode::kReadRequest, "../../etc/passwd", "octet", {}}, 1, "no boot asset"},
      {{TftpOpcode::kReadRequest, "/", "octet", {}}, 1, "no boot asset"},
      {{TftpOpcode::kReadRequest, "boot/a", "netascii", {}}, 4, "octet"},
      {{TftpOpcode::kWriteRequest, "boot/a", "octet", {}}, 2, "takes no files"},
  };
  for (const auto& refused : cases) {
    Client client(bench.port());
    client.SendRequest(refused.request);
    std::string packet = client.Receive(5000);
    assert_true(packet.size() > 4 && packet[1] == 5);
    assert_int_equal(packet[3], refused.code);
    ASSERT_CONTAINS(packet, refused.says);
  }
  assert_int_equal(bench.counters().refused, 5);
}

void ADamagedAssetIsNotSent(void**) {
  TestPlan test("tftp", "v1");
  test.AddAsset("boot/good", PatternBytes(2000));
  std::string content = PatternBytes(200'000);
  test.AddAsset("boot/bad", content);
  std::string tar = test.Encode();
  size_t at = tar.find(content.substr(0, 64));
  tar[at + 100] ^= 1;
  auto catalog = Catalog::Build({testing::OpenBytes(tar)});
  TftpServerOptions options;
  options.listen = "127.0.0.1:0";
  auto server = TftpServer::Start(options, [&] { return catalog; });
  ASSERT_OK(server);
  Client bad((*server)->port());
  assert_false(bad.Fetch("boot/bad", {}).has_value());
  ASSERT_CONTAINS(bad.error, "withdrawn");
  Client good((*server)->port());
  assert_true(good.Fetch("boot/good", {}).has_value());
}

void FiftyClientsAreServedAtOnce(void**) {
  Assets assets;
  for (size_t i = 0; i < 5; ++i) {
    assets["boot/" + std::to_string(i)] = PatternBytes(50'000 + i);
  }
  Bench bench(assets);
  std::atomic<int> complete{0};
  std::vector<std::thread> threads;
  threads.reserve(50);
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&, i] {
      std::string path = "boot/" + std::to_string(i % 5);
      Client client(bench.port());
      auto content = client.Fetch(path, Options(1024, i % 3 == 0 ? 4 : 1));
      if (content && *content == assets.at(path)) ++complete;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(complete, 50);
  bench.WaitUntilIdle();
  assert_int_equal(bench.counters().transfers_done, 50);
  assert_int_equal(bench.Reports().size(), 50);
}

void AFullServerSaysSoAndRecovers(void**) {
  Bench bench(Assets{{"boot/a", PatternBytes(2000)}}, 2);
  Client first(bench.port());
  Client second(bench.port());
  for (Client* client : {&first, &second}) {
    client->SendRequest({TftpOpcode::kReadRequest, "boot/a", "octet", {}});
    assert_true(client->Receive(5000).size() == 516);
    client->SendAck(1);
    assert_true(client->Receive(5000).size() == 516);
  }
  Client third(bench.port());
  assert_false(third.Fetch("boot/a", {}).has_value());
  ASSERT_CONTAINS(third.error, "busy");
  first.SendRaw(std::string("\0\5\0\0enough\0", 11));
  bench.WaitUntilOpen(1);
  bench.ExpectFetch("boot/a", {});
  bench.WaitUntilOpen(1);
  auto reports = bench.Reports();
  assert_int_equal(reports.size(), 2);
  ASSERT_TEXT(reports[0].client, "127.0.0.1");
  ASSERT_CONTAINS(reports[0].problem, "enough");
}

void AClientThatNeverAnswersGetsLittle(void**) {
  Bench bench(Assets{{"boot/a", PatternBytes(2000)}});
  Client client(bench.port());
  client.SendRequest({TftpOpcode::kReadRequest, "boot/a", "octet", {}});
  assert_int_equal(client.Receive(5000).size(), 516);
  bench.WaitUntilIdle();
  int packets = 1;
  while (!client.Receive(100).empty()) ++packets;
  assert_int_equal(packets, 1 + limits::tftp_unanswered_retries_max_count);
  assert_int_equal(bench.Reports().size(), 0);
}

void ARequestThatCameTwiceIsOneTransfer(void**) {
  Bench bench(Assets{{"boot/a", PatternBytes(300)}, {"boot/b", "b"}});
  Client client(bench.port());
  TftpRequest request{TftpOpcode::kReadRequest, "boot/a", "octet", {}};
  client.SendRequest(request);
  client.SendRequest(request);
  assert_int_equal(client.Receive(5000).size(), 304);
  assert_int_equal(bench.counters().transfers_open, 1);
  // Another name from the same port: the client began again.
  request.file_name = "boot/b";
  client.SendRequest(request);
  std::string packet;
  do packet = client.Receive(5000);
  while (packet.size() == 304);
  assert_int_equal(packet.size(), 5);
  client.SendAck(1);
  bench.WaitUntilIdle();
}

void NoiseIsIgnored(void**) {
  Bench bench(Assets{{"boot/a", "a"}});
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(bench.port());
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const std::string& noise : {std::string(), std::string("x"), std::string("\0\4\0\1", 4),
                                   std::string("\0\1", 2), std::string(5000, '\1')}) {
    (void)!sendto(fd, noise.data(), noise.size(), 0, reinterpret_cast<sockaddr*>(&server),
                  sizeof server);
  }
  close(fd);
  bench.ExpectFetch("boot/a", {});
  assert_int_equal(bench.counters().requests, 2);  // "\0\1" is a bad request
}

void AServerStopsInTheMiddle(void**) {
  Bench bench(Assets{{"boot/a", PatternBytes(100'000)}});
  Client client(bench.port());
  client.SendRequest({TftpOpcode::kReadRequest, "boot/a", "octet", {}});
  assert_int_equal(client.Receive(5000).size(), 516);
  bench.Stop();
}

void AnAddressInUseIsNamed(void**) {
  Bench bench(Assets{{"boot/a", "a"}});
  TftpServerOptions options;
  options.listen = "127.0.0.1:" + std::to_string(bench.port());
  auto server = TftpServer::Start(options, [] { return Catalog::Build({}); });
  assert_false(server.ok());
  ASSERT_CONTAINS(server.status().message(), options.listen);
}

void AMediumThatHangsHoldsUpOnlyItsOwnJobs(void**) {
  std::mutex held;
  std::atomic<int> done{0};
  held.lock();
  {
    ReadLanes lanes(2);
    assert_true(lanes.Submit(3, [&] {
      std::lock_guard wait(held);
      ++done;
    }));
    assert_true(lanes.Submit(4, [&] { ++done; }));
    for (int i = 0; i < 400 && done < 1; ++i) usleep(10'000);
    assert_int_equal(done, 1);
    lanes.ForgetIdle();
    // One runs; two may wait, no more.
    while (lanes.Submit(3, [&] { ++done; })) continue;
    held.unlock();
    for (int i = 0; i < 400 && done < 4; ++i) usleep(10'000);
  }
  assert_true(done >= 3);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AssetsOfAnySizeArrive),
      cmocka_unit_test(LostPacketsAreSentAgain),
      cmocka_unit_test(MoreThan65535BlocksArrive),
      cmocka_unit_test(ASizeProbeIsNoFailure),
      cmocka_unit_test(WhatIsNotServedIsRefused),
      cmocka_unit_test(ADamagedAssetIsNotSent),
      cmocka_unit_test(FiftyClientsAreServedAtOnce),
      cmocka_unit_test(AFullServerSaysSoAndRecovers),
      cmocka_unit_test(AClientThatNeverAnswersGetsLittle),
      cmocka_unit_test(ARequestThatCameTwiceIsOneTransfer),
      cmocka_unit_test(NoiseIsIgnored),
      cmocka_unit_test(AServerStopsInTheMiddle),
      cmocka_unit_test(AnAddressInUseIsNamed),
      cmocka_unit_test(AMediumThatHangsHoldsUpOnlyItsOwnJobs),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
