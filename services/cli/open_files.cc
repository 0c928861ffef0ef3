#include "cli/open_files.h"

namespace airgap {

Result<std::vector<std::shared_ptr<Bundle>>> OpenEvery(const std::vector<std::string>& paths) {
  std::vector<std::shared_ptr<Bundle>> all;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(auto bundles, OpenBundles(RealEnv(), path, nullptr));
    all.insert(all.end(), bundles.begin(), bundles.end());
  }
  return all;
}

Result<std::shared_ptr<Bundle>> OpenTheOne(const std::string& path) {
  ASSIGN_OR_RETURN(auto bundles, OpenBundles(RealEnv(), path, nullptr));
  if (bundles.size() == 1) return bundles[0];
  return InvalidArgument(path + " holds " + std::to_string(bundles.size()) +
                         " bundles; name one bundle file");
}

}  // namespace airgap
