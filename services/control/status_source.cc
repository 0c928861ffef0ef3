#include "control/status_source.h"

#include <ctime>

#include "base/limits.h"
#include "base/version.h"
#include "control/configured_machines.h"
#include "net/addresses.h"
#include "net/certs.h"

namespace airgap {
namespace {

constexpr uint64_t kCaMaxBytes = 64 * limits::kKiB;
constexpr int kReceiveTimeoutMs = 200;
constexpr char kAddressMark[] = "ADDRESS";

std::string FillAddress(std::string url, const std::string& address) {
  size_t at = url.find(kAddressMark);
  if (at == std::string::npos) return url;
  bool is_v6 = address.find(':') != std::string::npos;
  return url.replace(at, sizeof kAddressMark - 1, is_v6 ? "[" + address + "]" : address);
}

}  // namespace

StatusSource::StatusSource(Env* env, StatusFacts facts)
    : env_(env),
      facts_(std::move(facts)),
      started_(std::chrono::steady_clock::now()),
      sending_(facts_.adapters_folder) {}

std::string StatusSource::Text() const {
  StatusInput input;
  input.version = kVersion;
  auto uptime = std::chrono::steady_clock::now() - started_;
  input.uptime_s =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(uptime).count());
  input.clock_unix_s = time(nullptr);
  input.host_name = MachineHostName();
  input.addresses = MachineAddresses(false);
  if (!input.addresses.empty()) {
    for (const std::string& url : facts_.urls) {
      input.urls.push_back(FillAddress(url, input.addresses[0]));
    }
  }
  Result<std::string> pem = ReadWholeFile(env_, facts_.ca_path, kCaMaxBytes);
  if (pem.ok()) {
    Result<std::string> fingerprint = CertificateFingerprint(*pem);
    if (fingerprint.ok()) input.ca_fingerprint = *fingerprint;
  }
  input.services = services_.Report();
  input.sending_bytes_per_s = sending_.BytesPerSecond();
  input.site = ReadSiteReport(env_, facts_.site_folder);
  input.configured = ConfiguredMachines(env_, facts_.configured_folder);
  if (facts_.known_bundles) input.known_bundles = facts_.known_bundles();
  if (handoff_) input.handoff = handoff_();
  return BuildStatus(input);
}

Result<std::unique_ptr<EventThread>> EventThread::Start(const std::string& socket_path,
                                                        ServiceTable* services) {
  ASSIGN_OR_RETURN(EventReceiver receiver, EventReceiver::Open(socket_path));
  std::unique_ptr<EventThread> events(new EventThread(std::move(receiver), services));
  events->thread_ = std::thread([raw = events.get()] { raw->Run(); });
  return events;
}

EventThread::~EventThread() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void EventThread::Run() {
  while (!stop_) {
    std::string text = receiver_.Receive(kReceiveTimeoutMs);
    if (text.empty()) continue;
    Result<ServiceSnapshot> snapshot = ServiceSnapshot::Parse(text);
    if (snapshot.ok()) services_->Update(*std::move(snapshot));
  }
}

}  // namespace airgap
