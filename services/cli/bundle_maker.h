// Makes a bundle of what a request names: looks everything up first, then fetches it, in several
// threads each time.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cli/create_request.h"
#include "cli/progress.h"
#include "intake/asset_file.h"
#include "intake/collector.h"
#include "pull/repository_source.h"
#include "store/bundle_writer.h"

namespace airgap {

class BundleMaker {
 public:
  // `stop` ends the work; what was fetched is kept for the next run.
  BundleMaker(CreateRequest request, bool quiet, const std::atomic<bool>* stop);

  // Everything, up to the file under its name.
  Result<Digest> Make();

  // Whether Make() failed only because parts could not be had. Then missing() has them, sorted,
  // each with its cause.
  bool lacks_parts() const { return lacks_parts_; }
  std::vector<MissingPart> missing() const;
  // Whether missing() holds bytes that do not match, and not only what is absent.
  bool has_corrupt() const { return has_corrupt_; }
  // Whether something was fetched that the next run goes on with.
  bool left_partial() const { return left_partial_; }

  const BundlePlan& plan() const { return plan_; }
  const Collector& collector() const { return collector_; }
  const CreateRequest& request() const { return request_; }

 private:
  // A tag as it was when it was looked up.
  struct SeenTag {
    Reference reference;
    Digest digest;
  };
  Result<Digest> MakeAll();
  Status Gather();
  Status TakeFrom(const FromSpec& spec);
  Status LookUpAll();
  Status LookUp(const RecipeImage& image);
  Status CountFailure(const Status& status);
  Status FetchAsset(size_t number);
  Status PlanAssets();
  Result<RepositorySource*> Repository(const Reference& reference);
  std::string AssetFolder() const { return request_.file + ".assets"; }

  Status FetchAll(BundleWriter* writer);
  // False when the others need not be begun.
  bool FetchOne(BundleWriter* writer, const PlacedBlob& blob);
  Status CheckTagsStayed();
  Status CheckNothingMissing();
  Status Stopped() const;
  void RemoveAssetFolder();
  // The first of the failures that end everything.
  void Fail(const Status& status);

  CreateRequest request_;
  const bool quiet_;
  const std::atomic<bool>* const stop_;
  BundlePlan plan_;
  Collector collector_;
  std::set<std::string> platforms_;
  std::vector<std::unique_ptr<ImageSource>> sources_;
  std::unique_ptr<RegistryClient> client_;
  std::vector<std::string> fetched_assets_;  // paths, in the request's order
  std::vector<std::unique_ptr<AssetFile>> asset_files_;
  bool left_partial_ = false;
  bool lacks_parts_ = false;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::unique_ptr<RepositorySource>> repositories_;
  std::vector<SeenTag> seen_tags_;
  std::vector<MissingPart> unfetched_;
  unsigned failures_in_a_row_ = 0;
  bool has_corrupt_ = false;
  Status failure_;
};

}  // namespace airgap
