#include "console/answers.h"

#include <fcntl.h>
#include <unistd.h>

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr unsigned kSecretMode = 0600;

Status Write(const ConsoleFolders& folders, const std::string& name, std::string_view text,
             const std::string& service, unsigned mode) {
  RETURN_IF_ERROR(
      WriteWholeFile(folders.env, folders.answers + "/" + name, std::string(text), mode));
  if (service.empty()) return OkStatus();
  UniqueFd pipe(open((folders.wake + "/" + service).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (pipe.valid()) (void)!write(pipe.get(), "\n", 1);
  return OkStatus();
}

}  // namespace

Status WriteAnswer(const ConsoleFolders& folders, const std::string& name, std::string_view text,
                   const std::string& service) {
  return Write(folders, name, text, service, kPublicMode);
}

Status WriteSecretAnswer(const ConsoleFolders& folders, const std::string& name,
                         std::string_view text, const std::string& service) {
  return Write(folders, name, text, service, kSecretMode);
}

}  // namespace airgap
