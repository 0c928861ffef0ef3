#include "cli/netboot_front.h"

#include <unistd.h>

#include <algorithm>

#include "base/boot_clock.h"
#include "net/adapters.h"
#include "netboot/arming.h"
#include "netboot/dnsmasq_config.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr uint64_t kSecondsPerHour = 3600;
constexpr uint16_t kNtpPort = 123;

std::string HowLong(uint64_t seconds) {
  uint64_t hours = (seconds + kSecondsPerHour - 1) / kSecondsPerHour;
  return hours > 1 ? "for " + std::to_string(hours) + " hours more" : "for less than an hour more";
}

// "EXPIRY MAC ADDRESS NAME CLIENT" a line. One that has run out is not there any more: what the
// first word means depends on how dnsmasq was built.
size_t CountLeases(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    if (text.front() >= '0' && text.front() <= '9') ++count;
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return count;
}

std::string NoticeOf(const DhcpSettings& settings, uint64_t seconds_left) {
  std::string role = settings.mode == DhcpMode::kDhcp ? "this is the DHCP server; " : "";
  if (seconds_left == 0) return role.empty() ? "" : role + "netboot is not armed";
  return role + "netboot is armed " + HowLong(seconds_left);
}

}  // namespace

NetbootFront::NetbootFront(NetbootFrontOptions options)
    : options_(std::move(options)), dnsmasq_(options_.dnsmasq, options_.folder) {}

Result<DhcpSettings> NetbootFront::ReadSettings() const {
  if (options_.settings) return *options_.settings;
  Result<std::string> text =
      ReadWholeFile(RealEnv(), options_.settings_path, limits::dhcp_settings_max_bytes);
  if (text.status().code() == Code::kNotFound) return DhcpSettings();
  if (!text.ok()) return text.status();
  return DhcpSettings::Parse(*text);
}

Status NetbootFront::MarkArmed(bool is_armed) {
  std::string path = options_.folder + "/armed";
  if (is_armed == (access(path.c_str(), F_OK) == 0)) return OkStatus();
  if (!is_armed) return RealEnv()->RemoveFile(path);
  return WriteWholeFile(RealEnv(), path, "", kPublicMode);
}

uint64_t NetbootFront::SecondsArmed(const DhcpSettings& settings) const {
  uint64_t now = SecondsSinceStart();
  uint64_t until = options_.armed_until_s
                       ? *options_.armed_until_s
                       : ArmedUntil(settings, RealEnv(), options_.arming_path, now);
  return until > now ? until - now : 0;
}

std::vector<AdapterAddress> NetbootFront::Adapters(const DhcpSettings& settings) const {
  std::vector<AdapterAddress> adapters = AdapterAddresses();
  const std::vector<std::string>& wanted = options_.adapters;
  std::erase_if(adapters, [&](const AdapterAddress& adapter) {
    return !wanted.empty() &&
           std::find(wanted.begin(), wanted.end(), adapter.adapter) == wanted.end();
  });
  return AdaptersToServe(settings, std::move(adapters));
}

// Whether this may be the network's DHCP server: two of them break what worked before.
bool NetbootFront::IsAlone(const std::vector<AdapterAddress>& adapters, bool is_armed) {
  Status looked = watch_.Look(adapters);
  if (!looked.ok()) problems_.push_back(looked.message());
  if (watch_.servers().empty()) return watch_.is_clear();
  // Whoever arms netboot by hand has seen what the console says.
  if (is_armed && access(options_.arming_path.c_str(), F_OK) == 0) return true;
  std::string all;
  for (const std::string& server : watch_.servers()) all += (all.empty() ? "" : ", ") + server;
  problems_.push_back("another DHCP server is there: " + all +
                      "; this one is off until that is gone, or until somebody arms netboot by"
                      " hand");
  return false;
}

void NetbootFront::Keep(const DhcpSettings& settings) {
  uint64_t seconds = SecondsArmed(settings);
  bool is_dhcp = settings.mode == DhcpMode::kDhcp;
  std::vector<AdapterAddress> adapters = Adapters(settings);
  DnsmasqFiles files{LeasePath(), options_.folder + "/dnsmasq.pid"};
  std::string config = FormatDnsmasqConfig(settings, adapters, seconds > 0, files);
  if (is_dhcp && config.empty()) {
    problems_.emplace_back("no adapter with a link has an address beside those of netboot.dhcp");
  }
  if (is_dhcp && !IsAlone(adapters, seconds > 0)) {
    config.clear();
    seconds = 0;
  }
  std::string notice = NoticeOf(settings, seconds);
  if (!notice.empty() && (!is_dhcp || !config.empty())) notices_.push_back(notice);
  KeepTime(is_dhcp && !config.empty() && settings.ntp.empty());
  for (const Status& status : {MarkArmed(seconds > 0), dnsmasq_.Keep(config)}) {
    if (!status.ok()) problems_.push_back(status.message());
  }
}

std::string NetbootFront::LeasePath() const {
  return options_.lease_path.empty() ? options_.folder + "/leases" : options_.lease_path;
}

// Whoever has an address from here comes back for it, and asks where it was told to.
void NetbootFront::NoteDependents(const DhcpSettings& settings) {
  Result<std::string> text = ReadWholeFile(RealEnv(), LeasePath(), limits::dhcp_settings_max_bytes);
  size_t count = text.ok() ? CountLeases(*text) : 0;
  if (settings.mode != DhcpMode::kDhcp || count == 0) return;
  std::string clients = std::to_string(count) + " machines";
  dependents_.push_back({"dhcp", clients + " have their address from this appliance"});
  if (settings.dns.empty()) {
    dependents_.push_back({"dns", clients + " ask this appliance for names"});
  }
  if (settings.ntp.empty()) {
    dependents_.push_back({"ntp", clients + " ask this appliance for the time"});
  }
}

void NetbootFront::KeepTime(bool is_wanted) {
  if (!options_.tells_time) return;
  if (!is_wanted) return time_server_.Stop();
  Status started = time_server_.Start(kNtpPort);
  if (!started.ok()) problems_.push_back(started.message());
}

void NetbootFront::Beat() {
  sightings_ = dnsmasq_.TakeSightings();
  notices_.clear();
  problems_.clear();
  dependents_.clear();
  if (!options_.retired_path.empty() && access(options_.retired_path.c_str(), F_OK) == 0) {
    notices_.emplace_back("no machine boots from here, nor has its address from here any more");
    KeepTime(false);
    (void)MarkArmed(false);
    (void)dnsmasq_.Keep("");
    return;
  }
  Result<DhcpSettings> settings = ReadSettings();
  if (settings.ok()) NoteDependents(*settings);
  if (settings.ok()) return Keep(*settings);
  // What it was told before may be what nobody wants any more.
  problems_.push_back(settings.status().message());
  (void)MarkArmed(false);
  KeepTime(false);
  (void)dnsmasq_.Keep("");
}

}  // namespace airgap
