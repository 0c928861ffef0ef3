#include "control/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
  terminal.fd_ = UniqueFd(open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
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

bool Terminal::Show(const std::vector<std::string>& lines) {
  Clock::time_point now = Clock::now();
  bool is_too_soon = !is_screen_ && now - drawn_before_ < 2 * kSerialInterval;
  if (lines == shown_ || is_too_soon) return true;
  std::string text;
  if (is_screen_) {
    text = "\x1b[H";  // home; each line is then overwritten, so that nothing flickers
    for (const std::string& line : lines) text += line + "\x1b[K\r\n";
    text += "\x1b[J";
  } else {
    text = "\r\n";
    for (const std::string& line : lines) text += line + "\r\n";
  }
  shown_ = lines;
  drawn_before_ = drawn_;
  drawn_ = now;
  return Write(text);
}

}  // namespace airgap
