#include "netboot/dhcp_watch.h"

#include <algorithm>

namespace airgap {

Status DhcpWatch::Start() {
  for (const AdapterAddress& adapter : adapters_) {
    Result<DhcpProbe> probe = DhcpProbe::Start(adapter.adapter);
    if (!probe.ok()) {
      probes_.clear();
      return probe.status();
    }
    probes_.push_back(*std::move(probe));
  }
  return OkStatus();
}

void DhcpWatch::Finish() {
  servers_.clear();
  for (size_t i = 0; i < probes_.size(); ++i) {
    for (const std::string& server : probes_[i].servers()) {
      std::string address = server.substr(0, server.find(' '));
      bool is_own = std::any_of(adapters_.begin(), adapters_.end(),
                                [&](const auto& adapter) { return adapter.Address() == address; });
      if (!is_own) servers_.push_back(server + " on " + adapters_[i].adapter);
    }
  }
  probes_.clear();
  has_looked_ = true;
  next_ = Clock::now() + (servers_.empty() ? kAgainWhenClear : kAgain);
}

Status DhcpWatch::Look(const std::vector<AdapterAddress>& adapters) {
  if (adapters != adapters_) {
    adapters_ = adapters;
    probes_.clear();
    servers_.clear();
    has_looked_ = false;
    next_ = {};
  }
  if (adapters_.empty()) return OkStatus();
  if (probes_.empty()) return Clock::now() < next_ ? OkStatus() : Start();
  for (DhcpProbe& probe : probes_) probe.Poll();
  if (std::all_of(probes_.begin(), probes_.end(),
                  [](const auto& probe) { return probe.is_over(); })) {
    Finish();
  }
  return OkStatus();
}

}  // namespace airgap
