// Exit codes of every program.
#pragma once

#include "base/status.h"

namespace airgap {

enum ExitCode {
  kExitFine = 0,
  kExitCheckFailed = 1,  // the check found something wrong
  kExitUsage = 2,
  kExitCouldNot = 3,
};

// kCorrupt -> 1, kInvalidArgument -> 2, everything else -> 3.
int ExitCodeOf(const Status& status);

// Prints "<program>: <message>" to standard error and gives the exit code.
int FailProgram(const char* program, const Status& status);

}  // namespace airgap
