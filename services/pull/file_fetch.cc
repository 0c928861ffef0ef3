#include "pull/file_fetch.h"

#include <charconv>
#include <vector>

#include "pull/reply.h"
#include "pull/retry.h"

namespace airgap {
namespace {

constexpr unsigned kFileMode = 0644;

// What a server says of a file before it sends it.
struct RemoteFile {
  std::string stamp;  // ETag or Last-Modified; may be empty
  uint64_t size_bytes = 0;
  bool gives_ranges = false;
};

// The T of "Content-Range: bytes N-M/T".
std::optional<uint64_t> WholeSize(const HttpReply& reply) {
  std::string range = reply.Header("content-range");
  size_t slash = range.find('/');
  if (slash == std::string::npos) return std::nullopt;
  uint64_t size = 0;
  const char* end = range.data() + range.size();
  auto [stop, error] = std::from_chars(range.data() + slash + 1, end, size);
  if (error != std::errc() || stop != end) return std::nullopt;
  return size;
}

class Fetcher {
 public:
  Fetcher(Env* env, HttpClient* http, const FileFetch& fetch)
      : env_(env), http_(http), fetch_(fetch) {}

  Result<std::string> Run() {
    RETURN_IF_ERROR(Probe());
    std::string key = fetch_.url + "\n" + remote_.stamp + "\n" + std::to_string(remote_.size_bytes);
    std::string path = fetch_.folder + "/" + Digest::Of(AsBytes(key)).Hex();
    Result<std::shared_ptr<ReadableFile>> whole = env_->OpenReadable(path);
    if (whole.ok() && (*whole)->size_bytes() == remote_.size_bytes) {
      if (fetch_.digest) RETURN_IF_ERROR(CheckDigest(path));
      return path;
    }
    RETURN_IF_ERROR(CheckSpace());
    ASSIGN_OR_RETURN(file_, env_->OpenPartial(path, kFileMode));
    // Without a stamp nobody knows whether what is here belongs to what is there.
    bool is_of_use =
        remote_.gives_ranges && !remote_.stamp.empty() && file_->size_bytes() <= remote_.size_bytes;
    if (!is_of_use && file_->size_bytes() > 0) {
      RETURN_IF_ERROR(file_->Discard());
      ASSIGN_OR_RETURN(file_, env_->OpenPartial(path, kFileMode));
    }
    RETURN_IF_ERROR(Download());
    RETURN_IF_ERROR(file_->Commit());
    if (fetch_.digest) RETURN_IF_ERROR(CheckDigest(path));
    return path;
  }

 private:
  // One byte is asked for: HEAD is refused by stores that sign their URLs for GET alone.
  Status Probe() {
    HttpCall call;
    call.url = fetch_.url;
    call.headers.emplace_back("Range", "bytes=0-0");
    HttpReply head;
    for (Retry retry(fetch_.stop);;) {
      Result<HttpReply> reply = http_->Do(call, [&](const HttpReply& answer, ByteSpan) -> Status {
        head = answer;
        // All of it comes: only the head is of interest now.
        return answer.status == 206 ? OkStatus() : Unsupported("no ranges");
      });
      if (reply.ok()) head = *reply;
      if (reply.ok() || reply.status().code() == Code::kUnsupported) {
        if (!retry.Again(Result<HttpReply>(head))) break;
      } else if (!retry.Again(reply)) {
        return reply.status();
      }
    }
    RETURN_IF_ERROR(StatusOfReply(head));
    remote_.gives_ranges = head.status == 206;
    remote_.stamp = head.Header("etag");
    if (remote_.stamp.empty()) remote_.stamp = head.Header("last-modified");
    std::optional<uint64_t> size = remote_.gives_ranges ? WholeSize(head) : ContentLength(head);
    if (!size) return Unsupported(fetch_.url + ": the server does not say how long the file is");
    remote_.size_bytes = *size;
    return OkStatus();
  }

  Status CheckSpace() {
    ASSIGN_OR_RETURN(uint64_t free_bytes, env_->FreeBytes(fetch_.folder));
    if (free_bytes >= remote_.size_bytes) return OkStatus();
    return NoSpace(fetch_.url + " has " + std::to_string(remote_.size_bytes) + " bytes, " +
                   fetch_.folder + " has " + std::to_string(free_bytes) + " left");
  }

  Status Download() {
    for (Retry retry(fetch_.stop); file_->size_bytes() < remote_.size_bytes;) {
      uint64_t begin = file_->size_bytes();
      HttpCall call;
      call.url = fetch_.url;
      if (begin > 0) call.headers.emplace_back("Range", "bytes=" + std::to_string(begin) + "-");
      sink_status_ = OkStatus();
      Result<HttpReply> reply = http_->Do(call, [&](const HttpReply& answer, ByteSpan bytes) {
        sink_status_ = Take(answer, begin, bytes);
        return sink_status_;
      });
      RETURN_IF_ERROR(sink_status_);
      if (file_->size_bytes() > begin) retry.Progress();
      if (file_->size_bytes() == remote_.size_bytes) break;
      if (reply.ok() && reply->status / 100 == 2) {
        reply = Unavailable(fetch_.url + " ended early");
      }
      if (!retry.Again(reply)) return reply.ok() ? StatusOfReply(*reply) : reply.status();
    }
    return OkStatus();
  }

  Status Take(const HttpReply& answer, uint64_t begin, ByteSpan bytes) {
    bool is_as_asked = begin == 0 || (answer.status == 206 && RangeStart(answer) == begin);
    if (!is_as_asked) {
      return Unsupported(fetch_.url + " gives another range than the one asked for");
    }
    if (bytes.size() > remote_.size_bytes - file_->size_bytes()) {
      return Corrupt(fetch_.url + " gives more than the " + std::to_string(remote_.size_bytes) +
                     " bytes it announced");
    }
    RETURN_IF_ERROR(file_->Append(bytes));
    if (fetch_.progress) fetch_.progress(bytes.size());
    return OkStatus();
  }

  // What does not match is removed, so that the next run fetches it anew.
  Status CheckDigest(const std::string& path) {
    ASSIGN_OR_RETURN(auto file, env_->OpenReadable(path));
    auto read = [&](uint64_t offset, MutableByteSpan out) { return file->ReadAt(offset, out); };
    ASSIGN_OR_RETURN(Digest digest, DigestOfStretch(0, file->size_bytes(), read));
    if (digest == *fetch_.digest) return OkStatus();
    RETURN_IF_ERROR(env_->RemoveFile(path));
    return Corrupt(fetch_.url + " is " + digest.ToString() + ", not " + fetch_.digest->ToString());
  }

  Env* env_;
  HttpClient* http_;
  const FileFetch& fetch_;
  RemoteFile remote_;
  std::unique_ptr<PendingFile> file_;
  Status sink_status_;
};

}  // namespace

Result<std::string> FetchFile(Env* env, HttpClient* http, const FileFetch& fetch) {
  return Fetcher(env, http, fetch).Run();
}

}  // namespace airgap
