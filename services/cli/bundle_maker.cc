#include "cli/bundle_maker.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "base/limits.h"
#include "cli/open_files.h"
#include "cli/parallel.h"
#include "cli/write_watcher.h"
#include "pull/file_fetch.h"
#include "store/merge.h"

namespace airgap {
namespace {

constexpr char kDefaultPlatform[] = "linux/amd64";

// One part's trouble; anything else will befall every other part too.
bool IsOfOnePart(const Status& status) {
  switch (status.code()) {
    case Code::kNotFound:
    case Code::kUnavailable:
    case Code::kDenied:
    case Code::kUnsupported:
    case Code::kCorrupt:
      return true;
    default:
      return false;
  }
}

}  // namespace

BundleMaker::BundleMaker(CreateRequest request, bool quiet, const std::atomic<bool>* stop)
    : request_(std::move(request)), quiet_(quiet), stop_(stop), collector_(&plan_) {
  request_.registry.stop = stop;
  plan_.SetName(request_.name);
  plan_.SetVersion(request_.version);
}

Status BundleMaker::Stopped() const {
  return stop_->load() ? Unavailable("stopped by a signal") : OkStatus();
}

void BundleMaker::Fail(const Status& status) {
  std::lock_guard lock(mutex_);
  if (failure_.ok()) failure_ = status;
}

std::vector<MissingPart> BundleMaker::missing() const {
  std::vector<MissingPart> all = collector_.missing();
  std::lock_guard lock(mutex_);
  all.insert(all.end(), unfetched_.begin(), unfetched_.end());
  std::sort(all.begin(), all.end(), [](const MissingPart& a, const MissingPart& b) {
    return std::tie(a.wanted_by, a.what) < std::tie(b.wanted_by, b.what);
  });
  return all;
}

Result<Digest> BundleMaker::Make() {
  Result<Digest> identity = MakeAll();
  if (!identity.ok()) {
    // Goes only when it is empty.
    rmdir(AssetFolder().c_str());
    left_partial_ = left_partial_ || access(AssetFolder().c_str(), F_OK) == 0;
  }
  return identity;
}

Result<Digest> BundleMaker::MakeAll() {
  RETURN_IF_ERROR(Gather());
  RETURN_IF_ERROR(CheckNothingMissing());
  WriteMode mode = request_.IsRemote() ? WriteMode::kResumable : WriteMode::kAtOnce;
  ASSIGN_OR_RETURN(auto writer,
                   BundleWriter::Open(RealEnv(), request_.file, plan_, mode, request_.part_bytes));
  left_partial_ = mode == WriteMode::kResumable;
  RETURN_IF_ERROR(FetchAll(writer.get()));
  RETURN_IF_ERROR(CheckTagsStayed());
  ASSIGN_OR_RETURN(Digest identity, writer->Commit());
  left_partial_ = false;
  RemoveAssetFolder();
  return identity;
}

Status BundleMaker::CheckNothingMissing() {
  if (missing().empty()) return OkStatus();
  lacks_parts_ = true;
  return NotFound("parts are missing");
}

Status BundleMaker::Gather() {
  for (const FromSpec& spec : request_.from) RETURN_IF_ERROR(TakeFrom(spec));
  RETURN_IF_ERROR(LookUpAll());
  RETURN_IF_ERROR(PlanAssets());
  for (const Platform& platform : request_.platforms) platforms_.insert(platform.ToString());
  if (platforms_.empty()) platforms_.insert(kDefaultPlatform);
  for (const std::string& platform : platforms_) plan_.AddPlatform(platform);
  ASSIGN_OR_RETURN(auto bases, OpenEvery(request_.bases));
  return LeaveOutHeld(bases, &plan_);
}

Status BundleMaker::TakeFrom(const FromSpec& spec) {
  std::optional<Platform> only;
  if (request_.platforms.size() == 1) only = request_.platforms[0];
  ASSIGN_OR_RETURN(auto opened, OpenFrom(RealEnv(), spec, FolderOf(request_.file)));
  for (OpenedSource& source : opened) {
    ImageSource* images = source.source.get();
    sources_.push_back(std::move(source.source));
    for (const NamedImage& image : source.content.images) {
      RETURN_IF_ERROR(Stopped());
      RETURN_IF_ERROR(collector_.TakeImage(images, image, only));
    }
    for (const Descriptor& asset : source.content.assets) {
      RETURN_IF_ERROR(collector_.TakeAsset(images, asset));
    }
    if (!request_.platforms.empty()) continue;
    platforms_.insert(source.content.platforms.begin(), source.content.platforms.end());
  }
  return OkStatus();
}

Result<RepositorySource*> BundleMaker::Repository(const Reference& reference) {
  std::lock_guard lock(mutex_);
  auto [at, is_new] = repositories_.emplace(reference.Name(), nullptr);
  if (is_new) at->second = std::make_unique<RepositorySource>(client_.get(), reference);
  return at->second.get();
}

// Images are looked up and files of URLs are fetched: both need the network, and both must be
// known whole before the bundle can be laid out.
Status BundleMaker::LookUpAll() {
  fetched_assets_.resize(request_.assets.size());
  if (!request_.IsRemote()) return OkStatus();
  ASSIGN_OR_RETURN(client_, RegistryClient::Create(request_.registry));
  ProgressLine line("looking up", quiet_);
  size_t total = request_.images.size() + request_.assets.size();
  size_t done = 0;
  RunParallel(request_.jobs, total, [&](size_t number) {
    bool is_image = number >= request_.assets.size();  // large files first
    size_t image_number = number - request_.assets.size();
    Status status = Stopped();
    if (status.ok()) {
      status = is_image ? LookUp(request_.images[image_number]) : FetchAsset(number);
    }
    if (!status.ok()) Fail(status);
    std::string name = is_image ? request_.images[image_number].reference.ToString()
                                : "/" + request_.assets[number].path;
    std::lock_guard lock(mutex_);
    ++done;
    line.UpdateCount(done, total, name);
    line.Say("[" + std::to_string(done) + "/" + std::to_string(total) + "] " + name);
    return failure_.ok();
  });
  return failure_;
}

Status BundleMaker::LookUp(const RecipeImage& image) {
  const Reference& reference = image.reference;
  ASSIGN_OR_RETURN(RepositorySource * repository, Repository(reference));
  std::string wanted = reference.tag.empty() ? reference.digest->ToString() : reference.tag;
  Result<Descriptor> descriptor = repository->ResolveTag(wanted);
  if (!descriptor.ok()) {
    if (descriptor.status().code() == Code::kCorrupt) return descriptor.status();
    collector_.AddMissing({reference.ToString(), "the image", descriptor.status().message()});
    return CountFailure(descriptor.status());
  }
  {
    std::lock_guard lock(mutex_);
    failures_in_a_row_ = 0;
  }
  if (!reference.tag.empty()) {
    std::lock_guard lock(mutex_);
    seen_tags_.push_back({reference, descriptor->digest});
  }
  std::optional<Platform> only;
  if (image.platforms.size() == 1 && !image.is_sparse) only = image.platforms[0];
  return collector_.TakeImage(repository, {*descriptor, reference}, only,
                              image.is_sparse ? image.platforms : std::vector<Platform>());
}

// When nobody answers at all, the other hundreds need not be asked, five times each.
Status BundleMaker::CountFailure(const Status& status) {
  std::lock_guard lock(mutex_);
  if (status.code() != Code::kUnavailable) {
    failures_in_a_row_ = 0;
    return OkStatus();
  }
  if (++failures_in_a_row_ < limits::create_failures_max_count) return OkStatus();
  return Unavailable(std::to_string(failures_in_a_row_) +
                     " images in a row could not be asked for; is the network there? " +
                     status.message());
}

Status BundleMaker::FetchAsset(size_t number) {
  const RecipeAsset& asset = request_.assets[number];
  if (asset.url.empty()) return OkStatus();
  RETURN_IF_ERROR(MakeFolders(AssetFolder()));
  FileFetch fetch{asset.url, AssetFolder(), asset.digest, nullptr, stop_};
  Result<std::string> path = FetchFile(RealEnv(), client_->http(), fetch);
  if (path.ok()) {
    fetched_assets_[number] = *std::move(path);
    return OkStatus();
  }
  const Status& status = path.status();
  if (stop_->load() || !IsOfOnePart(status)) return status;
  collector_.AddMissing({"/" + asset.path, "the file", status.message()});
  if (status.code() == Code::kCorrupt) has_corrupt_ = true;
  return OkStatus();
}

Status BundleMaker::PlanAssets() {
  for (size_t i = 0; i < request_.assets.size(); ++i) {
    const RecipeAsset& asset = request_.assets[i];
    const std::string& file = asset.url.empty() ? asset.file : fetched_assets_[i];
    if (file.empty()) continue;  // missing, and listed
    ASSIGN_OR_RETURN(auto opened, AssetFile::Open(RealEnv(), asset.path, file));
    if (asset.digest && opened->digest() != *asset.digest) {
      return Corrupt(file + " is " + opened->digest().ToString() + ", not " +
                     asset.digest->ToString());
    }
    ASSIGN_OR_RETURN(Descriptor manifest, opened->AddTo(&plan_));
    asset_files_.push_back(std::move(opened));
    RETURN_IF_ERROR(collector_.AddAssetRoot(asset.path, manifest));
  }
  return OkStatus();
}

Status BundleMaker::FetchAll(BundleWriter* writer) {
  std::vector<PlacedBlob> order = writer->blobs();
  size_t jobs = 1;
  if (request_.IsRemote()) {
    // The largest first: otherwise the last one is waited for alone.
    jobs = request_.jobs;
    std::stable_sort(order.begin(), order.end(), [](const PlacedBlob& a, const PlacedBlob& b) {
      return a.planned->descriptor.size_bytes > b.planned->descriptor.size_bytes;
    });
  }
  {
    WriteWatcher watcher(writer, "fetching", quiet_, stop_);
    RunParallel(jobs, order.size(), [&](size_t number) { return FetchOne(writer, order[number]); });
  }
  RETURN_IF_ERROR(Stopped());
  RETURN_IF_ERROR(failure_);
  return CheckNothingMissing();
}

bool BundleMaker::FetchOne(BundleWriter* writer, const PlacedBlob& blob) {
  if (stop_->load()) return false;
  Status status = writer->WriteBlob(blob);
  if (stop_->load()) return false;
  std::lock_guard lock(mutex_);
  if (status.ok()) {
    failures_in_a_row_ = 0;
    return true;
  }
  if (writer->disk_failed() || !IsOfOnePart(status)) {
    if (failure_.ok()) failure_ = status;
    return false;
  }
  const PlannedBlob& planned = *blob.planned;
  unfetched_.push_back({planned.wanted_by.empty() ? "the bundle" : planned.wanted_by,
                        "blob " + planned.descriptor.digest.ToString(), status.message()});
  if (status.code() == Code::kCorrupt) has_corrupt_ = true;
  return ++failures_in_a_row_ < limits::create_failures_max_count;
}

// What a tag means must not change between looking it up and the end: the bundle would hold
// something that was never published together.
Status BundleMaker::CheckTagsStayed() {
  RunParallel(request_.jobs, seen_tags_.size(), [&](size_t number) {
    const SeenTag& seen = seen_tags_[number];
    Result<Descriptor> now = client_->Resolve(seen.reference, seen.reference.tag);
    Status status = now.ok() ? OkStatus() : now.status().WithContext(seen.reference.ToString());
    if (now.ok() && now->digest != seen.digest) {
      status =
          Corrupt(seen.reference.ToString() + " was " + seen.digest.ToString() + " and became " +
                  now->digest.ToString() + " meanwhile; run the same command again");
    }
    if (!status.ok()) Fail(status);
    return status.ok();
  });
  return failure_;
}

void BundleMaker::RemoveAssetFolder() {
  asset_files_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(AssetFolder(), ignored);
}

}  // namespace airgap
