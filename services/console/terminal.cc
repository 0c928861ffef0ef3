#include "console/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace airgap {
namespace {

// A Linux console has a keyboard (KDGKBTYPE); anything else with a window size is an emulator.
bool IsScreen(int fd) {
  constexpr unsigned long kGetKeyboardType = 0x4B33;  // <linux/kd.h>
  char type = 0;
  if (ioctl(fd, kGetKeyboardType, &type) == 0) return true;
  winsize size{};
  return isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
}

}  // namespace

Result<Terminal> Terminal::Open(const std::string& path) {
  Terminal terminal;
  terminal.fd_ = UniqueFd(open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  terminal.has_keys_ = terminal.fd_.valid() && isatty(terminal.fd_.get()) == 1;
  if (!terminal.fd_.valid()) {
    terminal.fd_ = UniqueFd(open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  }
  if (!terminal.fd_.valid()) return ErrnoStatus(errno, "cannot open " + path);
  terminal.is_screen_ = IsScreen(terminal.fd_.get());
  return terminal;
}

bool Terminal::Write(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t written = write(fd_.get(), text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

bool Terminal::Draw(const std::vector<std::string>& lines, std::string_view end) {
  std::string text;
  if (is_screen_) {
    text = "\x1b[H";  // home; each line is then overwritten, so that nothing flickers
    for (const std::string& line : lines) text += line + "\x1b[K\r\n";
    text += "\x1b[J";
  } else {
    text = "\r\n";
    for (const std::string& line : lines) text += line + "\r\n";
  }
  text += end;
  shown_ = lines;
  drawn_before_ = drawn_;
  drawn_ = Clock::now();
  return Write(text);
}

bool Terminal::Show(const std::vector<std::string>& lines) {
  bool is_too_soon = !is_screen_ && Clock::now() - drawn_before_ < 2 * kSerialInterval;
  if (lines == shown_ || is_too_soon) return true;
  return Draw(lines, "");
}

void Terminal::SetMode(bool is_for_lines, bool shows_input) {
  termios mode{};
  if (tcgetattr(fd_.get(), &mode) != 0) return;
  // No signals: nobody stops a service by a key.
  mode.c_lflag &= ~static_cast<tcflag_t>(ISIG | ICANON | ECHO);
  if (is_for_lines) mode.c_lflag |= ICANON;
  if (shows_input) mode.c_lflag |= ECHO | ECHOE;
  mode.c_iflag |= ICRNL;
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  tcsetattr(fd_.get(), TCSANOW, &mode);
}

void Terminal::ExpectKeys() {
  if (!has_keys_) return;
  SetMode(false, false);
  shown_.clear();
}

void Terminal::Ask(const std::vector<std::string>& lines, bool is_secret) {
  SetMode(true, !is_secret);
  Draw(lines, "> ");
}

std::optional<std::string> Terminal::Read() {
  pollfd waiting{fd_.get(), POLLIN, 0};
  if (!has_keys_ || poll(&waiting, 1, 0) != 1) return std::nullopt;
  char text[256];
  ssize_t size = read(fd_.get(), text, sizeof text);
  if (size <= 0) {
    has_keys_ = false;  // hung up
    return std::nullopt;
  }
  std::string line(text, static_cast<size_t>(size));
  line.resize(std::min(line.find('\n'), line.size()));
  return line;
}

}  // namespace airgap
