#include "store/write_journal.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr unsigned kJournalMode = 0644;

std::string JournalPath(const std::string& bundle_path) { return bundle_path + ".journal"; }

}  // namespace

Result<std::unique_ptr<WriteJournal>> WriteJournal::Open(Env* env, const std::string& bundle_path) {
  ASSIGN_OR_RETURN(auto file, env->OpenPartial(JournalPath(bundle_path), kJournalMode));
  std::unique_ptr<WriteJournal> journal(new WriteJournal(std::move(file)));
  RETURN_IF_ERROR(journal->Read());
  return journal;
}

Status WriteJournal::Read() {
  // One that grew beyond its limit was not written by this program: fetch everything again.
  if (file_->size_bytes() > limits::write_journal_max_bytes) return OkStatus();
  std::string text(file_->size_bytes(), '\0');
  RETURN_IF_ERROR(file_->ReadAt(0, {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  // The last line may be torn: the next one begins afresh.
  if (!text.empty() && text.back() != '\n') RETURN_IF_ERROR(file_->Append(AsBytes("\n")));
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line(text.data() + at, end - at);
    at = end + 1;
    size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    Result<Digest> digest = Digest::Parse("sha256:" + std::string(line.substr(0, space)));
    std::string_view number = line.substr(space + 1);
    uint64_t bytes = 0;
    auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), bytes);
    if (!digest.ok() || error != std::errc() || stop != number.data() + number.size()) continue;
    bytes_[*digest] = bytes;
  }
  return OkStatus();
}

uint64_t WriteJournal::BytesOf(const Digest& digest) const {
  std::lock_guard lock(mutex_);
  auto found = bytes_.find(digest);
  return found == bytes_.end() ? 0 : found->second;
}

uint64_t WriteJournal::total_bytes() const {
  std::lock_guard lock(mutex_);
  uint64_t total = 0;
  for (const auto& [digest, bytes] : bytes_) total += bytes;
  return total;
}

Status WriteJournal::Note(const Digest& digest, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  bytes_[digest] = bytes;
  return file_->Append(AsBytes(digest.Hex() + " " + std::to_string(bytes) + "\n"));
}

Status WriteJournal::MoveTo(const std::string& bundle_path) {
  return file_->CommitAs(JournalPath(bundle_path) + ".partial");
}

Status WriteJournal::Remove(Env* env, const std::string& bundle_path) {
  return env->RemoveFile(JournalPath(bundle_path) + ".partial");
}

}  // namespace airgap
