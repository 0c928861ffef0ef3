// The whole server over loopback: TLS in user space and what real and hostile clients do.
#include "net/http_server.h"

#include <sys/socket.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "base/limits.h"
#include "base/testing.h"
#include "net/certs.h"
#include "net/tls_client_testing.h"

namespace airgap {
namespace {

using testing::TestClient;
using testing::TestReply;

constexpr size_t kLargeBytes = 5 * 1024 * 1024 + 123;

std::string LargeBody() {
  std::string body(kLargeBytes, '\0');
  uint32_t state = 1;
  for (char& c : body) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return body;
}

class LargeReader : public BodyReader {
 public:
  explicit LargeReader(uint64_t fails_at) : fails_at_(fails_at) {}
  Result<size_t> Read(uint64_t offset_bytes, MutableByteSpan out) override {
    if (offset_bytes >= fails_at_) return Corrupt("the body fails here, as the test wants");
    static const std::string body = LargeBody();
    size_t size = std::min<uint64_t>(out.size(), body.size() - offset_bytes);
    memcpy(out.data(), body.data() + offset_bytes, size);
    return size;
  }

 private:
  uint64_t fails_at_;
};

// A server with a certificate of its own and some paths.
class Fixture {
 public:
  explicit Fixture(unsigned connections_max = 0) {
    ASSERT_OK(WriteWholeFile(RealEnv(), folder_ / "large", LargeBody(), 0600));
    files_ = CertificateFiles::In(folder_.path());
    ASSERT_OK(EnsureCertificates(RealEnv(), files_, {{"localhost"}, {"127.0.0.1"}}, nullptr));
    file_ = *RealEnv()->OpenReadable(folder_ / "large");
    HttpServerOptions options;
    options.tls_listen = "127.0.0.1:0";
    options.plain_listen = "127.0.0.1:0";
    options.tls = {files_.server_cert, files_.server_key};
    options.connections_max_count = connections_max;
    auto server =
        HttpServer::Start(options, [this](const HttpRequest& request) { return Answer(request); });
    ASSERT_OK(server);
    server_ = *std::move(server);
  }

  TestClient Connect(bool tls12 = false) {
    return TestClient(server_->tls_port(), files_.ca_cert, tls12);
  }
  HttpServer& server() { return *server_; }
  const CertificateFiles& files() const { return files_; }

  // Waits until so many requests are being answered or were; false when they do not come.
  bool AreAsked(uint64_t requests) {
    for (int i = 0; i < 500; ++i) {
      if (server_->counters().requests >= requests) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  // Lets those be answered that asked for /busy.
  void EndBusy() {
    is_busy_ = false;
    is_busy_.notify_all();
  }

  // Waits for the server to see that connections went away.
  bool DrainsTo(uint64_t connections) {
    for (int i = 0; i < 500; ++i) {
      if (server_->counters().connections_open <= connections) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  HttpResponse Answer(const HttpRequest& request) const {
    HttpResponse response;
    if (request.path == "/file") {
      response.file_fd = file_->fd();
      response.size_bytes = kLargeBytes;
    } else if (request.path == "/part") {
      response.status = 206;
      response.file_fd = file_->fd();
      response.file_offset_bytes = 1000;
      response.size_bytes = 100;
    } else if (request.path == "/reader" || request.path == "/fails") {
      response.reader =
          std::make_shared<LargeReader>(request.path == "/fails" ? 2 * limits::kMiB : UINT64_MAX);
      response.size_bytes = kLargeBytes;
    } else if (request.path == "/echo") {
      return HttpResponse::Text(200, "text/plain",
                                request.client + " " + (request.is_tls ? "tls" : "plain") + " " +
                                    request.Query("q") + " " + request.Header("x-test"));
    } else {
      if (request.path == "/busy") is_busy_.wait(true);
      return HttpResponse::Text(404, "text/plain", "nothing\n");
    }
    return response;
  }

  testing::TempFolder folder_;
  CertificateFiles files_;
  std::shared_ptr<ReadableFile> file_;
  std::atomic<bool> is_busy_{true};
  std::unique_ptr<HttpServer> server_;
};

void BodiesArriveWhole(void**) {
  Fixture fixture;
  for (bool tls12 : {false, true}) {
    TestClient client = fixture.Connect(tls12);
    ASSERT_TEXT(client.alpn(), "http/1.1");
    for (const char* path : {"/file", "/reader"}) {
      TestReply reply = client.Get(path);
      assert_int_equal(reply.status, 200);
      assert_true(reply.body == LargeBody());
    }
    TestReply part = client.Get("/part");
    assert_int_equal(part.status, 206);
    assert_true(part.body == LargeBody().substr(1000, 100));
  }
}

void AConnectionIsUsedAgain(void**) {
  Fixture fixture;
  TestClient client = fixture.Connect();
  for (int i = 0; i < 100; ++i) {
    assert_int_equal(client.Get("/none").status, 404);
    TestReply head = client.Get("/file", "HEAD");
    assert_int_equal(head.status, 200);
    ASSERT_CONTAINS(head.head, "Content-Length: " + std::to_string(kLargeBytes));
  }
  ASSERT_TEXT(client.Get("/echo?q=a%20b", "GET", "X-Test: y\r\n").body, "127.0.0.1 tls a b y");
  assert_int_equal(fixture.server().counters().requests, 201);
}

void PipelinedRequestsAreAnsweredInOrder(void**) {
  Fixture fixture;
  TestClient client = fixture.Connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /echo?q=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.Send(requests);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TEXT(client.ReadReply(true).body, "127.0.0.1 tls " + std::to_string(i) + " ");
  }
}

void AnEndIsToldFromACut(void**) {
  Fixture fixture;
  TestClient client = fixture.Connect();
  client.Send("GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  TestReply reply = client.ReadToEnd();
  assert_true(reply.body == LargeBody());
  assert_true(reply.ended_cleanly);
}

void AClientThatHasSaidEverythingStillGetsItsAnswer(void**) {
  Fixture fixture;
  TestClient client = fixture.Connect();
  client.Send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
  client.HalfClose();
  assert_true(client.ReadReply(true).body == LargeBody());
}

void ABodyThatFailsIsCutShort(void**) {
  Fixture fixture;
  {
    TestClient client = fixture.Connect();
    TestReply reply = client.Get("/fails");
    assert_int_equal(reply.status, 200);
    assert_true(reply.body.size() <= 2 * limits::kMiB);
    assert_true(reply.body == LargeBody().substr(0, reply.body.size()));
  }
  assert_true(fixture.DrainsTo(0));
}

void ASlowReaderGetsEverything(void**) {
  Fixture fixture;
  TestClient slow = fixture.Connect();
  slow.Send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  TestClient other = fixture.Connect();  // is not held up by it
  assert_true(other.Get("/file").body == LargeBody());
  assert_true(slow.ReadReply(true).body == LargeBody());
}

void ClientsThatGoAwayLeaveNothingBehind(void**) {
  Fixture fixture;
  for (int i = 0; i < 20; ++i) {
    TestClient client = fixture.Connect();
    client.Send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
    client.Read(1 + static_cast<size_t>(i) * 1000);
  }
  assert_true(fixture.DrainsTo(0));
  assert_int_equal(fixture.Connect().Get("/none").status, 404);
}

void JunkInsteadOfAHandshakeIsDropped(void**) {
  Fixture fixture;
  for (const std::string junk :
       {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff", "", "\0\0\0\0"}) {
    UniqueFd fd = testing::ConnectTcp(fixture.server().tls_port());
    if (!junk.empty()) (void)send(fd.get(), junk.data(), junk.size(), MSG_NOSIGNAL);
    shutdown(fd.get(), SHUT_WR);
    char byte = 0;
    while (recv(fd.get(), &byte, 1, 0) > 0) {
    }
  }
  assert_true(fixture.DrainsTo(0));
  assert_true(fixture.server().counters().handshakes_failed >= 3);
  assert_int_equal(fixture.Connect().Get("/none").status, 404);
}

void MalformedPathsAre400(void**) {
  Fixture fixture;
  TestClient client = fixture.Connect();
  for (const char* path : {"/a/../b", "/%2e%2e/b", "/a%00b", "/a//b", "/a%zz", "/?q=%"}) {
    assert_int_equal(client.Get(path).status, 400);
  }
}

void ARequestHeadThatIsTooLargeIsRefused(void**) {
  Fixture fixture;
  TestClient client = fixture.Connect();
  std::string value(limits::http_request_head_max_bytes, 'x');
  assert_int_equal(client.Get("/none", "GET", "X-Large: " + value + "\r\n").status, 431);
}

void ManyPullsAtOnceArriveWhole(void**) {
  Fixture fixture;
  std::atomic<int> whole{0};
  std::vector<std::thread> pulls;
  pulls.reserve(16);
  for (int i = 0; i < 16; ++i) {
    pulls.emplace_back([&] {
      TestClient client = fixture.Connect();
      if (client.Get("/file").body == LargeBody()) ++whole;
    });
  }
  for (std::thread& pull : pulls) pull.join();
  assert_int_equal(whole, 16);
}

// Ask sends a request without TLS and does not wait for the answer.
UniqueFd Ask(Fixture* fixture, const char* path) {
  UniqueFd client = testing::ConnectTcp(fixture->server().plain_port());
  std::string request = std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  assert_int_equal(send(client.get(), request.data(), request.size(), 0), request.size());
  return client;
}

std::string StartOfAnswer(int client) {
  char text[64] = {};
  (void)recv(client, text, sizeof text - 1, 0);
  return text;
}

void TheLimitOfConnectionsIsToldAndRecovers(void**) {
  Fixture fixture(2);
  {
    UniqueFd first = Ask(&fixture, "/busy");
    UniqueFd second = Ask(&fixture, "/busy");
    assert_true(fixture.AreAsked(2));
    UniqueFd third = testing::ConnectTcp(fixture.server().plain_port());
    ASSERT_CONTAINS(StartOfAnswer(third.get()), "503");
    fixture.EndBusy();
    ASSERT_CONTAINS(StartOfAnswer(first.get()), "404");
  }
  assert_true(fixture.DrainsTo(0));
  assert_int_equal(fixture.Connect().Get("/none").status, 404);
}

void WhoHasBeenIdleLongestMakesRoom(void**) {
  for (bool is_tls : {false, true}) {
    Fixture fixture(2);
    TestClient longest = fixture.Connect();
    longest.Get("/none");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    TestClient other = fixture.Connect();
    other.Get("/none");
    std::this_thread::sleep_for(std::chrono::milliseconds(limits::http_idle_makes_room_ms));
    if (is_tls) {
      assert_int_equal(fixture.Connect().Get("/none").status, 404);
    } else {
      ASSERT_CONTAINS(StartOfAnswer(Ask(&fixture, "/none").get()), "404");
    }
    assert_int_equal(other.Get("/none").status, 404);
  }
}

// Many that come within a second and say nothing keep nobody out: the next one waits for a moment.
void WhoComesBeforeAnyHasBeenIdleForLongWaits(void**) {
  for (bool is_tls : {false, true}) {
    Fixture fixture(2);
    TestClient first = fixture.Connect();
    TestClient second = fixture.Connect();
    if (is_tls) {
      assert_int_equal(fixture.Connect().Get("/none").status, 404);
    } else {
      ASSERT_CONTAINS(StartOfAnswer(Ask(&fixture, "/none").get()), "404");
    }
  }
}

void ANewCertificateIsUsedWithoutDroppingAConnection(void**) {
  Fixture fixture;
  TestClient before = fixture.Connect();
  assert_int_equal(before.Get("/none").status, 404);
  // Another CA altogether: the old client's trust would not do any more.
  for (const std::string& path :
       {fixture.files().ca_key, fixture.files().ca_cert, fixture.files().server_key}) {
    assert_int_equal(unlink(path.c_str()), 0);
  }
  ASSERT_OK(
      EnsureCertificates(RealEnv(), fixture.files(), {{"localhost"}, {"127.0.0.1"}}, nullptr));
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  assert_int_equal(before.Get("/none").status, 404);
  assert_int_equal(fixture.Connect().Get("/none").status, 404);
}

void WhatCannotBeListenedOnIsNamed(void**) {
  Fixture fixture;
  HttpServerOptions options;
  auto start = [&] {
    return HttpServer::Start(options, [](const HttpRequest&) { return HttpResponse(); }).status();
  };
  options.plain_listen = "127.0.0.1:" + std::to_string(fixture.server().plain_port());
  ASSERT_CONTAINS(start().message(), options.plain_listen);
  for (const char* wrong : {"127.0.0.1", "nonsense:80", "127.0.0.1:99999", ":x", "[::1:80"}) {
    options.plain_listen = wrong;
    ASSERT_CODE(start(), Code::kInvalidArgument);
  }
  options.plain_listen = "";
  options.tls_listen = "127.0.0.1:0";
  options.tls = {fixture.files().ca_cert, fixture.files().server_key};
  ASSERT_CONTAINS(start().message(), "does not belong");
  options.tls.cert_path = "/does/not/exist";
  ASSERT_CONTAINS(start().message(), "/does/not/exist");
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(BodiesArriveWhole),
      cmocka_unit_test(AConnectionIsUsedAgain),
      cmocka_unit_test(PipelinedRequestsAreAnsweredInOrder),
      cmocka_unit_test(AnEndIsToldFromACut),
      cmocka_unit_test(AClientThatHasSaidEverythingStillGetsItsAnswer),
      cmocka_unit_test(ABodyThatFailsIsCutShort),
      cmocka_unit_test(ASlowReaderGetsEverything),
      cmocka_unit_test(ClientsThatGoAwayLeaveNothingBehind),
      cmocka_unit_test(JunkInsteadOfAHandshakeIsDropped),
      cmocka_unit_test(MalformedPathsAre400),
      cmocka_unit_test(ARequestHeadThatIsTooLargeIsRefused),
      cmocka_unit_test(ManyPullsAtOnceArriveWhole),
      cmocka_unit_test(TheLimitOfConnectionsIsToldAndRecovers),
      cmocka_unit_test(WhoHasBeenIdleLongestMakesRoom),
      cmocka_unit_test(WhoComesBeforeAnyHasBeenIdleForLongWaits),
      cmocka_unit_test(ANewCertificateIsUsedWithoutDroppingAConnection),
      cmocka_unit_test(WhatCannotBeListenedOnIsNamed),
  };
  return cmocka_run_group_tests_name("net/http_server", tests, nullptr, nullptr);
}
