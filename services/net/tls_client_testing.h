// A TLS client for tests of the server, that can misbehave.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/env.h"
#include "net/tls_context.h"

struct ssl_ctx_st;

namespace airgap::testing {

struct TestReply {
  int status = 0;
  std::string head;
  std::string body;
  bool ended_cleanly = false;  // close_notify came; asked for by ReadToEnd() only
};

// A plain TCP connection to a port on loopback.
UniqueFd ConnectTcp(uint16_t port);

class TestClient {
 public:
  // Aborts the test program when the handshake fails. `tls12`: no TLS 1.3.
  TestClient(uint16_t port, const std::string& ca_path, bool tls12 = false);
  ~TestClient();

  void Send(const std::string& text);
  // "GET <path>" and the reply, on a connection that stays.
  TestReply Get(const std::string& path, const std::string& method = "GET",
                const std::string& extra_headers = "");
  // At most `size` bytes; "" at the end.
  std::string Read(size_t size);
  TestReply ReadReply(bool has_body);
  TestReply ReadToEnd();
  // Says close_notify, and still listens.
  void HalfClose();
  int fd() const { return fd_.get(); }
  std::string alpn() const;

 private:
  std::string ReadHead();

  ssl_ctx_st* context_;
  UniqueFd fd_;
  UniqueSsl ssl_;
  std::string buffered_;
};

}  // namespace airgap::testing
