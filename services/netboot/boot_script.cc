#include "netboot/boot_script.h"

namespace airgap {

std::string FirstBootScript() {
  // `chain --replace` leaves this script only for one that came; `inc wait ${wait}` doubles it.
  return "#!ipxe\n"
         "set wait:int32 2\n"
         ":ask\n"
         "echo cozy-airgap: asking ${next-server} what ${netX/mac} boots\n"
         "chain --replace --autofree"
         " ipxe?mac=${netX/mac:hexhyp}&uuid=${uuid}&serial=${serial:uristring}"
         "&hostname=${hostname:uristring}&product=${product:uristring}"
         "&manufacturer=${manufacturer:uristring}&buildarch=${buildarch}&platform=${platform}"
         " || goto later\n"
         ":later\n"
         "echo cozy-airgap: no script yet, asking again in ${wait:int32} s\n"
         "sleep ${wait:int32}\n"
         "iseq ${wait:int32} 32 || inc wait ${wait:int32}\n"
         "goto ask\n";
}

std::string BootScript(const BootProfile& profile) {
  std::string script = "#!ipxe\nset wait:int32 2\n:load\nimgfree\nkernel " + profile.kernel;
  for (const std::string& argument : profile.arguments) script += " " + argument;
  script += " || goto later\n";
  for (const std::string& initrd : profile.initrds) {
    script += "initrd " + initrd + " || goto later\n";
  }
  return script +
         "boot || goto later\n"
         ":later\n"
         "echo cozy-airgap: that did not come, once more in ${wait:int32} s\n"
         "sleep ${wait:int32}\n"
         "iseq ${wait:int32} 32 || inc wait ${wait:int32}\n"
         "goto load\n";
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
