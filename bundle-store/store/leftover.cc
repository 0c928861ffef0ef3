#include "store/leftover.h"

#include "store/blob_stream.h"

namespace airgap {
namespace {

std::string AsidePath(const std::string& path) { return path + ".before"; }
std::string AsideFile(const std::string& path) { return AsidePath(path) + ".partial"; }

}  // namespace

Status Leftover::PutAside(Env* env, const std::string& path, PendingFile* file,
                          WriteJournal* journal) {
  ASSIGN_OR_RETURN(auto aside, WriteJournal::Open(env, AsidePath(path)));
  if (aside->total_bytes() >= journal->total_bytes()) {
    RETURN_IF_ERROR(file->Discard());
    return journal->Discard();
  }
  // The journal goes first: one without its bundle promises nothing, a bundle with the journal of
  // another would only be read in vain.
  RETURN_IF_ERROR(journal->MoveTo(AsidePath(path)));
  return file->CommitAs(AsideFile(path));
}

std::unique_ptr<Leftover> Leftover::Open(Env* env, const std::string& path) {
  auto file = env->OpenReadable(AsideFile(path));
  if (!file.ok()) return nullptr;
  uint64_t size = (*file)->size_bytes();
  auto bundle = Bundle::Open(*std::move(file), 0, size);
  auto journal = WriteJournal::Open(env, AsidePath(path));
  if (!bundle.ok() || !journal.ok()) return nullptr;
  std::unique_ptr<Leftover> leftover(new Leftover());
  leftover->bundle_ = *std::move(bundle);
  leftover->journal_ = *std::move(journal);
  return leftover;
}

bool Leftover::Has(const Descriptor& descriptor) const {
  std::optional<size_t> number = bundle_->Find(descriptor.digest);
  return number && bundle_->blobs()[*number].size_bytes == descriptor.size_bytes &&
         journal_->BytesOf(descriptor.digest) == descriptor.size_bytes;
}

Status Leftover::Stream(const Descriptor& descriptor, const ByteSink& sink) {
  return StreamBlob(*bundle_, bundle_->Find(descriptor.digest).value(), sink);
}

Status Leftover::Remove(Env* env, const std::string& path) {
  RETURN_IF_ERROR(env->RemoveFile(AsideFile(path)));
  return WriteJournal::Remove(env, AsidePath(path));
}

}  // namespace airgap
