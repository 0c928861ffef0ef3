#include "cli/media_scan.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "compose/image_verify.h"
#include "compose/volume_stamp.h"
#include "store/gpt.h"

namespace airgap {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr uint64_t kSysSectorBytes = 512;  // the unit of /sys/class/block/X/size, always
constexpr uint64_t kSmallestMediumBytes = uint64_t{2} << 20;  // leaves out floppy drives
constexpr size_t kDevicesMaxCount = 256;
constexpr size_t kAnswerMaxBytes = 512;
constexpr uint64_t kSysFileMaxBytes = 4096;
constexpr char kNothing[] = "0 0 0 0";

struct Probe {
  FoundMedium medium;
  pid_t child = -1;
  UniqueFd answer_fd;
  std::string answer;  // as PartsOf says and a line with a problem, or "!" and what is wrong
};

std::string ReadSysFile(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(kSysFileMaxBytes, '\0');
  ssize_t size = fd.valid() ? read(fd.get(), text.data(), text.size()) : -1;
  text.resize(size > 0 ? static_cast<size_t>(size) : 0);
  return text;
}

// The kind shows in where the device hangs: /sys/devices/pci.../usb2/2-1/.../block/sda.
std::string KindOf(const fs::path& sys_entry) {
  if (sys_entry.filename().string().starts_with("sr")) return "cd";
  std::error_code error;
  std::string where = fs::canonical(sys_entry, error).string();
  return where.find("/usb") != std::string::npos ? "usb" : "disk";
}

std::vector<Probe> FindDevices(const MediaRoots& roots) {
  std::vector<Probe> probes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(roots.sys + "/class/block", error)) {
    if (fs::exists(entry.path() / "partition", error)) continue;
    uint64_t sectors = strtoull(ReadSysFile(entry.path() / "size").c_str(), nullptr, 10);
    if (sectors < kSmallestMediumBytes / kSysSectorBytes) continue;  // no medium, most often
    std::string name = entry.path().filename();
    if (name.starts_with("ram") || name.starts_with("zram")) continue;
    std::replace(name.begin(), name.end(), '!', '/');
    Probe probe;
    probe.medium.path = roots.dev + "/" + name;
    probe.medium.kind = KindOf(entry.path());
    probe.medium.size_bytes = sectors * kSysSectorBytes;
    probes.push_back(std::move(probe));
    if (probes.size() == kDevicesMaxCount) break;
  }
  std::sort(probes.begin(), probes.end(),
            [](const Probe& a, const Probe& b) { return a.medium.path < b.medium.path; });
  return probes;
}

// "<bundles> <site files> <identities> <number of the state partition>".
std::string PartsOf(const GptTable& table) {
  std::string parts;
  for (const Guid* type : {&kBundlePartitionType, &kSitePartitionType, &kIdentityPartitionType}) {
    parts.append(std::to_string(table.PartitionsOf(*type).size())).append(" ");
  }
  std::vector<GptPartition> states = table.PartitionsOf(kStatePartitionType);
  return parts + std::to_string(states.size() == 1 ? states[0].number : 0);
}

std::string AnswerFor(Env* env, const std::string& path) {
  auto file = env->OpenReadable(path);
  if (!file.ok()) {
    return file.status().code() == Code::kDenied ? "!" + file.status().message() : kNothing;
  }
  Result<GptTable> table = ReadGpt(**file);
  if (table.ok()) {
    return PartsOf(*table) + " " + ReadVolumeStamp(**file) + "\n" + ProblemOfMedium(**file);
  }
  if (std::string problem = ProblemOfMedium(**file); !problem.empty()) return "!" + problem;
  // An unreadable medium is no news (an empty drive reads as one); a damaged table is.
  return table.status().code() == Code::kCorrupt ? "!" + table.status().message() : kNothing;
}

[[noreturn]] void AnswerAsChild(Env* env, const std::string& path, int answer_fd) {
  // Whoever reads our output must not wait for this process.
  UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), fd);
  std::string answer = AnswerFor(env, path).substr(0, kAnswerMaxBytes);
  ssize_t written = write(answer_fd, answer.data(), answer.size());
  _exit(written == static_cast<ssize_t>(answer.size()) ? 0 : 1);
}

Status Start(Env* env, Probe* probe) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot look at " + probe->medium.path);
  UniqueFd read_end(fds[0]);
  UniqueFd write_end(fds[1]);
  probe->child = fork();
  if (probe->child < 0) return ErrnoStatus(errno, "cannot look at " + probe->medium.path);
  if (probe->child == 0) AnswerAsChild(env, probe->medium.path, write_end.get());
  probe->answer_fd = std::move(read_end);
  return OkStatus();
}

// Whether the answer is complete now.
bool TakeAnswer(Probe* probe) {
  char buffer[kAnswerMaxBytes];
  ssize_t size = read(probe->answer_fd.get(), buffer, sizeof buffer);
  if (size > 0) {
    probe->answer.append(buffer, static_cast<size_t>(size));
    return false;
  }
  return size == 0 || errno != EINTR;
}

void CollectAnswers(std::vector<Probe>* probes, Clock::time_point deadline) {
  for (;;) {
    std::vector<pollfd> waiting;
    std::vector<Probe*> who;
    for (Probe& probe : *probes) {
      if (!probe.answer_fd.valid()) continue;
      waiting.push_back({probe.answer_fd.get(), POLLIN, 0});
      who.push_back(&probe);
    }
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (waiting.empty() || left <= 0) return;
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left)) < 0 && errno != EINTR) return;
    for (size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0 || !TakeAnswer(who[i])) continue;
      who[i]->answer_fd.Reset();
      waitpid(who[i]->child, nullptr, 0);
    }
  }
}

void AddResult(const Probe& probe, MediaScan* scan) {
  if (probe.answer_fd.valid()) {
    kill(probe.child, SIGKILL);
    waitpid(probe.child, nullptr, WNOHANG);  // it may stay in the kernel; init will reap it
    scan->problems.push_back(probe.medium.path + " does not answer; pull it out or replace it");
    return;
  }
  if (probe.answer.starts_with('!')) {
    scan->problems.push_back(probe.answer.substr(1));
    return;
  }
  FoundMedium medium = probe.medium;
  size_t end = std::min(probe.answer.find('\n'), probe.answer.size());
  if (probe.answer.size() > end + 1) scan->problems.push_back(probe.answer.substr(end + 1));
  std::istringstream answer(probe.answer.substr(0, end));
  size_t sites = 0;
  size_t identities = 0;
  answer >> medium.bundles >> sites >> identities >> medium.state_partition >> medium.stamp;
  medium.has_site = sites > 0;
  medium.has_identity = identities > 0;
  if (medium.bundles > 0 || medium.has_site || medium.has_identity || medium.state_partition != 0) {
    scan->media.push_back(std::move(medium));
  }
}

}  // namespace

MediaScan ScanMedia(Env* env, const MediaRoots& roots, std::chrono::milliseconds timeout) {
  MediaScan scan;
  std::vector<Probe> probes = FindDevices(roots);
  Clock::time_point deadline = Clock::now() + timeout;
  for (Probe& probe : probes) {
    Status status = Start(env, &probe);
    if (!status.ok()) probe.answer = "!" + status.message();
  }
  CollectAnswers(&probes, deadline);
  for (const Probe& probe : probes) AddResult(probe, &scan);
  return scan;
}

}  // namespace airgap
