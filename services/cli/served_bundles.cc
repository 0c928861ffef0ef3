#include "cli/served_bundles.h"

#include <sys/stat.h>

#include <algorithm>
#include <sstream>

#include "base/limits.h"
#include "store/signatures.h"

namespace airgap {
namespace {

constexpr uint64_t kListMaxBytes = 64 * limits::kKiB;

}  // namespace

bool ServedBundles::Identity::operator==(const Identity& other) const {
  return device == other.device && inode == other.inode && size == other.size &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

ServedBundles::Identity ServedBundles::IdentityOf(const std::string& path) {
  struct stat st = {};
  if (stat(path.c_str(), &st) != 0) return {};
  return {S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev, st.st_ino, st.st_size, st.st_mtim};
}

Result<std::unique_ptr<ServedBundles>> ServedBundles::Open(Env* env, Options options) {
  std::unique_ptr<ServedBundles> source(new ServedBundles(env, std::move(options)));
  source->keys_ = IdentityOf(source->options_.keys_path);
  for (const std::string& path : source->options_.paths) {
    std::vector<Status> problems;
    auto bundles = OpenBundles(env, path, &problems);
    if (!bundles.ok()) return bundles.status();
    Opened opened{IdentityOf(path), *std::move(bundles), {}};
    for (const Status& problem : problems) opened.problems.push_back(problem.message());
    source->DropUnsigned(&opened.bundles, &opened.problems);
    source->opened_[path] = std::move(opened);
  }
  source->order_ = source->options_.paths;
  source->Publish();
  source->Reload(false);
  return source;
}

std::shared_ptr<const Catalog> ServedBundles::catalog() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return catalog_;
}

std::vector<std::string> ServedBundles::problems() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return problems_;
}

std::vector<std::string> ServedBundles::WantedPaths() {
  std::vector<std::string> paths = options_.paths;
  list_problem_.clear();
  if (options_.list_path.empty()) return paths;
  Result<std::string> text = ReadWholeFile(env_, options_.list_path, kListMaxBytes);
  if (!text.ok()) {
    if (text.status().code() != Code::kNotFound) list_problem_ = text.status().message();
    return paths;
  }
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (paths.size() >= limits::bundles_open_max_count) {
      list_problem_ = options_.list_path + " lists more than " +
                      std::to_string(limits::bundles_open_max_count) + " media";
      break;
    }
    if (std::find(paths.begin(), paths.end(), line) == paths.end()) paths.push_back(line);
  }
  return paths;
}

ServedBundles::Opened ServedBundles::OpenPath(const std::string& path) {
  Opened opened;
  opened.identity = IdentityOf(path);
  std::vector<Status> problems;
  auto bundles = OpenBundles(env_, path, &problems);
  if (bundles.ok()) {
    opened.bundles = *std::move(bundles);
  } else if (problems.empty()) {
    problems.push_back(bundles.status());
  }
  for (const Status& problem : problems) opened.problems.push_back(problem.message());
  DropUnsigned(&opened.bundles, &opened.problems);
  return opened;
}

void ServedBundles::DropUnsigned(std::vector<std::shared_ptr<Bundle>>* bundles,
                                 std::vector<std::string>* problems) const {
  if (options_.keys_path.empty()) return;
  Result<std::string> pem = ReadWholeFile(env_, options_.keys_path, limits::site_file_max_bytes);
  if (pem.status().code() == Code::kNotFound) return;
  Result<std::vector<PublicKey>> keys =
      pem.ok() ? ParsePublicKeys(*pem, options_.keys_path) : pem.status();
  std::erase_if(*bundles, [&](const std::shared_ptr<Bundle>& bundle) {
    Status status = keys.ok() ? CheckSignedByOneOf(*bundle, *keys) : keys.status();
    if (!status.ok()) problems->push_back(status.message() + "; it is not served");
    return !status.ok();
  });
}

bool ServedBundles::Reload(bool force) {
  std::string list_problem_before = list_problem_;
  std::vector<std::string> wanted = WantedPaths();
  bool changed = wanted != order_ || list_problem_ != list_problem_before;
  Identity keys = IdentityOf(options_.keys_path);
  if (!(keys == keys_)) {
    opened_.clear();
    keys_ = keys;
  }
  std::map<std::string, Opened> opened;
  for (const std::string& path : wanted) {
    auto known = opened_.find(path);
    bool keep = known != opened_.end() && known->second.identity == IdentityOf(path) &&
                !(force && !known->second.problems.empty());
    if (keep) {
      opened[path] = std::move(known->second);
    } else {
      opened[path] = OpenPath(path);
      changed = true;
    }
  }
  opened_ = std::move(opened);
  order_ = std::move(wanted);
  if (changed) Publish();
  return changed;
}

void ServedBundles::Publish() {
  std::vector<std::shared_ptr<Bundle>> bundles;
  std::vector<std::string> problems;
  if (!list_problem_.empty()) problems.push_back(list_problem_);
  for (const std::string& path : order_) {
    const Opened& opened = opened_[path];
    bundles.insert(bundles.end(), opened.bundles.begin(), opened.bundles.end());
    problems.insert(problems.end(), opened.problems.begin(), opened.problems.end());
  }
  std::shared_ptr<const Catalog> catalog = Catalog::Build(std::move(bundles));
  for (const std::string& conflict : catalog->conflicts()) problems.push_back(conflict);
  for (const std::string& gap : catalog->Gaps()) problems.push_back(gap);
  std::lock_guard<std::mutex> lock(mutex_);
  catalog_ = std::move(catalog);
  problems_ = std::move(problems);
}

}  // namespace airgap
