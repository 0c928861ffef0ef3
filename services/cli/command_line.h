// What every program does with its arguments.
#pragma once

namespace CLI {
class App;
}

namespace airgap {

// True when the program is to go on; otherwise `*exit_code` is what it ends with (help, a wrong
// option, which is printed).
bool ParseCommandLine(CLI::App* app, int argc, char** argv, int* exit_code);

}  // namespace airgap
