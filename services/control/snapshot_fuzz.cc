// Events: whoever is in the socket's group may send anything.
#include <cstdlib>

#include "base/limits.h"
#include "control/screen.h"
#include "control/snapshot.h"
#include "control/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace airgap;
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto snapshot = ServiceSnapshot::Parse(text);
  if (!snapshot.ok()) return 0;
  StatusInput status;
  status.services.push_back({*snapshot, 7});
  auto lines = FormatScreen(BuildStatus(status));
  if (!lines.ok() || lines->size() > kScreenRows) abort();
  for (const std::string& line : *lines) {
    if (line.size() > kScreenColumns) abort();
    for (char c : line) {
      if (c < ' ' || c > '~') abort();
    }
  }
  return 0;
}

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  static constexpr std::string_view kSeed =
      R"({"service":"registryd","version":"1","pid":7,"verification":"running","bundles":[)"
      R"({"name":"b","version":"2","bytes":10,"verifiedBytes":4,"corruptBlobs":["x"]}],)"
      R"("clients":[{"address":"10.0.0.1","requests":1,"bytesSent":2}],)"
      R"("nodes":[{"mac":"52:54:00:00:00:01","address":"10.0.0.7","step":"script"}],)"
      R"("notices":["n"],"problems":["p"]})";
  return number == 0 ? kSeed.copy(reinterpret_cast<char*>(out), max_size) : 0;
}
