#include "control/bundle_report.h"

#include "base/limits.h"

namespace airgap {
namespace {

BundleReport Report(const Bundle& bundle) {
  BundleReport report;
  report.name = bundle.name();
  report.version = bundle.version();
  report.digest = bundle.identity().ToString();
  report.location = bundle.location();
  report.assets_count = bundle.assets().size();
  report.images_count = bundle.index().manifests.size() - bundle.assets().size();
  report.blobs_count = bundle.blobs().size();
  for (size_t i = 0; i < bundle.blobs().size(); ++i) {
    const BlobEntry& blob = bundle.blobs()[i];
    report.total_bytes += blob.size_bytes;
    BlobState state = bundle.state(i);
    if (state == BlobState::kVerified) {
      report.verified_bytes += blob.size_bytes;
      ++report.verified_blobs;
    } else if (state == BlobState::kCorrupt) {
      ++report.corrupt_count;
      if (report.corrupt.size() < limits::corrupt_listed_max_count) {
        report.corrupt.push_back(blob.digest.ToString());
      }
    }
  }
  return report;
}

}  // namespace

std::vector<BundleReport> ReportBundles(const Catalog& catalog) {
  std::vector<BundleReport> reports;
  for (const auto& bundle : catalog.bundles()) reports.push_back(Report(*bundle));
  return reports;
}

}  // namespace airgap
