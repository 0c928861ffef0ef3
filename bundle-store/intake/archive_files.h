// The files inside a tar that another tool wrote, plain or compressed. libarchive reads it; no
// other file of the project includes archive.h.
#pragma once

#include <memory>
#include <string>

#include "intake/layout_files.h"

namespace airgap {

// Hard links, devices and names that leave the archive are always refused.
enum class LinkRule {
  kRefuse,        // any symbolic link is an error
  kFollowInside,  // `docker save` has them: followed once when they stay inside, never opened
};

// Lists every entry. A plain tar is read in place; of a compressed one the files are unpacked
// into a nameless file in `spool_folder`, at most what is free there. Errors: kCorrupt (no tar,
// damaged, an entry that does not belong: says which), kNoSpace, kLimitExceeded.
Result<std::unique_ptr<LayoutFiles>> OpenLayoutArchive(Env* env, const std::string& path,
                                                       LinkRule links,
                                                       const std::string& spool_folder);

}  // namespace airgap
