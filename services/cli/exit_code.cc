#include "cli/exit_code.h"

#include <cstdio>

namespace airgap {

int ExitCodeOf(const Status& status) {
  switch (status.code()) {
    case Code::kOk:
      return kExitFine;
    case Code::kCorrupt:
      return kExitCheckFailed;
    case Code::kInvalidArgument:
      return kExitUsage;
    default:
      return kExitCouldNot;
  }
}

int FailProgram(const char* program, const Status& status) {
  fprintf(stderr, "%s: %s\n", program, status.message().c_str());
  return ExitCodeOf(status);
}

}  // namespace airgap
