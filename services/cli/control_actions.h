// What people may change over the network, on the page and by the API, after they have said who
// they are: arm netboot, have a machine start over, and what others add.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env.h"
#include "base/json.h"
#include "net/http_server.h"
#include "registry/logins.h"

namespace airgap {

// One line of text.
HttpResponse Line(int status, const std::string& line);
// What an action answers: a page is shown again; a program is told what was done.
HttpResponse Done(const HttpRequest& request, const JsonBuilder& document);

struct ControlActionOptions {
  std::string logins_path;        // who may (registry/logins.h); need not be there: nobody
  std::string orders_folder;      // "netboot" in it is for netbootd: netboot/arming.h
  std::string configured_folder;  // of ResetMachine()
  std::string site_folder;        // "netboot" in it: netboot/dhcp_settings.h
};

// Safe to use from several threads.
class ControlActions {
 public:
  // Of a request whose user has logged in.
  using Action = std::function<HttpResponse(const HttpRequest&, const std::string& user)>;

  // `env` must outlive it.
  ControlActions(Env* env, ControlActionOptions options);
  // Before the first request.
  void Add(const std::string& path, Action action) { actions_[path] = std::move(action); }

  // Whether anybody may change anything.
  bool has_users() const;
  // Once a second: who may, as of now. What is wrong with the file is printed once.
  void ReadLogins();

  // Whether this is a path to POST to, whatever the method.
  bool Owns(const std::string& path) const { return actions_.contains(path); }
  HttpResponse Serve(const HttpRequest& request);

 private:
  HttpResponse Arm(const HttpRequest& request, const std::string& user);
  HttpResponse Reset(const HttpRequest& request, const std::string& user);
  std::shared_ptr<Logins> logins() const;

  Env* const env_;
  const ControlActionOptions options_;
  std::map<std::string, Action> actions_;  // by path
  mutable std::mutex mutex_;
  std::shared_ptr<Logins> logins_;  // guarded by mutex_; null: nobody may
  std::string logins_text_;         // what they were read from; of one thread
};

}  // namespace airgap
