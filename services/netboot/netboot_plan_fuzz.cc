// Groups and profiles as somebody wrote them: what is taken gives a script of one command a line.
#include <cstdlib>

#include "netboot/boot_script.h"
#include "netboot/machine_text.h"

namespace {

// Of a profile with one line each for what is fixed, its kernel and its initrds.
void CheckScript(const airgap::BootProfile& profile) {
  std::string script = airgap::BootScript(profile);
  size_t lines = 0;
  for (char c : script) {
    if (c == '\n') ++lines;
    if (c != '\n' && (c < ' ' || c > '~')) abort();
  }
  size_t fixed = 0;
  for (char c : airgap::BootScript({})) fixed += c == '\n' ? 1 : 0;
  if (lines != fixed + profile.initrds.size()) abort();
}

// A line for each variable, and a template with as much as it likes in it.
void CheckTexts(const airgap::MachineLabels& variables, std::string_view text) {
  size_t lines = 0;
  for (char c : airgap::FormatMetadata(variables)) {
    if (c == '\n') ++lines;
    if (c != '\n' && (c < ' ' || c > '~')) abort();
  }
  if (lines != variables.size()) abort();
  (void)airgap::FillTemplate(text, variables);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace airgap;
  std::string_view text(reinterpret_cast<const char*>(input), size);
  NetbootPlan plan;
  bool has_profile = plan.AddProfile(text, "profile").ok();
  (void)plan.AddTemplate("generic", "g", std::string(text));
  bool has_group = plan.AddGroup(text, "group").ok();
  if (has_profile && has_group && plan.Check().ok()) {
    MachineLabels said = {{"mac", "52:54:00:00:00:01"}, {"serial", "1"}};
    const MachineGroup* group = plan.Select(said);
    if (group != nullptr) {
      CheckScript(plan.ProfileOf(*group));
      CheckTexts(VariablesOf(*group, said), text);
    }
  }
  (void)NormalMac(text);
  CheckScript({});
  return 0;
}

extern "C" size_t AirgapFuzzSeedInput(size_t number, uint8_t* out, size_t max_size) {
  // A group and a profile in one.
  static constexpr std::string_view kSeed =
      R"({"id":"a","name":"n","profile":"a","selector":{"mac":"52:54:00:00:00:01","serial":"1"},)"
      R"("metadata":{"x":[1],"y":{"z":"{{.mac}}"}},"generic_id":"g",)"
      R"("boot":{"kernel":"/k","initrd":["/i","/j"],"args":["a=b","c"]}})";
  return number == 0 ? kSeed.copy(reinterpret_cast<char*>(out), max_size) : 0;
}
