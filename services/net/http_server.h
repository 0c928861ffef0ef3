// One HTTP/1.1 server: plain and TLS listeners in front of libmicrohttpd, one thread per
// connection in its hands, so that a reader that waits for a slow medium holds up nobody else.
// No other header of the project shows libmicrohttpd or OpenSSL's TLS.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // percent-decoded once; holds no NUL, no "//", no "." or ".." segments
  std::multimap<std::string, std::string> query;  // decoded; values of one key in their order
  std::map<std::string, std::string> headers;     // keys in lower case
  std::string client;                             // "10.0.0.7"
  bool is_tls = false;

  std::string Header(const std::string& lower_case_name) const;  // "" when absent
  std::string Query(const std::string& key) const;               // the first value; "" when absent
  std::vector<std::string> QueryAll(const std::string& key) const;
};

// What stands behind a body that is too large for memory.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // Bytes from `offset` of the body, 1..out.size() of them; an error aborts the connection, so
  // that the client sees a short body, never wrong bytes.
  virtual Result<size_t> Read(uint64_t offset_bytes, MutableByteSpan out) = 0;
};

struct HttpResponse;

// Takes the body of a request piece by piece, on the connection's thread. Destroyed without
// Finish() when the client goes away before the end of the body.
class BodyTaker {
 public:
  virtual ~BodyTaker() = default;
  // After an error the rest of the body is read and dropped, at most
  // limits::http_dropped_body_max_bytes of it; Finish() gives the answer all the same.
  virtual Status Take(ByteSpan bytes) = 0;
  virtual HttpResponse Finish() = 0;
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;

  // Exactly one of these is the body. For HEAD the server sends the headers alone.
  std::shared_ptr<const std::string> text;  // shared: a cached manifest is not copied
  std::shared_ptr<BodyReader> reader;       // with size_bytes
  int file_fd = -1;                         // borrowed for the call; sendfile of
  uint64_t file_offset_bytes = 0;           // [offset, offset+size_bytes)
  uint64_t size_bytes = 0;
  // Kept alive until the response was sent (what `file_fd` or `text` belongs to).
  std::shared_ptr<const void> keep_alive;

  // Instead of an answer, for any method but GET and HEAD: this takes the request's body first.
  // A handler that sets none answers before the body is read, and the connection ends then.
  std::shared_ptr<BodyTaker> taker;

  void AddHeader(std::string name, std::string value);
  static HttpResponse Text(int status, std::string content_type, std::string body);
};

// Called at the head of a request, from many threads at once. Must not throw.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct TlsFiles {
  std::string cert_path;  // PEM: leaf, then what is needed up to the CA
  std::string key_path;   // PEM
};

struct HttpServerOptions {
  // "ADDR:PORT", "[v6]:PORT", ":PORT" (every address, IPv6 and IPv4). Empty: no such listener.
  std::string tls_listen;
  std::string plain_listen;
  TlsFiles tls;  // re-read when the files change; connections that stand keep theirs
  unsigned connections_max_count = 0;  // 0: limits::http_connections_max_count
  bool ktls = true;                    // false: always the pump (tests, comparison)
};

struct HttpServerCounters {
  uint64_t requests = 0;
  uint64_t connections_open = 0;
  uint64_t bytes_sent = 0;
  uint64_t ktls_connections = 0;
  uint64_t pump_connections = 0;
  uint64_t handshakes_failed = 0;
};

class HttpServer {
 public:
  // Listens and serves until destroyed. Errors: an address in use or not ours, a certificate that
  // does not parse or does not fit its key; each names what.
  static Result<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                   const HttpHandler& handler);
  virtual ~HttpServer() = default;
  virtual HttpServerCounters counters() const = 0;
  // The ports really bound (for :0); 0 when there is no such listener.
  virtual uint16_t tls_port() const = 0;
  virtual uint16_t plain_port() const = 0;
};

// One byte range of a Range header (RFC 9110 14.1.2) against a body of `size_bytes`.
struct ByteRange {
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
};
enum class RangeOutcome { kWhole, kPartial, kUnsatisfiable };
// kWhole for no header, another unit, several ranges or garbage: all may be ignored. kPartial
// fills `range`.
RangeOutcome ParseRange(std::string_view header, uint64_t size_bytes, ByteRange* range);

}  // namespace airgap
