#include "net/http_engine.h"

#include <fcntl.h>
#include <linux/tls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/limits.h"
#include "net/listen.h"
#include "net/request_target.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif

namespace airgap {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kThreadStackBytes = 16 * limits::http_thread_stack_bytes;
#else
constexpr size_t kThreadStackBytes = limits::http_thread_stack_bytes;
#endif

// What libmicrohttpd carries for us from the head of a request to its end.
struct RequestState {
  bool closes_after = false;  // the client asked for the end of the connection
  uint64_t body_bytes = 0;    // of the response

  std::shared_ptr<BodyTaker> taker;  // of the request's body
  bool taker_failed = false;
  uint64_t dropped_bytes = 0;
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

MHD_Result CollectHeader(void* headers, MHD_ValueKind, const char* name, const char* value) {
  static_cast<std::map<std::string, std::string>*>(headers)->emplace(Lower(name),
                                                                     value == nullptr ? "" : value);
  return MHD_YES;
}

// The raw query, put together again: libmicrohttpd splits it before we see it.
MHD_Result CollectArgument(void* query, MHD_ValueKind, const char* name, const char* value) {
  auto* text = static_cast<std::string*>(query);
  if (!text->empty()) text->push_back('&');
  text->append(name);
  if (value != nullptr) text->append("=").append(value);
  return MHD_YES;
}

// Percent-decoding is done once, by request_target.h, and not here.
size_t LeaveEscaped(void*, MHD_Connection*, char* text) { return strlen(text); }

// Keeps what a response's body belongs to until libmicrohttpd is done with it.
struct BodyOwner {
  std::shared_ptr<const std::string> text;
  std::shared_ptr<BodyReader> reader;
  std::shared_ptr<const void> keep_alive;
};
void FreeOwner(void* owner) { delete static_cast<BodyOwner*>(owner); }

ssize_t ReadBody(void* owner, uint64_t position, char* out, size_t max_bytes) {
  Result<size_t> read = static_cast<BodyOwner*>(owner)->reader->Read(
      position, {reinterpret_cast<uint8_t*>(out), max_bytes});
  if (!read.ok()) {
    fprintf(stderr, "connection aborted: %s\n", read.status().message().c_str());
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  return static_cast<ssize_t>(*read);
}

MHD_Response* MakeBody(const HttpResponse& response) {
  if (response.file_fd >= 0 && response.size_bytes > 0) {
    int fd = fcntl(response.file_fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return nullptr;
    MHD_Response* body = MHD_create_response_from_fd_at_offset64(response.size_bytes, fd,
                                                                 response.file_offset_bytes);
    if (body == nullptr) close(fd);
    return body;
  }
  auto* owner = new BodyOwner{response.text, response.reader, response.keep_alive};
  MHD_Response* body = nullptr;
  if (response.reader != nullptr) {
    size_t block = std::min<uint64_t>(std::max<uint64_t>(response.size_bytes, 1),
                                      limits::http_body_block_bytes);
    body =
        MHD_create_response_from_callback(response.size_bytes, block, ReadBody, owner, FreeOwner);
  } else {
    size_t size = response.text == nullptr ? 0 : response.text->size();
    const char* text = size == 0 ? "" : response.text->data();
    body = MHD_create_response_from_buffer_with_free_callback_cls(size, text, FreeOwner, owner);
  }
  if (body == nullptr) delete owner;
  return body;
}

MHD_Result Send(MHD_Connection* connection, const HttpResponse& response, RequestState* state) {
  MHD_Response* body = MakeBody(response);
  if (body == nullptr) return MHD_NO;
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(body, name.c_str(), value.c_str());
  }
  state->body_bytes = response.text != nullptr ? response.text->size() : response.size_bytes;
  MHD_Result sent = MHD_queue_response(connection, static_cast<unsigned>(response.status), body);
  MHD_destroy_response(body);
  return sent;
}

Status FillRequest(MHD_Connection* connection, const char* url, const char* method,
                   HttpRequest* request) {
  request->method = method;
  const MHD_ConnectionInfo* address =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (address != nullptr) request->client = FormatAddress(address->client_addr);
  MHD_get_connection_values(connection, MHD_HEADER_KIND, CollectHeader, &request->headers);
  std::string raw_query;
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, CollectArgument, &raw_query);
  ASSIGN_OR_RETURN(request->path, DecodeRequestPath(url));
  ASSIGN_OR_RETURN(request->query, DecodeQuery(raw_query));
  return OkStatus();
}

bool AnnouncesBody(MHD_Connection* connection) {
  auto header = [&](const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return std::string_view(value == nullptr ? "" : value);
  };
  std::string_view length = header(MHD_HTTP_HEADER_CONTENT_LENGTH);
  return (!length.empty() && length != "0") || !header(MHD_HTTP_HEADER_TRANSFER_ENCODING).empty();
}

HttpResponse Answer(HttpEngine* engine, MHD_Connection* connection, const char* url,
                    const char* method, bool has_body, RequestState* state) {
  HttpRequest request;
  Status filled = FillRequest(connection, url, method, &request);
  if (Lower(request.Header("connection")).find("close") != std::string::npos) {
    state->closes_after = true;
  }
  if (filled.ok() && has_body) filled = InvalidArgument("a GET or HEAD with a body");
  if (!filled.ok()) {
    return HttpResponse::Text(400, "text/plain; charset=utf-8",
                              "bad request: " + filled.message() + "\n");
  }
  request.is_tls = engine->transport() != Transport::kPlain;
  return engine->handler()(request);
}

// A piece of the request's body. False: enough was dropped, the connection ends here.
bool TakeBody(RequestState* state, ByteSpan bytes) {
  if (!state->taker_failed) {
    state->taker_failed = !state->taker->Take(bytes).ok();
    return true;
  }
  state->dropped_bytes += bytes.size();
  return state->dropped_bytes <= limits::http_dropped_body_max_bytes;
}

// The head of a request that is neither GET nor HEAD: either its body is taken, or it is answered
// here and not read on, and the connection ends after the answer.
MHD_Result OnHeadOfWrite(HttpEngine* engine, MHD_Connection* connection, const char* url,
                         const char* method, RequestState* state) {
  HttpResponse response = Answer(engine, connection, url, method, false, state);
  if (response.taker != nullptr) {
    state->taker = std::move(response.taker);
    return MHD_YES;
  }
  state->closes_after = true;
  return Send(connection, response, state);
}

IdleConnections::Entry* EntryOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return static_cast<IdleConnections::Entry*>(info->socket_context);
}

// Called with the head, with each piece of a body that is taken, and at the end of the request.
MHD_Result OnRequest(void* engine_pointer, MHD_Connection* connection, const char* url,
                     const char* method, const char* version, const char* body, size_t* body_bytes,
                     void** state_pointer) {
  auto* engine = static_cast<HttpEngine*>(engine_pointer);
  bool is_head = *state_pointer == nullptr;
  if (is_head) {
    *state_pointer = new RequestState();
    engine->shared()->idle.Answering(EntryOf(connection));
  }
  auto* state = static_cast<RequestState*>(*state_pointer);
  if (is_head) {
    ++engine->shared()->requests;
    state->closes_after = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    bool is_read =
        strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (!is_read) return OnHeadOfWrite(engine, connection, url, method, state);
    if (!AnnouncesBody(connection)) return MHD_YES;
    state->closes_after = true;
    return Send(connection, Answer(engine, connection, url, method, true, state), state);
  }
  if (*body_bytes != 0) {
    ByteSpan bytes(reinterpret_cast<const uint8_t*>(body), *body_bytes);
    *body_bytes = 0;
    return state->taker != nullptr && TakeBody(state, bytes) ? MHD_YES : MHD_NO;
  }
  if (state->taker != nullptr) return Send(connection, state->taker->Finish(), state);
  return Send(connection, Answer(engine, connection, url, method, false, state), state);
}

// close_notify, so that the client can tell an end from a cut (RFC 8446 6.1).
void SendCloseNotify(int fd) {
  unsigned char alert[2] = {1, 0};  // warning, close_notify
  iovec part{alert, sizeof alert};
  alignas(cmsghdr) char control[CMSG_SPACE(1)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_TLS;
  header->cmsg_type = TLS_SET_RECORD_TYPE;
  header->cmsg_len = CMSG_LEN(1);
  *CMSG_DATA(header) = 21;  // alert
  (void)sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int SocketOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

void OnCompleted(void* engine_pointer, MHD_Connection* connection, void** state_pointer,
                 MHD_RequestTerminationCode code) {
  auto* engine = static_cast<HttpEngine*>(engine_pointer);
  std::unique_ptr<RequestState> state(static_cast<RequestState*>(*state_pointer));
  *state_pointer = nullptr;
  engine->shared()->idle.Idle(EntryOf(connection));
  if (state == nullptr || code != MHD_REQUEST_TERMINATED_COMPLETED_OK) return;
  engine->shared()->bytes_sent += state->body_bytes;
  // libmicrohttpd ends the connection right after this; it is too late when it says so.
  if (engine->transport() == Transport::kKernelTls && state->closes_after) {
    SendCloseNotify(SocketOf(connection));
  }
}

// The end is told before the socket is closed.
void OnConnection(void* engine_pointer, MHD_Connection* connection, void** entry_pointer,
                  MHD_ConnectionNotificationCode code) {
  auto* engine = static_cast<HttpEngine*>(engine_pointer);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    auto* entry = new IdleConnections::Entry(SocketOf(connection));
    *entry_pointer = entry;
    engine->shared()->idle.Idle(entry);
    ++engine->open();
  } else {
    std::unique_ptr<IdleConnections::Entry> entry(
        static_cast<IdleConnections::Entry*>(*entry_pointer));
    engine->shared()->idle.Remove(entry.get());
    --engine->open();
  }
}

// libmicrohttpd tells of every client that goes away; nobody wants to read that.
void DropMessage(void*, const char*, va_list) {}

}  // namespace

std::string HttpRequest::Header(const std::string& lower_case_name) const {
  auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

std::string HttpRequest::Query(const std::string& key) const {
  auto found = query.lower_bound(key);
  return found == query.end() || found->first != key ? "" : found->second;
}

std::vector<std::string> HttpRequest::QueryAll(const std::string& key) const {
  std::vector<std::string> values;
  auto [begin, end] = query.equal_range(key);
  for (auto at = begin; at != end; ++at) values.push_back(at->second);
  return values;
}

void HttpResponse::AddHeader(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
}

HttpResponse HttpResponse::Text(int status, std::string content_type, std::string body) {
  HttpResponse response;
  response.status = status;
  response.AddHeader("Content-Type", std::move(content_type));
  response.text = std::make_shared<const std::string>(std::move(body));
  return response;
}

Result<std::unique_ptr<HttpEngine>> HttpEngine::Start(Transport transport, unsigned connections_max,
                                                      const HttpHandler& handler,
                                                      EngineShared* shared) {
  std::unique_ptr<HttpEngine> engine(new HttpEngine(transport, handler, shared));
  unsigned flags = MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC |
                   MHD_USE_THREAD_PER_CONNECTION | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
  // Without the shutdown() of each socket, which would come before close_notify.
  if (transport == Transport::kKernelTls) flags |= MHD_USE_TURBO;
  engine->daemon_ =
      MHD_start_daemon(flags, 0, nullptr, nullptr, OnRequest, engine.get(),                      //
                       MHD_OPTION_EXTERNAL_LOGGER, DropMessage, nullptr,                         //
                       MHD_OPTION_NOTIFY_COMPLETED, OnCompleted, engine.get(),                   //
                       MHD_OPTION_NOTIFY_CONNECTION, OnConnection, engine.get(),                 //
                       MHD_OPTION_UNESCAPE_CALLBACK, LeaveEscaped, nullptr,                      //
                       MHD_OPTION_CONNECTION_LIMIT, connections_max,                             //
                       MHD_OPTION_CONNECTION_TIMEOUT, limits::http_idle_timeout_s,               //
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits::http_request_head_max_bytes,  //
                       MHD_OPTION_THREAD_STACK_SIZE, kThreadStackBytes, MHD_OPTION_END);
  if (engine->daemon_ == nullptr) return Unavailable("cannot start the HTTP server's threads");
  return engine;
}

void HttpEngine::Stop() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  daemon_ = nullptr;
}

bool HttpEngine::Add(UniqueFd socket, const sockaddr* address, socklen_t address_length) {
  return MHD_add_connection(daemon_, socket.Release(), address, address_length) == MHD_YES;
}

}  // namespace airgap
