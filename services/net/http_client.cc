#include "net/http_client.h"

#include <curl/curl.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "base/limits.h"

namespace airgap {
namespace {

// Where systems keep their CAs, as one PEM file.
constexpr const char* kSystemCaFiles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
constexpr uint64_t kCaFileMaxBytes = 16 * limits::kMiB;

struct UrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using OwnedUrl = std::unique_ptr<CURLU, UrlCloser>;

struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

Result<OwnedUrl> OpenUrl(const std::string& text) {
  OwnedUrl url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return InvalidArgument("'" + text + "' is no URL");
  }
  std::string scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return InvalidArgument("'" + text + "' is neither http:// nor https://");
  }
  return url;
}

// The same scheme, host and port: where credentials may go.
std::string OriginOf(CURLU* url) {
  char* port = nullptr;
  std::string origin = UrlPart(url, CURLUPART_SCHEME) + "://" + UrlPart(url, CURLUPART_HOST) + ":";
  if (curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
    origin += port;
    curl_free(port);
  }
  return origin;
}

std::string SystemCaFile() {
  std::string from_environment = EnvironmentValue("SSL_CERT_FILE");
  if (!from_environment.empty()) return from_environment;
  for (const char* path : kSystemCaFiles) {
    if (access(path, R_OK) == 0) return path;
  }
  return "";
}

// One exchange as libcurl's callbacks see it. Nothing throws across them.
struct Exchange {
  const HttpBodySink* sink = nullptr;
  HttpReply reply;
  size_t head_bytes = 0;
  Status sink_status;  // of `sink`, or of the body
  const HttpBody* body = nullptr;
  uint64_t body_offset = 0;
};

size_t GiveBody(char* bytes, size_t one, size_t size, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  uint64_t left = exchange->body->size_bytes - exchange->body_offset;
  size_t length = std::min<uint64_t>(one * size, left);
  if (length == 0) return 0;
  exchange->sink_status =
      exchange->body->read(exchange->body_offset, {reinterpret_cast<uint8_t*>(bytes), length});
  if (!exchange->sink_status.ok()) return CURL_READFUNC_ABORT;
  exchange->body_offset += length;
  return length;
}

// A connection that had gone away under the request: from the start again.
int SeekBody(void* user, curl_off_t offset, int origin) {
  auto* exchange = static_cast<Exchange*>(user);
  if (origin != SEEK_SET || offset < 0 ||
      static_cast<uint64_t>(offset) > exchange->body->size_bytes) {
    return CURL_SEEKFUNC_FAIL;
  }
  exchange->body_offset = static_cast<uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

size_t TakeHeader(char* text, size_t one, size_t size, void* user) {
  (void)one;
  auto* exchange = static_cast<Exchange*>(user);
  exchange->head_bytes += size;
  if (exchange->head_bytes > limits::http_reply_head_max_bytes) return 0;
  std::string_view line(text, size);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  if (line.substr(0, 5) == "HTTP/") {  // the answer itself, after 1xx or a proxy's
    exchange->reply.headers.clear();
    size_t space = line.find(' ');
    exchange->reply.status = 0;
    for (size_t i = space + 1; space != std::string_view::npos && i < line.size() && i < space + 4;
         ++i) {
      if (line[i] < '0' || line[i] > '9') break;
      exchange->reply.status = exchange->reply.status * 10 + (line[i] - '0');
    }
    return size;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string key(line.substr(0, colon));
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  size_t start = line.find_first_not_of(" \t", colon + 1);
  std::string value(start == std::string_view::npos ? "" : line.substr(start));
  auto [at, is_new] = exchange->reply.headers.emplace(std::move(key), value);
  if (!is_new) at->second += ", " + value;  // RFC 9110 5.3
  return size;
}

size_t TakeBody(char* bytes, size_t one, size_t size, void* user) {
  (void)one;
  auto* exchange = static_cast<Exchange*>(user);
  if (exchange->reply.status / 100 != 2) {
    std::string& body = exchange->reply.error_body;
    body.append(bytes, std::min(size, limits::http_error_body_max_bytes - body.size()));
    return size;
  }
  exchange->sink_status =
      (*exchange->sink)(exchange->reply, {reinterpret_cast<const uint8_t*>(bytes), size});
  return exchange->sink_status.ok() ? size : 0;
}

// libcurl calls this at least once a second; anything but 0 ends the exchange.
int CheckStop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(user)->load() ? 1 : 0;
}

Status StatusOf(CURLcode code, const char* detail, const std::string& url) {
  std::string message = url + ": " + (*detail == '\0' ? curl_easy_strerror(code) : detail);
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return InvalidArgument(message);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return Denied(message);
    case CURLE_ABORTED_BY_CALLBACK:
      return Unavailable(url + ": stopped");
    default:
      return Unavailable(message);
  }
}

class CurlClient : public HttpClient {
 public:
  ~CurlClient() override {
    for (CURL* handle : idle_) curl_easy_cleanup(handle);
  }

  Status Prepare(HttpClientOptions options) {
    user_agent_ = std::move(options.user_agent);
    stop_ = options.stop;
    for (const auto& [host, address] : options.addresses) {
      bool is_v6 = address.find(':') != std::string::npos;
      std::string line = host + "::" + (is_v6 ? "[" + address + "]" : address) + ":";
      addresses_.reset(curl_slist_append(addresses_.release(), line.c_str()));
    }
    ca_text_ = std::move(options.ca_text);
    if (!ca_text_.empty()) return OkStatus();
    system_ca_file_ = SystemCaFile();
    if (options.ca_file.empty()) return OkStatus();
    ASSIGN_OR_RETURN(ca_text_, ReadWholeFile(RealEnv(), options.ca_file, kCaFileMaxBytes));
    if (ca_text_.find("-----BEGIN") == std::string::npos) {
      return InvalidArgument(options.ca_file + " is no PEM file of CA certificates");
    }
    if (system_ca_file_.empty()) return OkStatus();
    ASSIGN_OR_RETURN(std::string system,
                     ReadWholeFile(RealEnv(), system_ca_file_, kCaFileMaxBytes));
    ca_text_ += "\n" + system;
    return OkStatus();
  }

  Result<HttpReply> Do(const HttpCall& call, const HttpBodySink& sink) override {
    HttpCall hop = call;
    for (unsigned redirects = 0;; ++redirects) {
      ASSIGN_OR_RETURN(HttpReply reply, DoOne(hop, sink));
      std::string location = reply.Header("location");
      bool is_redirect = (reply.status >= 301 && reply.status <= 303) || reply.status == 307 ||
                         reply.status == 308;
      if (!is_redirect || location.empty()) return reply;
      if (redirects == limits::http_redirects_max_count) {
        return Unavailable(call.url + " redirects more than " +
                           std::to_string(limits::http_redirects_max_count) + " times");
      }
      RETURN_IF_ERROR(Follow(location, &hop));
    }
  }

 private:
  // Turns `hop` into the request that a Location header asks for.
  static Status Follow(const std::string& location, HttpCall* hop) {
    ASSIGN_OR_RETURN(std::string url, ResolveLocation(hop->url, location));
    if (!IsSameOrigin(url, hop->url)) {
      std::erase_if(hop->headers, [](const auto& header) {
        return header.first == "Authorization" || header.first == "authorization";
      });
    }
    hop->url = std::move(url);
    return OkStatus();
  }

  Result<HttpReply> DoOne(const HttpCall& call, const HttpBodySink& sink) {
    ASSIGN_OR_RETURN(OwnedUrl url, OpenUrl(call.url));
    CURL* handle = TakeHandle();
    if (handle == nullptr) return Status(Code::kIo, "out of memory");
    Exchange exchange;
    exchange.sink = &sink;
    exchange.reply.url = call.url;
    char detail[CURL_ERROR_SIZE] = "";
    std::unique_ptr<curl_slist, ListCloser> headers = HeadersOf(call);
    SetOptions(handle, call, headers.get(), &exchange, detail);
    SetBody(handle, call, &exchange);
    if (IsLoopbackHost(UrlPart(url.get(), CURLUPART_HOST))) {
      curl_easy_setopt(handle, CURLOPT_PROXY, "");
    }
    CURLcode code = curl_easy_perform(handle);
    GiveHandle(handle);
    if (!exchange.sink_status.ok()) return exchange.sink_status;
    if (code != CURLE_OK) return StatusOf(code, detail, call.url);
    return std::move(exchange.reply);
  }

  static std::unique_ptr<curl_slist, ListCloser> HeadersOf(const HttpCall& call) {
    curl_slist* list = nullptr;
    // Nobody waits for the answer to a question that was not asked: credentials were good before.
    if (call.body != nullptr) list = curl_slist_append(list, "Expect:");
    if (call.body == nullptr && call.method == "POST") {
      list = curl_slist_append(list, "Content-Type:");
    }
    for (const auto& [name, value] : call.headers) {
      std::string line = name;
      line += ": ";
      line += value;
      list = curl_slist_append(list, line.c_str());
    }
    return std::unique_ptr<curl_slist, ListCloser>(list);
  }

  void SetOptions(CURL* handle, const HttpCall& call, curl_slist* headers, Exchange* exchange,
                  char* detail) {
    curl_easy_reset(handle);
    curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(handle, CURLOPT_NOBODY, call.method == "HEAD" ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, user_agent_.c_str());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, static_cast<long>(limits::io_buffer_bytes));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT,
                     static_cast<long>(limits::http_connect_timeout_s));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(limits::http_stall_timeout_s));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
    if (addresses_) curl_easy_setopt(handle, CURLOPT_CONNECT_TO, addresses_.get());
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, TakeHeader);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, TakeBody);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, exchange);
    if (stop_ != nullptr) {
      curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, CheckStop);
      // libcurl hands the pointer back as it is, and CheckStop only reads.
      curl_easy_setopt(handle, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(stop_));
    }
    if (!ca_text_.empty()) {
      curl_blob blob{ca_text_.data(), ca_text_.size(), CURL_BLOB_NOCOPY};
      curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob);
    } else if (!system_ca_file_.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, system_ca_file_.c_str());
    }
  }

  static void SetBody(CURL* handle, const HttpCall& call, Exchange* exchange) {
    if (call.method == "GET" || call.method == "HEAD") return;
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    if (call.method == "DELETE") return;
    if (call.body == nullptr) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, 0L);
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, "");
      return;
    }
    exchange->body = call.body;
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(call.body->size_bytes));
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(limits::io_buffer_bytes));
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, GiveBody);
    curl_easy_setopt(handle, CURLOPT_READDATA, exchange);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, SeekBody);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, exchange);
  }

  // A handle keeps its connections, so the one used last is taken first.
  CURL* TakeHandle() {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return curl_easy_init();
    CURL* handle = idle_.back();
    idle_.pop_back();
    return handle;
  }
  void GiveHandle(CURL* handle) {
    // What the last exchange pointed at is gone.
    curl_easy_reset(handle);
    std::lock_guard lock(mutex_);
    idle_.push_back(handle);
  }

  std::string user_agent_;
  std::unique_ptr<curl_slist, ListCloser> addresses_;
  const std::atomic<bool>* stop_ = nullptr;
  std::string system_ca_file_;
  std::string ca_text_;
  std::mutex mutex_;
  std::vector<CURL*> idle_;  // guarded by mutex_
};

}  // namespace

std::string HttpReply::Header(const std::string& lower_case_name) const {
  auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

std::string EscapeQuery(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (char c : text) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      escaped += c;
      continue;
    }
    auto byte = static_cast<uint8_t>(c);
    escaped += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return escaped;
}

Result<std::unique_ptr<HttpClient>> HttpClient::Create(HttpClientOptions options) {
  static std::once_flag once;
  static CURLcode initialized = CURLE_FAILED_INIT;
  std::call_once(once, [] { initialized = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (initialized != CURLE_OK) return Status(Code::kIo, "cannot start libcurl");
  auto client = std::make_unique<CurlClient>();
  RETURN_IF_ERROR(client->Prepare(std::move(options)));
  return std::unique_ptr<HttpClient>(std::move(client));
}

Result<std::string> ResolveLocation(const std::string& from, const std::string& location) {
  ASSIGN_OR_RETURN(OwnedUrl url, OpenUrl(from));
  bool was_tls = UrlPart(url.get(), CURLUPART_SCHEME) == "https";
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) {
    return Unavailable(from + " leads to '" + location.substr(0, 200) + "', which is no URL");
  }
  std::string scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && (was_tls || scheme != "http")) {
    return Denied(from + " leads to " + scheme + "://, which is refused");
  }
  return UrlPart(url.get(), CURLUPART_URL);
}

bool IsSameOrigin(const std::string& one, const std::string& other) {
  Result<OwnedUrl> first = OpenUrl(one);
  Result<OwnedUrl> second = OpenUrl(other);
  return first.ok() && second.ok() && OriginOf(first->get()) == OriginOf(second->get());
}

Result<UrlParts> ParseUrl(const std::string& text) {
  ASSIGN_OR_RETURN(OwnedUrl url, OpenUrl(text));
  if (!UrlPart(url.get(), CURLUPART_USER).empty() ||
      !UrlPart(url.get(), CURLUPART_PASSWORD).empty() ||
      !UrlPart(url.get(), CURLUPART_QUERY).empty()) {
    return InvalidArgument("'" + text + "' holds a name, a password or a query");
  }
  UrlParts parts;
  parts.scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  parts.host = UrlPart(url.get(), CURLUPART_HOST);
  std::string port = UrlPart(url.get(), CURLUPART_PORT);
  if (!port.empty()) parts.host += ":" + port;
  parts.path = UrlPart(url.get(), CURLUPART_PATH);
  return parts;
}

bool IsLoopbackHost(const std::string& host) {
  size_t colon = host.rfind(':');
  bool has_port = colon != std::string::npos &&
                  (host.front() == '[' ? host[colon - 1] == ']' : host.find(':') == colon);
  std::string name = has_port ? host.substr(0, colon) : host;
  if (name == "localhost" || name == "[::1]" || name == "::1") return true;
  return name.compare(0, 4, "127.") == 0 &&
         name.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace airgap
