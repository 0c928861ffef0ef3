#include "netboot/netboot_routes.h"

#include "base/limits.h"
#include "netboot/boot_files.h"
#include "netboot/boot_script.h"

namespace airgap {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
constexpr std::string_view kAssets = "/assets/";
constexpr std::string_view kFactory = "/pxe/";
constexpr std::string_view kFactoryPlatform = "metal-";

HttpResponse Script(std::string text) { return HttpResponse::Text(200, kText, std::move(text)); }
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

}  // namespace

void NetbootRoutes::SetPlan(std::shared_ptr<const NetbootPlan> plan) {
  std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
}

bool NetbootRoutes::Owns(const std::string& path) {
  return path == "/boot.ipxe" || path == "/ipxe" || path.starts_with(kAssets) ||
         path.starts_with(kFactory);
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
  if (request.path == "/ipxe") return Script(ScriptFor(request));
  return FactoryScript(request.path);
}

std::string NetbootRoutes::ScriptFor(const HttpRequest& request) {
  MachineLabels labels = LabelsOf(request);
  std::shared_ptr<const NetbootPlan> plan;
  {
    std::lock_guard lock(mutex_);
    plan = plan_;
  }
  if (plan != nullptr && plan->has_groups()) {
    const BootProfile* profile = plan->Select(labels);
    if (profile != nullptr) return BootScript(*profile);
    return DiskBootScript("no group fits the machine " + labels["mac"] + " " + labels["uuid"]);
  }
  std::string said = labels["buildarch"];
  std::string architecture = ArchitectureOf(said.empty() ? "x86_64" : said);
  if (architecture.empty()) return DiskBootScript("nothing is carried for machines of " + said);
  Result<BootProfile> profile = CarriedProfile(architecture, "");
  return profile.ok() ? BootScript(*profile) : DiskBootScript(profile.status().message());
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
  if (profile.ok()) return Script(BootScript(*profile));
  std::string line = profile.status().message() + "; carried are:";
  for (const std::string& carried : catalog_()->AssetPaths()) {
    if (carried.starts_with("image/")) line += "\n/" + carried;
  }
  return Missing(line);
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
