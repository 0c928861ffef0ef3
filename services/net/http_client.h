// HTTP(S) requests, one at a time for each caller. No other header of the project shows libcurl.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

struct HttpClientOptions {
  std::string ca_file;  // PEM, trusted besides the system's CAs; may be empty
  std::string ca_text;  // PEM, trusted instead of all others; may be empty
  std::string user_agent;
  std::map<std::string, std::string> addresses;  // of host names, in place of what DNS says
  const std::atomic<bool>* stop = nullptr;  // exchanges end with kUnavailable when it becomes true
};

// What a request sends.
struct HttpBody {
  uint64_t size_bytes = 0;
  // Fills `out` with the bytes from `offset` on; may be asked for the same ones again. An error
  // ends the exchange and is what Do() returns.
  std::function<Status(uint64_t offset_bytes, MutableByteSpan out)> read;
};

struct HttpCall {
  std::string method = "GET";  // HEAD, POST, PUT, PATCH, DELETE
  std::string url;             // http:// or https://
  std::vector<std::pair<std::string, std::string>> headers;
  const HttpBody* body = nullptr;  // of POST, PUT and PATCH; null: an empty one
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  // of the last answer; keys in lower case
  std::string error_body;                      // of an answer that is not 2xx; cut off when long
  std::string url;                             // after redirects

  std::string Header(const std::string& lower_case_name) const;  // "" when absent
};

// Takes the bytes of a 2xx answer's body in order; `reply` has its status and headers. An error
// ends the exchange and is what Do() returns.
using HttpBodySink = std::function<Status(const HttpReply& reply, ByteSpan bytes)>;

// Percent-encodes what may not stand in a query value.
std::string EscapeQuery(std::string_view text);

// Safe to use from several threads.
class HttpClient {
 public:
  static Result<std::unique_ptr<HttpClient>> Create(HttpClientOptions options);
  virtual ~HttpClient() = default;

  // Redirects are followed, never from https to http;
  // an Authorization header goes to the first host only. Errors: kUnavailable (no connection, a
  // stall, a body that ended early), kDenied (TLS), kInvalidArgument (a bad URL).
  virtual Result<HttpReply> Do(const HttpCall& call, const HttpBodySink& sink) = 0;
};

// The parts of a URL that matter here.
struct UrlParts {
  std::string scheme;  // "http" or "https"
  std::string host;    // "ghcr.io:443" only where a port is written
  std::string path;    // without query; "" or "/..."
};
Result<UrlParts> ParseUrl(const std::string& url);
// Whether "host[:port]" is 127.0.0.0/8, ::1 or localhost.
bool IsLoopbackHost(const std::string& host);
// Where the Location header of an answer from `url` leads. kUnavailable: it is no URL, or leaves
// https.
Result<std::string> ResolveLocation(const std::string& url, const std::string& location);
// The same scheme, host and port: where credentials may go.
bool IsSameOrigin(const std::string& one, const std::string& other);

}  // namespace airgap
