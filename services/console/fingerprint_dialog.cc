#include "console/fingerprint_dialog.h"

#include <qrcodegen.h>

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"

namespace airgap {
namespace {

// ISO/IEC 18004: 64 alphanumeric characters fit into version 3 (29 modules); the picture with its
// margin takes 19 of a screen's 24 lines. Version 4 would still fit.
constexpr int kVersionMax = 4;
constexpr int kMargin = 4;  // of light modules around it, as readers need

// Two rows of modules in each line: a terminal's characters are about twice as high as wide.
// Characters are light and what they leave out is dark, whichever way round people print it.
std::vector<std::string> Drawn(const uint8_t* code) {
  int size = qrcodegen_getSize(code);
  // Outside of it every module is light.
  auto is_light = [&](int x, int y) { return !qrcodegen_getModule(code, x, y); };
  std::vector<std::string> lines;
  for (int y = -kMargin; y < size + kMargin; y += 2) {
    std::string line = "  ";
    for (int x = -kMargin; x < size + kMargin; ++x) {
      bool upper = is_light(x, y);
      bool lower = is_light(x, y + 1);
      line += upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " ");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Fingerprint(const ConsoleFolders& folders) {
  auto text = ReadWholeFile(folders.env, folders.status_file, limits::json_default_max_bytes);
  if (!text.ok()) return "";
  auto document = JsonDocument::Parse(*text, limits::json_default_max_bytes, "the status");
  if (!document.ok()) return "";
  std::string fingerprint = document->root()["caFingerprint"].StringOr("");
  std::erase(fingerprint, ':');
  return fingerprint;
}

}  // namespace

FingerprintDialog::FingerprintDialog(const ConsoleFolders& folders) {
  std::string fingerprint = Fingerprint(folders);
  constexpr size_t kHexDigits = 64;
  uint8_t code[qrcodegen_BUFFER_LEN_FOR_VERSION(kVersionMax)];
  uint8_t room[qrcodegen_BUFFER_LEN_FOR_VERSION(kVersionMax)];
  if (fingerprint.size() != kHexDigits ||
      !qrcodegen_encodeText(fingerprint.c_str(), room, code, qrcodegen_Ecc_LOW, 1, kVersionMax,
                            qrcodegen_Mask_AUTO, true)) {
    lines_ = {"There is no CA yet."};
    return;
  }
  lines_ = {"SHA-256 of the CA: compare it, or give it with --fingerprint."};
  picture_ = Drawn(code);
}

}  // namespace airgap
