#include "net/tls_client_testing.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "base/limits.h"

namespace airgap::testing {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "test client: %s: %s\n", what, TakeOpensslError().c_str());
  abort();
}

uint64_t ContentLength(const std::string& head) {
  size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : strtoull(head.c_str() + at + 16, nullptr, 10);
}

}  // namespace

UniqueFd ConnectTcp(uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  Require(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
          "cannot connect");
  return fd;
}

TestClient::TestClient(uint16_t port, const std::string& ca_path, bool tls12)
    : context_(SSL_CTX_new(TLS_client_method())), fd_(ConnectTcp(port)) {
  Require(SSL_CTX_load_verify_locations(context_, ca_path.c_str(), nullptr) == 1, "CA");
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  if (tls12) SSL_CTX_set_max_proto_version(context_, TLS1_2_VERSION);
  ssl_ = UniqueSsl(SSL_new(context_));
  static const unsigned char kOffered[] = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(ssl_.get(), kOffered, sizeof kOffered - 1);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), "127.0.0.1");
  SSL_set_fd(ssl_.get(), fd_.get());
  Require(SSL_connect(ssl_.get()) == 1, "handshake");
}

TestClient::~TestClient() {
  ssl_.reset();
  SSL_CTX_free(context_);
}

std::string TestClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

void TestClient::Send(const std::string& text) {
  Require(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0, "write");
}

std::string TestClient::Read(size_t size) {
  // SSL_read gives a record at most: a buffer for a whole body would be made anew for each of them.
  std::string bytes(std::min(size, limits::tls_record_max_bytes), '\0');
  if (!buffered_.empty()) {
    bytes = buffered_.substr(0, size);
    buffered_.erase(0, bytes.size());
    return bytes;
  }
  int read = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(size));
  bytes.resize(read > 0 ? static_cast<size_t>(read) : 0);
  return bytes;
}

std::string TestClient::ReadHead() {
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    std::string more = Read(4096);
    if (more.empty()) return head;
    head += more;
  }
  size_t end = head.find("\r\n\r\n") + 4;
  buffered_ = head.substr(end) + buffered_;
  return head.substr(0, end);
}

TestReply TestClient::ReadReply(bool has_body) {
  TestReply reply;
  reply.head = ReadHead();
  // "HTTP/1.1 200 ..."
  if (reply.head.size() > 12) std::from_chars(&reply.head[9], &reply.head[12], reply.status);
  uint64_t size = has_body ? ContentLength(reply.head) : 0;
  while (reply.body.size() < size) {
    std::string more = Read(size - reply.body.size());
    if (more.empty()) break;
    reply.body += more;
  }
  return reply;
}

TestReply TestClient::Get(const std::string& path, const std::string& method,
                          const std::string& extra_headers) {
  Send(method + " " + path + " HTTP/1.1\r\nHost: test\r\n" + extra_headers + "\r\n");
  return ReadReply(method != "HEAD");
}

TestReply TestClient::ReadToEnd() {
  TestReply reply = ReadReply(true);
  std::string more = Read(1);
  reply.body += more;
  reply.ended_cleanly = more.empty() && (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  return reply;
}

void TestClient::HalfClose() { SSL_shutdown(ssl_.get()); }

}  // namespace airgap::testing
