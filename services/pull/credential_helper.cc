#include "pull/credential_helper.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/env.h"
#include "base/json.h"
#include "base/limits.h"

// The environment that the helper gets; POSIX has it declared by whoever uses it.
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace airgap {
namespace {

constexpr char kTokenUser[] = "<token>";

struct Pipe {
  UniqueFd read;
  UniqueFd write;

  static Result<Pipe> Open() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
    return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
  }
};

// A running helper; killed when it is not waited for.
class Helper {
 public:
  explicit Helper(std::string program) : program_(std::move(program)) {}
  ~Helper() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  Status Start(const std::string& input) {
    ASSIGN_OR_RETURN(Pipe in, Pipe::Open());
    ASSIGN_OR_RETURN(Pipe out, Pipe::Open());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
    std::string verb = "get";
    char* arguments[] = {program_.data(), verb.data(), nullptr};
    int error = posix_spawnp(&pid_, program_.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      pid_ = 0;
      return Denied(ErrnoStatus(error, "cannot run " + program_).message());
    }
    output_ = std::move(out.read);
    // Less than a pipe holds: this does not wait. A helper that reads nothing is no error.
    (void)!write(in.write.get(), input.data(), input.size());
    return OkStatus();
  }

  // What it writes until it ends its output.
  Result<std::string> ReadAll() {
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() + std::chrono::seconds(limits::credential_helper_timeout_s);
    std::string text;
    for (;;) {
      auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
      pollfd wait{output_.get(), POLLIN, 0};
      int ready = left.count() > 0 ? poll(&wait, 1, static_cast<int>(left.count())) : 0;
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return Denied(program_ + " does not answer");
      char buffer[4096];
      ssize_t count = read(output_.get(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoStatus(errno, "cannot read from " + program_);
      if (count == 0) return text;
      text.append(buffer, static_cast<size_t>(count));
      if (text.size() > limits::credential_helper_reply_max_bytes) {
        return LimitExceeded(program_ + " says too much");
      }
    }
  }

  // Whether it ended well.
  bool Wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  std::string program_;
  pid_t pid_ = 0;
  UniqueFd output_;
};

}  // namespace

bool IsHelperName(const std::string& name) {
  return !name.empty() && name.size() <= 100 &&
         name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
             "0123456789_-") == std::string::npos;
}

Result<std::optional<HelperLogin>> AskCredentialHelper(const std::string& name,
                                                       const std::string& server) {
  std::string program = "docker-credential-" + name;
  Helper helper(program);
  RETURN_IF_ERROR(helper.Start(server + "\n"));
  ASSIGN_OR_RETURN(std::string text, helper.ReadAll());
  if (!helper.Wait()) return std::optional<HelperLogin>();  // it has none for this server
  Result<JsonDocument> document =
      JsonDocument::Parse(text, limits::credential_helper_reply_max_bytes, program);
  // The parser's message might show a part of what was said.
  if (!document.ok()) return Unsupported(program + " does not answer in JSON");
  HelperLogin login{document->root()["Username"].StringOr(""),
                    document->root()["Secret"].StringOr("")};
  if (login.user == kTokenUser) {
    return Unsupported(program + " gives an identity token for " + server +
                       "; log in with a name and a password");
  }
  if (login.user.empty()) return std::optional<HelperLogin>();
  return std::optional<HelperLogin>(std::move(login));
}

}  // namespace airgap
