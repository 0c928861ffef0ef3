// What an operator can ask for at the appliance's console, question by question: an address, the
// time, netboot, a machine that starts over, the password of machine configs, that the site file of
// a volume counts. A dialog only writes down what was asked
// for, in a folder of its own; the services that may act on it check it again
// (appliance/README.md).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

// Where a dialog reads and writes. `env` must outlive it.
struct ConsoleFolders {
  Env* env = nullptr;
  std::string answers;      // for the services
  std::string wake;         // pipes that wake them, by service
  std::string site;         // what `cozy-airgap site read` and `media` leave
  std::string status_file;  // controld's
  std::string adapters = "/sys/class/net";
  std::string tty;         // where this console is
  std::string orders;      // what people decide, here or by the API, for the services
  std::string configured;  // of ConfiguredMachines()
};

class Dialog {
 public:
  virtual ~Dialog() = default;

  // What people read before the question: lines for a screen of 80 columns.
  virtual std::vector<std::string> Introduction() const = 0;
  // Lines below it, of our own making: they may hold any characters.
  virtual std::vector<std::string> Picture() const { return {}; }
  // Empty: it is over, and Introduction() says how it ended.
  virtual std::string Question() const = 0;
  // What was typed, without the end of the line. kInvalidArgument: the same question again, and
  // why; any other error ends the dialog.
  virtual Status Answer(std::string_view line) = 0;
  // What is typed is a secret.
  virtual bool HidesAnswer() const { return false; }
  // The program ends now and leaves the terminal to somebody else.
  virtual bool LeavesTerminal() const { return false; }
};

// "Keys: ...", what OpenDialog knows.
inline constexpr std::string_view kDialogKeys =
    "Keys: a address c clock h handoff n netboot r reset u unlock s site q QR l shell";

// Nothing for a key that has no dialog.
std::unique_ptr<Dialog> OpenDialog(char key, const ConsoleFolders& folders);

}  // namespace airgap
