#include "control/background_verify.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/limits.h"
#include "oci/manifest.h"
#include "store/verify.h"

namespace airgap {
namespace {

// This thread alone: idle disk priority (ioprio_set(2) has no wrapper), lowest processor priority.
void TakeLowestPriority() {
  constexpr int kWhoProcess = 1;
  constexpr int kClassIdle = 3 << 13;
  auto thread_id = static_cast<int>(syscall(SYS_gettid));
  syscall(SYS_ioprio_set, kWhoProcess, thread_id, kClassIdle);
  setpriority(PRIO_PROCESS, static_cast<id_t>(thread_id), 19);
}

using BlobNumbers = std::vector<size_t>;

void AddAssetBlobs(const Bundle& bundle, const Asset& asset, BlobNumbers* numbers) {
  auto add = [&](const Digest& digest) {
    if (auto number = bundle.Find(digest)) numbers->push_back(*number);
  };
  add(asset.manifest.digest);
  auto number = bundle.Find(asset.manifest.digest);
  if (!number) return;
  Result<std::string> text = bundle.ReadWholeBlob(*number, limits::manifest_max_bytes);
  if (!text.ok()) return;  // named when its own blob is verified
  Result<Manifest> manifest = Manifest::Parse(*text, media_type::kOciManifest, "asset");
  if (!manifest.ok()) return;
  for (const Descriptor& child : manifest->Children()) add(child.digest);
}

// Assets first, small before large, then everything in file order.
BlobNumbers OrderOf(const Bundle& bundle) {
  BlobNumbers assets;
  for (const Asset& asset : bundle.assets()) AddAssetBlobs(bundle, asset, &assets);
  std::stable_sort(assets.begin(), assets.end(), [&](size_t a, size_t b) {
    return bundle.blobs()[a].size_bytes < bundle.blobs()[b].size_bytes;
  });
  BlobNumbers rest(bundle.blobs().size());
  for (size_t i = 0; i < rest.size(); ++i) rest[i] = i;
  std::sort(rest.begin(), rest.end(), [&](size_t a, size_t b) {
    return bundle.blobs()[a].offset_bytes < bundle.blobs()[b].offset_bytes;
  });
  assets.insert(assets.end(), rest.begin(), rest.end());
  return assets;
}

}  // namespace

BackgroundVerifier::BackgroundVerifier() : thread_([this] { Run(); }) {}

BackgroundVerifier::~BackgroundVerifier() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    interrupted_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundVerifier::Start(std::shared_ptr<const Catalog> catalog) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    next_ = std::move(catalog);
    problems_.clear();
    interrupted_ = true;
    done_ = false;
  }
  changed_.notify_all();
}

std::vector<std::string> BackgroundVerifier::problems() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return problems_;
}

void BackgroundVerifier::Run() {
  TakeLowestPriority();
  for (;;) {
    std::shared_ptr<const Catalog> catalog;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || next_ != nullptr; });
      if (stop_) return;
      catalog = std::move(next_);
      next_ = nullptr;
      interrupted_ = false;
    }
    Verify(*catalog);
    std::lock_guard<std::mutex> lock(mutex_);
    if (!interrupted_) done_ = true;
  }
}

void BackgroundVerifier::Verify(const Catalog& catalog) {
  catalog.LoadManifests();
  for (const auto& bundle : catalog.bundles()) {
    for (size_t number : OrderOf(*bundle)) {
      if (interrupted_) return;
      if (bundle->state(number) == BlobState::kUnchecked) VerifyOne(*bundle, number);
    }
  }
}

void BackgroundVerifier::VerifyOne(const Bundle& bundle, size_t blob_number) {
  Status status = VerifyBlob(bundle, blob_number, nullptr, &interrupted_);
  if (status.ok() || interrupted_) return;
  fprintf(stderr, "verification: %s\n", status.message().c_str());
  std::lock_guard<std::mutex> lock(mutex_);
  if (problems_.size() < limits::corrupt_listed_max_count) problems_.push_back(status.message());
}

}  // namespace airgap
