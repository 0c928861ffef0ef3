#include "netboot/netboot_routes.h"

#include <algorithm>

#include "base/limits.h"
#include "netboot/boot_files.h"
#include "netboot/boot_script.h"
#include "netboot/factory_paths.h"
#include "netboot/machine_text.h"

namespace airgap {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
constexpr std::string_view kAssets = "/assets/";
constexpr std::string_view kFactory = "/pxe/";
constexpr std::string_view kConfig = "/machine-config";
constexpr std::string_view kFactoryPlatform = "metal-";

HttpResponse Script(std::string text) { return HttpResponse::Text(200, kText, std::move(text)); }
bool IsText(const std::string& path) {
  return path == "/metadata" || path == "/generic" || path == "/ignition";
}

HttpResponse Missing(const std::string& line) {
  return HttpResponse::Text(404, kText, line + "\n");
}

// An asset as one line of text, as `cmdline-metal-amd64` of the image factory is one.
Result<std::string> LineOf(AssetReader& asset) {
  if (asset.size_bytes() > limits::kernel_arguments_max_bytes) {
    return LimitExceeded(asset.path() + " has more than " +
                         std::to_string(limits::kernel_arguments_max_bytes) + " bytes");
  }
  std::string line(asset.size_bytes(), '\0');
  RETURN_IF_ERROR(asset.Read(0, {reinterpret_cast<uint8_t*>(line.data()), line.size()}));
  while (line.ends_with('\n') || line.ends_with(' ')) line.pop_back();
  if (!IsPrintableLine(line)) return Corrupt(asset.path() + " is not one line of kernel arguments");
  return line;
}

// As the machine itself calls this server, without a port: a name or an IPv4 address.
Result<std::string> HostOf(const HttpRequest& request) {
  std::string host = request.Header("host");
  host.resize(std::min(host.find(':'), host.size()));
  bool is_name =
      !host.empty() && host.size() <= limits::host_name_max_bytes &&
      host.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") ==
          std::string::npos;
  if (is_name) return host;
  return InvalidArgument("it did not say what it calls this server");
}

}  // namespace

void NetbootRoutes::SetConfigs(std::unique_ptr<MachineConfigs> configs,
                               std::function<Result<std::string>()> read_ca, uint16_t tls_port) {
  configs_ = std::move(configs);
  read_ca_ = std::move(read_ca);
  tls_port_ = tls_port;
}

void NetbootRoutes::SetPlan(std::shared_ptr<const NetbootPlan> plan) {
  std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
}

bool NetbootRoutes::Owns(const std::string& path) {
  return path == "/boot.ipxe" || path == "/ipxe" || path == kConfig || IsText(path) ||
         path.starts_with(kAssets) || path.starts_with(kFactory);
}

HttpResponse NetbootRoutes::Serve(const HttpRequest& request) {
  if (request.path.starts_with(kAssets)) return MatchboxAsset(request);
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        HttpResponse::Text(405, kText, request.method + " is not offered here\n");
    response.AddHeader("Allow", "GET, HEAD");
    return response;
  }
  if (request.path == "/boot.ipxe") return Script(FirstBootScript());
  if (request.path == kConfig) return MachineConfig(request);
  if (IsText(request.path)) {
    return is_armed_() ? TextFor(request) : Missing("netboot is not armed");
  }
  if (request.path == "/ipxe") return MachineScript(request);
  if (!is_armed_()) return Script(DiskBootScript("netboot is not armed"));
  return FactoryScript(request.path);
}

HttpResponse NetbootRoutes::MachineScript(const HttpRequest& request) {
  MachineLabels labels = LabelsOf(request);
  std::string group;
  Result<BootProfile> profile = ProfileFor(labels, &group);
  if (profile.ok()) {
    Status added = AddConfig(request, labels, group, &*profile);
    if (!added.ok()) profile = added;
  }
  if (on_machine_) on_machine_(labels, request.client, profile.ok());
  return Script(profile.ok() ? BootScript(*profile) : DiskBootScript(profile.status().message()));
}

std::shared_ptr<const NetbootPlan> NetbootRoutes::Plan() {
  std::lock_guard lock(mutex_);
  return plan_;
}

HttpResponse NetbootRoutes::TextFor(const HttpRequest& request) {
  MachineLabels labels = LabelsOf(request);
  std::shared_ptr<const NetbootPlan> plan = Plan();
  const MachineGroup* group = plan == nullptr ? nullptr : plan->Select(labels);
  if (group == nullptr) return Missing("no group fits the machine " + labels["mac"]);
  MachineLabels variables = VariablesOf(*group, labels);
  if (request.path == "/metadata") {
    return HttpResponse::Text(200, kText, FormatMetadata(variables));
  }
  const BootProfile& profile = plan->ProfileOf(*group);
  bool is_ignition = request.path == "/ignition";
  const std::string* text =
      plan->Template(request.path.substr(1), is_ignition ? profile.ignition : profile.generic);
  if (text == nullptr) return Missing("profile " + profile.id + " has nothing for " + request.path);
  Result<std::string> filled = FillTemplate(*text, variables);
  if (!filled.ok()) return Missing(filled.status().message());
  return HttpResponse::Text(200, is_ignition ? "application/json" : kText, *std::move(filled));
}

// An error is what a machine that is left to its disk is told.
Result<BootProfile> NetbootRoutes::ProfileFor(const MachineLabels& labels, std::string* group_id) {
  if (!is_armed_()) return Unavailable("netboot is not armed");
  auto said = [&labels](const char* key) {
    auto found = labels.find(key);
    return found == labels.end() ? "" : found->second;
  };
  std::shared_ptr<const NetbootPlan> plan = Plan();
  if (plan != nullptr && plan->has_groups()) {
    const MachineGroup* group = plan->Select(labels);
    if (group != nullptr) {
      *group_id = group->id;
      return plan->ProfileOf(*group);
    }
    return NotFound("no group fits the machine " + said("mac") + " " + said("uuid"));
  }
  std::string build = said("buildarch");
  std::string architecture = ArchitectureOf(build.empty() ? "x86_64" : build);
  if (architecture.empty()) return NotFound("nothing is carried for machines of " + build);
  return CarriedProfile(architecture, "");
}

// An error: why the machine is left to its disk.
Status NetbootRoutes::AddConfig(const HttpRequest& request, const MachineLabels& labels,
                                const std::string& group, BootProfile* profile) {
  if (!configs_) return OkStatus();
  auto mac = labels.find("mac");
  if (mac != labels.end() && configs_->IsDone(mac->second)) {
    return Unavailable("it has its machine config; reset it to install it again");
  }
  // A group says what its machines boot, be there a config or not.
  if (!group.empty() && !configs_->HasFor(labels, group)) return OkStatus();
  ASSIGN_OR_RETURN(std::string token, configs_->Grant(labels, group));
  ASSIGN_OR_RETURN(std::string host, HostOf(request));
  ASSIGN_OR_RETURN(std::string ca, read_ca_());
  ASSIGN_OR_RETURN(std::string early, EarlyConfigArgument(ca));
  profile->arguments.push_back(std::move(early));
  profile->arguments.push_back("talos.config=https://" + host + ":" + std::to_string(tls_port_) +
                               std::string(kConfig) + "?token=" + token);
  size_t size = 0;
  for (const std::string& argument : profile->arguments) size += argument.size() + 1;
  if (size <= limits::kernel_arguments_max_bytes) return OkStatus();
  return LimitExceeded("its kernel's arguments, the CA among them, have " + std::to_string(size) +
                       " bytes, and Linux takes " +
                       std::to_string(limits::kernel_arguments_max_bytes));
}

HttpResponse NetbootRoutes::MachineConfig(const HttpRequest& request) {
  auto refused = [](int status, const std::string& line) {
    return HttpResponse::Text(status, kText, line + "\n");
  };
  if (!request.is_tls) return refused(403, "machine configs go over HTTPS alone");
  if (!configs_) return Missing("there are no machine configs");
  if (!is_armed_()) return Missing("netboot is not armed");
  Result<MachineConfigs::Fetched> fetched = configs_->Fetch(request.Query("token"));
  if (fetched.status().code() == Code::kDenied) return refused(403, fetched.status().message());
  if (!fetched.ok()) return refused(503, fetched.status().message());
  if (request.method == "GET") {
    // Before it is sent: a machine that has it must not be taken for one that has not.
    Status marked = configs_->MarkDone(fetched->mac);
    if (!marked.ok()) return refused(503, marked.message());
    if (on_config_) on_config_(fetched->mac, request.client);
  }
  HttpResponse response =
      HttpResponse::Text(200, "application/yaml; charset=utf-8", std::move(fetched->text));
  response.AddHeader("Cache-Control", "no-store");
  return response;
}

// That an asset is damaged is found out before a machine starts with half of its arguments.
Result<BootProfile> NetbootRoutes::CarriedProfile(std::string_view architecture,
                                                  std::string_view folder) {
  auto files = FindBootFiles(*catalog_(), architecture, folder);
  if (!files) {
    return NotFound("no bundle carries a kernel and an initramfs for " + std::string(architecture) +
                    (folder.empty() ? "" : " in " + std::string(folder)));
  }
  BootProfile profile;
  profile.kernel = "/" + files->kernel;
  profile.initrds = {"--name initramfs /" + files->initramfs};
  // Under UEFI a kernel takes the initramfs of this name; under BIOS it has no meaning.
  profile.arguments = {"initrd=initramfs"};
  if (!files->arguments.empty()) {
    ASSIGN_OR_RETURN(std::shared_ptr<AssetReader> asset, assets_->Reader(files->arguments));
    ASSIGN_OR_RETURN(std::string line, LineOf(*asset));
    profile.arguments.push_back(std::move(line));
  }
  return profile;
}

// /pxe/SCHEMATIC/VERSION/metal-ARCH: what the image factory has at /image/SCHEMATIC/VERSION.
HttpResponse NetbootRoutes::FactoryScript(const std::string& path) {
  std::string_view rest = std::string_view(path).substr(kFactory.size());
  size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos || !rest.substr(slash + 1).starts_with(kFactoryPlatform)) {
    return Missing(path + ": the form is /pxe/SCHEMATIC/VERSION/metal-amd64");
  }
  std::string folder = "image/" + std::string(rest.substr(0, slash));
  std::string_view architecture = rest.substr(slash + 1 + kFactoryPlatform.size());
  Result<BootProfile> profile = CarriedProfile(architecture, folder);
  std::string other = OtherFactoryPath(folder);
  if (!profile.ok() && !other.empty()) {
    Result<BootProfile> found = CarriedProfile(architecture, other);
    if (found.ok()) profile = std::move(found);
  }
  if (profile.ok()) return Script(BootScript(*profile));
  return Missing(profile.status().message() +
                 "; carried are:" + CarriedBeside(*catalog_(), folder + "/"));
}

// Matchbox serves a folder of its own there; what Cozystack puts into it has these two names.
HttpResponse NetbootRoutes::MatchboxAsset(HttpRequest request) {
  std::shared_ptr<const Catalog> catalog = catalog_();
  std::string name = request.path.substr(kAssets.size());
  bool is_known = name == "vmlinuz" || name == "initramfs.xz";
  if (!is_known || catalog->FindAsset(request.path.substr(1)).ok()) return assets_->Serve(request);
  auto files = FindBootFiles(*catalog, "amd64");
  if (files) request.path = "/" + (name == "vmlinuz" ? files->kernel : files->initramfs);
  return assets_->Serve(request);
}

}  // namespace airgap
