#include "netboot/boot_script.h"

namespace airgap {
namespace {

constexpr char kBegin[] = "#!ipxe\nset wait:int32 2\n";

// Where a script goes when something did not come: it waits, twice as long each time up to half a
// minute, and goes on at `label`.
std::string Later(const std::string& said, const std::string& label) {
  return ":later\n"
         "echo cozy-airgap: " +
         said +
         " in ${wait:int32} s\n"
         "sleep ${wait:int32}\n"
         "iseq ${wait:int32} 32 || inc wait ${wait:int32}\n"
         "goto " +
         label + "\n";
}

}  // namespace

std::string FirstBootScript() {
  // `chain --replace` leaves this script only for one that came.
  return std::string(kBegin) +
         ":ask\n"
         "echo cozy-airgap: asking what ${netX/mac} boots\n"
         "chain --replace --autofree"
         " ipxe?mac=${netX/mac:hexhyp}&uuid=${uuid}&serial=${serial:uristring}"
         "&hostname=${hostname:uristring}&product=${product:uristring}"
         "&manufacturer=${manufacturer:uristring}&buildarch=${buildarch}&platform=${platform}"
         " || goto later\n" +
         Later("no script yet, asking again", "ask");
}

std::string BootScript(const BootProfile& profile) {
  std::string script = std::string(kBegin) + ":load\nimgfree\nkernel " + profile.kernel;
  for (const std::string& argument : profile.arguments) script += " " + argument;
  script += " || goto later\n";
  for (const std::string& initrd : profile.initrds) {
    script += "initrd " + initrd + " || goto later\n";
  }
  return script + "boot || goto later\n" + Later("that did not come, once more", "load");
}

std::string DiskBootScript(const std::string& why) {
  std::string shown;
  for (char c : why) shown += c >= ' ' && c <= '~' && c != '$' && c != '|' && c != '&' ? c : '?';
  // A BIOS goes on to the disk only when it is told which; firmware of UEFI has an order.
  return "#!ipxe\n"
         "echo cozy-airgap: " +
         shown +
         "\n"
         "echo cozy-airgap: this machine boots from its disk\n"
         "sleep 5\n"
         "iseq ${platform} efi && exit ||\n"
         "sanboot --no-describe --drive 0x80 || exit\n";
}

}  // namespace airgap
