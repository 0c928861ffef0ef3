#include "netboot/dnsmasq.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr unsigned kConfigMode = 0644;
constexpr int kReadsAtOnce = 64;

// Between fork and exec: nothing that may allocate.
[[noreturn]] void Exec(const char* program, char* const* arguments, pid_t parent, int log) {
  dup2(log, STDERR_FILENO);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  execv(program, arguments);
  constexpr int kNotStarted = 127;
  _exit(kNotStarted);
}

// As root dnsmasq becomes nobody by itself. Anybody else stays who it is, and so does who is root
// in a user namespace alone: where groups may not be set (user_namespaces(7)) dnsmasq would end.
bool MayBecomeNobody() {
  if (geteuid() != 0) return false;
  char setting[] = "....";
  UniqueFd file(open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC));
  constexpr size_t kLength = sizeof setting - 1;
  return !file.valid() || read(file.get(), setting, kLength) != static_cast<ssize_t>(kLength) ||
         std::string_view(setting) != "deny";
}

std::string HowItEnded(int status) {
  if (WIFSIGNALED(status)) return "by signal " + std::to_string(WTERMSIG(status));
  return "with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Dnsmasq::Dnsmasq(std::string program, std::string folder)
    : program_(std::move(program)), folder_(std::move(folder)) {}

void Dnsmasq::Reap() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return;
  pid_ = 0;
  ended_ = Clock::now();
  failure_ = Unavailable("dnsmasq ended " + HowItEnded(status) + ": its log says why");
}

void Dnsmasq::Stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

Status Dnsmasq::Start(const std::string& config) {
  std::string path = folder_ + "/dnsmasq.conf";
  RETURN_IF_ERROR(WriteWholeFile(RealEnv(), path, config, kConfigMode));
  std::string program = program_;
  std::string file = "--conf-file=" + path;
  std::string foreground = "--keep-in-foreground";
  std::string log = "--log-facility=-";
  bool may_become_nobody = MayBecomeNobody();
  std::string user = may_become_nobody ? "--user=nobody" : "--user=";
  std::string no_group = "--group=";
  char* arguments[] = {program.data(), foreground.data(),
                       log.data(),     user.data(),
                       file.data(),    may_become_nobody ? nullptr : no_group.data(),
                       nullptr};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  log_ = UniqueFd(ends[0]);
  UniqueFd written(ends[1]);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return ErrnoStatus(errno, "cannot start " + program_);
  if (child == 0) Exec(program_.c_str(), arguments, parent, written.get());
  pid_ = child;
  return OkStatus();
}

std::vector<DhcpSighting> Dnsmasq::TakeSightings() {
  std::vector<DhcpSighting> seen;
  char buffer[limits::log_line_max_bytes];
  // Not for ever: it may write faster than this reads.
  for (int i = 0; i < kReadsAtOnce && log_.valid(); ++i) {
    ssize_t count = read(log_.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    cut_.append(buffer, static_cast<size_t>(count));
    for (size_t end = cut_.find('\n'); end != std::string::npos; end = cut_.find('\n')) {
      std::string line = cut_.substr(0, end + 1);
      cut_.erase(0, end + 1);
      std::string_view text = std::string_view(line).substr(0, end);
      if (auto sighting = sightings_.Take(text)) seen.push_back(*sighting);
      if (!DnsmasqLog::IsDetail(text)) (void)!write(STDERR_FILENO, line.data(), line.size());
    }
    if (cut_.size() > limits::log_line_max_bytes) cut_.clear();
  }
  return seen;
}

Status Dnsmasq::Keep(const std::string& config) {
  Reap();
  if (config != config_) {
    Stop();
    config_ = config;
    failure_ = OkStatus();
    ended_ = {};
  }
  if (config.empty() || is_running()) return OkStatus();
  if (ended_ != Clock::time_point() && Clock::now() - ended_ < kPause) return failure_;
  RETURN_IF_ERROR(Start(config));
  return failure_;
}

}  // namespace airgap
