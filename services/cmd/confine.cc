// confine: starts a service of the appliance with no more rights than it needs.
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "base/limits.h"
#include "cli/exit_code.h"
#include "confine/confine.h"

namespace airgap {
namespace {

constexpr char kUsage[] =
    "Usage: confine [--user NAME] [--cap NAME]... [--memory MIB] COMMAND [ARGUMENT]...\n";

Status TakeOption(std::string_view option, std::string_view value, Confinement* confinement) {
  if (option == "--user") {
    confinement->user = value;
    return OkStatus();
  }
  if (option == "--cap") {
    ASSIGN_OR_RETURN(unsigned number, CapabilityNumber(value));
    confinement->capabilities.push_back(number);
    return OkStatus();
  }
  if (option != "--memory") return InvalidArgument(std::string(option) + ": unknown option");
  uint64_t mib = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mib);
  if (error != std::errc() || end != value.data() + value.size() || mib == 0 ||
      mib > limits::kMiB) {
    return InvalidArgument("--memory " + std::string(value) + ": want a number of MiB");
  }
  confinement->memory_bytes = mib * limits::kMiB;
  return OkStatus();
}

int Run(int argc, char** argv) {
  Confinement confinement;
  int at = 1;
  for (; at + 1 < argc && std::string_view(argv[at]).starts_with("--"); at += 2) {
    if (std::string_view(argv[at]) == "--") break;
    Status status = TakeOption(argv[at], argv[at + 1], &confinement);
    if (!status.ok()) return FailProgram("confine", status);
  }
  if (at < argc && std::string_view(argv[at]) == "--") ++at;
  if (at >= argc || argv[at][0] == '-') {
    fputs(kUsage, stderr);
    return kExitUsage;
  }
  Status status = Confine(confinement);
  if (status.ok()) {
    execvp(argv[at], argv + at);
    status = ErrnoStatus(errno, std::string("cannot start ") + argv[at]);
  }
  return FailProgram("confine", status);
}

}  // namespace
}  // namespace airgap

int main(int argc, char** argv) { return airgap::Run(argc, argv); }
