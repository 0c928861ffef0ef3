// The bundles that a program serves: those named on its command line and those in its list file,
// opened again when the list changes.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "store/catalog.h"

namespace airgap {

// Safe to use from several threads; Reload() from one.
class ServedBundles {
 public:
  struct Options {
    std::vector<std::string> paths;  // must open
    // One path per line; may change, and may not be there yet. What does not open is a problem()
    // and the rest is served.
    std::string list_path;
    // Public keys (store/ed25519.h, ParsePublicKeys). When the file is there, a bundle that none of
    // them signed is a problem() and is not served; so is every bundle when it cannot be read.
    // Every bundle is looked at again when it changes.
    std::string keys_path;
  };
  static Result<std::unique_ptr<ServedBundles>> Open(Env* env, Options options);

  std::shared_ptr<const Catalog> catalog() const;
  // What did not open, one line each, and what the bundles disagree on.
  std::vector<std::string> problems() const;

  // Looks at the list file and at the files in it; true when the catalog is another one now.
  // What did not change stays open, with all that is known of its blobs. `force`: what failed to
  // open before is tried again.
  bool Reload(bool force);

 private:
  // Tells a file from another that took its name.
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed = {};
    bool operator==(const Identity& other) const;
  };
  struct Opened {
    Identity identity;
    std::vector<std::shared_ptr<Bundle>> bundles;
    std::vector<std::string> problems;
  };

  ServedBundles(Env* env, Options options) : env_(env), options_(std::move(options)) {}
  static Identity IdentityOf(const std::string& path);
  std::vector<std::string> WantedPaths();
  Opened OpenPath(const std::string& path);
  // Keeps of `bundles` those that may be served, and says what became of the others.
  void DropUnsigned(std::vector<std::shared_ptr<Bundle>>* bundles,
                    std::vector<std::string>* problems) const;
  void Publish();

  Env* const env_;
  const Options options_;
  std::vector<std::string> order_;
  std::map<std::string, Opened> opened_;
  std::string list_problem_;
  Identity keys_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Catalog> catalog_;  // guarded by mutex_, as is
  std::vector<std::string> problems_;
};

}  // namespace airgap
