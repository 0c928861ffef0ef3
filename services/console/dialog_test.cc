// The dialogs by themselves, and on a terminal as somebody types.
#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/testing.h"
#include "base/version.h"
#include "console/dialog.h"
#include "console/front.h"

namespace airgap {
namespace {

namespace fs = std::filesystem;

// A machine with two adapters, and pipes that nobody reads.
class Machine {
 public:
  Machine() : folder_(folder_owner_.path()) {
    for (const char* name : {"answers", "wake", "site", "orders"})
      fs::create_directories(folder_ / name);
    Adapter("eth1", "52:54:00:00:00:02", "0");
    Adapter("eth0", "52:54:00:00:00:01", "1");
    Write("net/lo/type", "772\n");
    Write("net/bond0/type", "1\n");
  }

  ConsoleFolders Folders() const {
    return {RealEnv(),        folder_ / "answers",     folder_ / "wake",
            folder_ / "site", folder_ / "status.json", folder_ / "net",
            "/dev/tty7",      folder_ / "orders",      folder_ / "configured"};
  }
  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string Read(const std::string& name) const {
    auto text = ReadWholeFile(RealEnv(), folder_ / name, 4096);
    return text.ok() ? *text : "";
  }

 private:
  void Adapter(const std::string& name, const std::string& mac, const std::string& carrier) const {
    Write("net/" + name + "/type", "1\n");
    Write("net/" + name + "/address", mac + "\n");
    Write("net/" + name + "/carrier", carrier + "\n");
    Write("net/" + name + "/device/uevent", "\n");
  }

  testing::TempFolder folder_owner_;
  const fs::path folder_;
};

std::string Introduction(const Dialog& dialog) {
  std::string text;
  for (const std::string& line : dialog.Introduction()) text += line + "\n";
  return text;
}

void AnAddressIsAskedForStepByStep(void**) {
  Machine machine;
  auto dialog = OpenDialog('a', machine.Folders());
  ASSERT_CONTAINS(Introduction(*dialog), "1  eth0  52:54:00:00:00:01\n");
  ASSERT_CONTAINS(Introduction(*dialog), "2  eth1  52:54:00:00:00:02  no link\n");
  for (const char* wrong : {"0", "3", "eth0", "-1", "1 2"}) {
    ASSERT_CODE(dialog->Answer(wrong), Code::kInvalidArgument);
  }
  ASSERT_OK(dialog->Answer("1"));
  for (const char* wrong : {"10.0.0.5", "10.0.0.5/33", "10.0.0.256/24", "x", "'10.0.0.5/24'",
                            "10.0.0.5/24]\n", "\"", "\x1b[A"}) {
    ASSERT_CODE(dialog->Answer(wrong), Code::kInvalidArgument);
  }
  ASSERT_TEXT(machine.Read("answers/network.yaml"), "");
  ASSERT_OK(dialog->Answer("10.0.0.5/24, fd00::5/64"));
  ASSERT_CODE(dialog->Answer("router"), Code::kInvalidArgument);
  ASSERT_OK(dialog->Answer("10.0.0.1"));
  ASSERT_OK(dialog->Answer("none"));
  ASSERT_TEXT(dialog->Question(), "");
  ASSERT_TEXT(machine.Read("answers/network.yaml"),
              "network:\n  interface: 'eth0'\n  addresses: ['10.0.0.5/24', 'fd00::5/64']\n"
              "  gateway: ['10.0.0.1']\n");
}

void AnAddressMayComeFromDhcp(void**) {
  Machine machine;
  auto dialog = OpenDialog('a', machine.Folders());
  ASSERT_OK(dialog->Answer("2"));
  ASSERT_OK(dialog->Answer("dhcp"));
  ASSERT_TEXT(dialog->Question(), "");
  ASSERT_TEXT(machine.Read("answers/network.yaml"), "network:\n  interface: 'eth1'\n");
}

void TheClockIsSet(void**) {
  Machine machine;
  auto dialog = OpenDialog('c', machine.Folders());
  for (const char* wrong : {"now", "2026-13-01 10:00", "1990-01-31 10:00", "2030-01-01"}) {
    ASSERT_CODE(dialog->Answer(wrong), Code::kInvalidArgument);
  }
  ASSERT_OK(dialog->Answer("2030-02-03 04:05"));
  ASSERT_TEXT(machine.Read("answers/clock"), "2030-02-03T04:05:00Z\n");
  ASSERT_TEXT(dialog->Question(), "");
}

void AMachineIsReset(void**) {
  Machine machine;
  auto none = OpenDialog('r', machine.Folders());
  ASSERT_TEXT(none->Question(), "");
  machine.Write("configured/52-54-00-00-00-01", "");
  machine.Write("configured/52-54-00-00-00-02", "");
  machine.Write("configured/.other", "");
  auto dialog = OpenDialog('r', machine.Folders());
  ASSERT_CONTAINS(Introduction(*dialog), "  2  52:54:00:00:00:02\n");
  for (const char* wrong : {"0", "3", "x", "../other", "52:54:00:00:00:03"}) {
    ASSERT_CODE(dialog->Answer(wrong), Code::kInvalidArgument);
  }
  ASSERT_OK(dialog->Answer("2"));
  ASSERT_TEXT(dialog->Question(), "");
  auto other = OpenDialog('r', machine.Folders());
  ASSERT_OK(other->Answer("52-54-00-00-00-01"));
  ASSERT_TEXT(OpenDialog('r', machine.Folders())->Question(), "");
}

void TheHandoffIsStartedRetiredOrRolledBack(void**) {
  Machine machine;
  ASSERT_TEXT(OpenDialog('h', machine.Folders())->Question(), "");
  machine.Write("status.json", R"({"state": "cutover", "handoff": {"reasonsAgainstRetiring": [)"
                               R"("node n1 is unknown"]}})");
  auto dialog = OpenDialog('h', machine.Folders());
  ASSERT_CONTAINS(Introduction(*dialog), "State: cutover\n");
  ASSERT_CONTAINS(Introduction(*dialog), "  node n1 is unknown\n");
  for (const char* wrong : {"yes", "Start", "retire now"}) {
    ASSERT_CODE(dialog->Answer(wrong), Code::kInvalidArgument);
  }
  ASSERT_TEXT(machine.Read("orders/handoff"), "");
  ASSERT_OK(dialog->Answer("rollback"));
  ASSERT_TEXT(machine.Read("orders/handoff"), "rollback\n");
  ASSERT_TEXT(dialog->Question(), "");
}

void APasswordIsForRootAlone(void**) {
  Machine machine;
  ASSERT_TEXT(OpenDialog('u', machine.Folders())->Question(), "");
  machine.Write("site/configs-locked", "");
  auto dialog = OpenDialog('u', machine.Folders());
  assert_true(dialog->HidesAnswer());
  ASSERT_OK(dialog->Answer("correct horse"));
  ASSERT_TEXT(machine.Read("answers/configs-password"), "correct horse");
  struct stat about = {};
  std::string path = machine.Folders().answers + "/configs-password";
  assert_int_equal(stat(path.c_str(), &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
  ASSERT_TEXT(dialog->Question(), "");
}

void NetbootIsArmedForSomeHours(void**) {
  Machine machine;
  auto dialog = OpenDialog('n', machine.Folders());
  for (const char* wrong : {"yes", "-1", "169", "1h", "1000000000000"}) {
    ASSERT_CODE(dialog->Answer(wrong), Code::kInvalidArgument);
  }
  ASSERT_OK(dialog->Answer("12"));
  ASSERT_TEXT(dialog->Question(), "");
  ASSERT_CONTAINS(machine.Read("orders/netboot"), "armed-until ");
  dialog = OpenDialog('n', machine.Folders());
  ASSERT_OK(dialog->Answer("0"));
  ASSERT_TEXT(machine.Read("orders/netboot"), "armed-until 0\n");

  machine.Write("site/netboot", "mode off\nhours 12\n");
  dialog = OpenDialog('n', machine.Folders());
  ASSERT_TEXT(dialog->Question(), "");
}

void AShellIsForSitesWithAPassword(void**) {
  Machine machine;
  auto dialog = OpenDialog('l', machine.Folders());
  ASSERT_CONTAINS(Introduction(*dialog), "Nobody logs in here");
  ASSERT_TEXT(dialog->Question(), "");

  machine.Write("site/console-password", "$scrypt$");
  dialog = OpenDialog('l', machine.Folders());
  ASSERT_CODE(dialog->Answer("yes"), Code::kInvalidArgument);
  assert_false(dialog->LeavesTerminal());
  ASSERT_OK(dialog->Answer("shell"));
  assert_true(dialog->LeavesTerminal());
  assert_true(fs::exists(machine.Folders().answers + "/shell-tty7"));
}

void OnlyTheSiteFileThatWasShownIsConfirmed(void**) {
  Machine machine;
  auto dialog = OpenDialog('s', machine.Folders());
  ASSERT_TEXT(dialog->Question(), "");
  ASSERT_CONTAINS(Introduction(*dialog), "There is no volume AIRGAP-SITE");

  machine.Write("site/volume-offer.yaml", "nmae: x\n");
  machine.Write("site/volume-offer", "abc /dev/sda1\n");
  dialog = OpenDialog('s', machine.Folders());
  ASSERT_TEXT(dialog->Question(), "");
  ASSERT_CONTAINS(Introduction(*dialog), "line 1: nmae: unknown key");

  machine.Write("site/volume-offer.yaml", "name: Rack 7\nhostNames: [seed.example.org]\n");
  dialog = OpenDialog('s', machine.Folders());
  ASSERT_CONTAINS(Introduction(*dialog), "/dev/sda1");
  ASSERT_CONTAINS(Introduction(*dialog), "Rack 7");
  ASSERT_CONTAINS(Introduction(*dialog), "seed.example.org");
  ASSERT_CODE(dialog->Answer("no"), Code::kUnavailable);
  ASSERT_TEXT(machine.Read("answers/site-volume"), "");
  ASSERT_OK(dialog->Answer("yes"));
  ASSERT_TEXT(machine.Read("answers/site-volume"), "abc\n");
  ASSERT_TEXT(dialog->Question(), "");
}

void AnAnswerThatCannotBeWrittenIsToldSo(void**) {
  Machine machine;
  ConsoleFolders folders = machine.Folders();
  folders.answers += "/nowhere";
  auto dialog = OpenDialog('c', folders);
  Status status = dialog->Answer("2030-02-03 04:05");
  assert_false(status.ok());
  assert_true(status.code() != Code::kInvalidArgument);
  assert_null(OpenDialog('x', folders).get());
}

// That readers understand it is for tests/boot to show.
void TheFingerprintFitsOnAScreen(void**) {
  Machine machine;
  auto dialog = OpenDialog('q', machine.Folders());
  ASSERT_CONTAINS(Introduction(*dialog), "There is no CA yet");
  std::string fingerprint = "AB";
  for (int i = 1; i < 32; ++i) fingerprint += ":AB";
  machine.Write("status.json", R"({"caFingerprint": ")" + fingerprint + "\"}");
  dialog = OpenDialog('q', machine.Folders());
  assert_int_equal(dialog->Picture().size(), 19);
  ASSERT_TEXT(dialog->Question(), "");
  machine.Write("status.json", R"({"caFingerprint": ")" + std::string(5000, 'A') + "\"}");
  assert_true(OpenDialog('q', machine.Folders())->Picture().empty());
}

void AServiceThatSleepsIsWoken(void**) {
  Machine machine;
  std::string pipe = machine.Folders().wake + "/clock";
  assert_int_equal(mkfifo(pipe.c_str(), 0600), 0);
  UniqueFd reader(open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  ASSERT_OK(OpenDialog('c', machine.Folders())->Answer("2030-02-03 04:05"));
  char byte = 0;
  assert_int_equal(read(reader.get(), &byte, 1), 1);
}

// A pseudo terminal: what a console shows, and hands that type.
class Screen {
 public:
  Screen() {
    int master = -1;
    int slave = -1;
    char name[64] = {};
    assert_int_equal(openpty(&master, &slave, name, nullptr, nullptr), 0);
    master_ = UniqueFd(master);
    slave_ = UniqueFd(slave);
    path_ = name;
    fcntl(master, F_SETFL, O_NONBLOCK);
  }
  const std::string& path() const { return path_; }
  void Type(std::string_view text) const {
    assert_int_equal(write(master_.get(), text.data(), text.size()), text.size());
  }
  std::string Shown() const {
    std::string text;
    char part[4096];
    for (ssize_t size; (size = read(master_.get(), part, sizeof part)) > 0;) {
      text.append(part, static_cast<size_t>(size));
    }
    return text;
  }

 private:
  UniqueFd master_;
  UniqueFd slave_;
  std::string path_;
};

void KeysOpenDialogsAndEnterClosesThem(void**) {
  Machine machine;
  Screen screen;
  auto terminal = Terminal::Open(screen.path());
  ASSERT_OK(terminal);
  machine.Write("status.json", R"({"state": "seeding", "version": "1"})");
  ConsoleFront front(std::move(*terminal), machine.Folders());
  front.Beat();
  ASSERT_CONTAINS(screen.Shown(), "Keys:");
  front.OnInput();  // nothing was typed
  screen.Type("x");
  front.OnInput();
  ASSERT_TEXT(screen.Shown(), "");  // not even an echo
  screen.Type("c");
  front.OnInput();
  ASSERT_CONTAINS(screen.Shown(), "What time is it");
  front.Beat();
  ASSERT_TEXT(screen.Shown(), "");  // the status does not come over it
  screen.Type("late\n");
  front.OnInput();
  ASSERT_CONTAINS(screen.Shown(), "That does not do");
  screen.Type(" 2030-02-03 04:05 \r");
  front.OnInput();
  ASSERT_CONTAINS(screen.Shown(), "The clock is set");
  ASSERT_TEXT(machine.Read("answers/clock"), "2030-02-03T04:05:00Z\n");
  screen.Type("\r");
  front.OnInput();
  machine.Write("status.json", R"({"state": "seeding", "version": "2"})");
  for (int i = 0; i < 3; ++i) front.Beat();
  screen.Type("s");
  front.OnInput();
  ASSERT_CONTAINS(screen.Shown(), "Press Enter to go back");
}

void WithoutAPlaceForAnswersThereAreNoKeys(void**) {
  Machine machine;
  Screen screen;
  auto terminal = Terminal::Open(screen.path());
  ASSERT_OK(terminal);
  ConsoleFolders folders = machine.Folders();
  folders.answers.clear();
  ConsoleFront front(std::move(*terminal), folders);
  assert_int_equal(front.input_fd(), -1);
  front.Beat();
  assert_true(screen.Shown().find("Keys:") == std::string::npos);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AnAddressIsAskedForStepByStep),
      cmocka_unit_test(AnAddressMayComeFromDhcp),
      cmocka_unit_test(TheClockIsSet),
      cmocka_unit_test(AMachineIsReset),
      cmocka_unit_test(TheHandoffIsStartedRetiredOrRolledBack),
      cmocka_unit_test(APasswordIsForRootAlone),
      cmocka_unit_test(NetbootIsArmedForSomeHours),
      cmocka_unit_test(AShellIsForSitesWithAPassword),
      cmocka_unit_test(OnlyTheSiteFileThatWasShownIsConfirmed),
      cmocka_unit_test(AnAnswerThatCannotBeWrittenIsToldSo),
      cmocka_unit_test(TheFingerprintFitsOnAScreen),
      cmocka_unit_test(AServiceThatSleepsIsWoken),
      cmocka_unit_test(KeysOpenDialogsAndEnterClosesThem),
      cmocka_unit_test(WithoutAPlaceForAnswersThereAreNoKeys),
  };
  return cmocka_run_group_tests_name("console/dialog", tests, nullptr, nullptr);
}
