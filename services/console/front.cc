#include "console/front.h"

#include "base/limits.h"
#include "control/screen.h"

namespace airgap {

ConsoleFront::ConsoleFront(Terminal terminal, ConsoleFolders folders)
    : terminal_(std::move(terminal)), folders_(std::move(folders)) {
  if (input_fd() >= 0) terminal_.ExpectKeys();
}

int ConsoleFront::input_fd() const { return folders_.answers.empty() ? -1 : terminal_.fd(); }

std::vector<std::string> ConsoleFront::Screen() const {
  Result<std::string> text =
      ReadWholeFile(folders_.env, folders_.status_file, limits::json_default_max_bytes);
  if (!text.ok()) return FormatWaitingScreen("starting");
  Result<std::vector<std::string>> lines = FormatScreen(*text);
  if (!lines.ok()) return FormatWaitingScreen(lines.status().message());
  if (input_fd() >= 0) {
    if (lines->size() == kScreenRows) lines->pop_back();
    lines->emplace_back(kDialogKeys);
  }
  return *lines;
}

void ConsoleFront::Beat() {
  if (dialog_ && Clock::now() - asked_ > kPatience) Close();
  if (!dialog_) terminal_.Show(Screen());
}

void ConsoleFront::Ask(const std::string& problem) {
  std::vector<std::string> lines = FitScreen(dialog_->Introduction());
  std::vector<std::string> picture = dialog_->Picture();
  lines.insert(lines.end(), picture.begin(), picture.end());
  if (picture.empty()) lines.emplace_back();
  if (!problem.empty()) lines.push_back(FitScreen({"That does not do: " + problem})[0]);
  std::string question = dialog_->Question();
  if (question.empty()) {
    lines.emplace_back("Press Enter to go back.");
  } else {
    lines.push_back(question);
    lines.emplace_back("Enter alone goes back, and nothing is changed.");
  }
  terminal_.Ask(lines, dialog_->HidesAnswer());
  asked_ = Clock::now();
}

void ConsoleFront::Close() {
  dialog_.reset();
  has_failed_ = false;
  terminal_.ExpectKeys();
  terminal_.Show(Screen());
}

void ConsoleFront::OnInput() {
  std::optional<std::string> typed = terminal_.Read();
  if (!typed) return;
  if (!dialog_) {
    if (!typed->empty()) dialog_ = OpenDialog((*typed)[0], folders_);
    if (dialog_) Ask("");
    return;
  }
  size_t begin = typed->find_first_not_of(" \t");
  if (begin == std::string::npos || has_failed_ || dialog_->Question().empty()) return Close();
  std::string line = typed->substr(begin, typed->find_last_not_of(" \t") - begin + 1);
  Status status = dialog_->Answer(line);
  is_over_ = dialog_->LeavesTerminal();
  if (is_over_) return;
  if (status.ok() || status.code() == Code::kInvalidArgument) {
    return Ask(status.ok() ? "" : status.message());
  }
  terminal_.Ask(FitScreen({status.message(), "", "Press Enter to go back."}));
  has_failed_ = true;
  asked_ = Clock::now();
}

}  // namespace airgap
