// cozy-airgap: the command line. See cli/command.h.
#include "cli/command.h"

int main(int argc, char** argv) { return airgap::RunCozyAirgap(argc, argv); }
