// The status of the whole appliance, gathered from what its services say.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/env.h"
#include "control/send_rate.h"
#include "control/status.h"
#include "net/events.h"

namespace airgap {

// What does not come from the services.
struct StatusFacts {
  std::string ca_path;
  // Templates of the places to point clients at, with ADDRESS where one belongs:
  // "https://ADDRESS:5000".
  std::vector<std::string> urls;
  std::function<std::vector<BundleReport>()> known_bundles;
  std::string site_folder;        // of ReadSiteReport(); may be empty
  std::string adapters_folder;    // of SendRate; may be empty
  std::string configured_folder;  // of ConfiguredMachines(); may be empty
};

// Safe to use from several threads.
class StatusSource {
 public:
  StatusSource(Env* env, StatusFacts facts);

  ServiceTable& services() { return services_; }
  // How far the handoff is; before the first Text().
  void SetHandoff(std::function<HandoffStatus()> handoff) { handoff_ = std::move(handoff); }
  // Pretty JSON: the status document.
  std::string Text() const;

 private:
  Env* const env_;
  const StatusFacts facts_;
  const std::chrono::steady_clock::time_point started_;
  ServiceTable services_;
  std::function<HandoffStatus()> handoff_;  // null: there is none
  mutable SendRate sending_;
};

// A thread that puts every event into a table.
class EventThread {
 public:
  static Result<std::unique_ptr<EventThread>> Start(const std::string& socket_path,
                                                    ServiceTable* services);
  ~EventThread();

 private:
  EventThread(EventReceiver receiver, ServiceTable* services)
      : receiver_(std::move(receiver)), services_(services) {}
  void Run();

  EventReceiver receiver_;
  ServiceTable* const services_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace airgap
