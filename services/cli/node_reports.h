// What servers see of machines that boot over the network, as the status shows it.
#pragma once

#include <string>

#include "control/snapshot.h"
#include "netboot/dnsmasq_log.h"
#include "netboot/machine.h"
#include "netboot/tftp_server.h"

namespace airgap {

NodeReport NodeOf(const TftpTransferReport& report);
NodeReport NodeOf(const DhcpSighting& sighting);
// Of a machine that got a script, which boots it over the network or sends it to its disk.
NodeReport NodeOf(const MachineLabels& labels, const std::string& address, bool boots);

}  // namespace airgap
