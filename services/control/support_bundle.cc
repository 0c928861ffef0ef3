#include "control/support_bundle.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "base/version.h"
#include "store/tar.h"

namespace airgap {
namespace {

namespace fs = std::filesystem;

constexpr char kRoot[] = "cozy-airgap-support/";
constexpr const char* kKernelFiles[] = {
    "/proc/cmdline",
    "/proc/cpuinfo",
    "/proc/interrupts",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/modules",
    "/proc/mounts",
    "/proc/net/dev",
    "/proc/uptime",
    "/proc/net/route",
    "/proc/partitions",
    "/proc/version",
    "/sys/kernel/security/lockdown",
};
// Of what `site read` and the boot flow write; the logins are not among them.
constexpr const char* kSiteFiles[] = {
    "name",          "host-names", "network",     "notices",          "problems",
    "login-to-pull", "medium",     "bundle-keys", "network-problems", "netboot"};

// The beginning of a file, or with `is_log` its end. Files of /proc do not say how long they are.
std::optional<std::string> ReadSome(const fs::path& path, bool is_log) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  constexpr auto kMax = static_cast<std::streamoff>(limits::support_file_max_bytes);
  if (is_log && file.seekg(0, std::ios::end)) {
    file.seekg(std::max<std::streamoff>(file.tellg() - kMax, 0));
  }
  std::string text(limits::support_file_max_bytes, '\0');
  file.read(text.data(), kMax);
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

// One line, without its end; empty when there is none.
std::string ReadLine(const fs::path& path) {
  std::string line = ReadSome(path, false).value_or("");
  line.resize(std::min(line.find('\n'), line.size()));
  return line;
}

std::vector<fs::path> Entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// What sysfs knows of each device of a kind, a line each: "eth0 address=52:54:... driver=e1000".
std::string DeviceLines(const fs::path& folder, std::initializer_list<const char*> attributes,
                        const char* driver_link) {
  std::string lines;
  for (const fs::path& device : Entries(folder)) {
    lines += device.filename();
    for (const char* attribute : attributes) {
      std::string value = ReadLine(device / attribute);
      if (!value.empty()) lines.append(" ").append(attribute).append("=").append(value);
    }
    std::error_code ignored;
    fs::path driver = fs::read_symlink(device / driver_link, ignored).filename();
    if (!driver.empty()) lines.append(" driver=").append(driver);
    lines += "\n";
  }
  return lines;
}

std::string MachineLines() {
  std::string lines;
  for (const char* name : {"sys_vendor", "product_name", "board_vendor", "board_name",
                           "bios_vendor", "bios_version", "bios_date"}) {
    std::string value = ReadLine(fs::path("/sys/class/dmi/id") / name);
    lines.append(name).append("=").append(value).append("\n");
  }
  return lines;
}

class Tar {
 public:
  void Add(const std::string& name, const std::string& content) {
    std::string full = kRoot + name;
    std::string header = FormatTarHeader(full, content.size());
    uint64_t padding = TarPaddingBytes(content.size());
    bool fits = full.size() <= kTarNameMaxBytes &&
                text_.size() + header.size() + content.size() + padding + kEndBytes <=
                    limits::support_bundle_max_bytes;
    if (!fits) return;
    text_ += header;
    text_ += content;
    text_.append(padding, '\0');
  }

  std::string Finish() {
    text_.append(kEndBytes, '\0');
    return std::move(text_);
  }

 private:
  static constexpr uint64_t kEndBytes = 2 * kTarBlockBytes;
  std::string text_;
};

// svlogd's own files begin with something else than its logs, which are "current" and "@...".
bool IsLog(const std::string& name) { return name == "current" || name.starts_with('@'); }

void AddLogs(const std::string& folder, Tar* tar) {
  for (const fs::path& service : Entries(folder)) {
    for (const fs::path& log : Entries(service)) {
      std::string name = log.filename();
      std::optional<std::string> text = IsLog(name) ? ReadSome(log, true) : std::nullopt;
      if (text) tar->Add("log/" + service.filename().string() + "/" + name, *text);
    }
  }
}

}  // namespace

std::string BuildSupportBundle(const SupportInput& input) {
  Tar tar;
  tar.Add("version", std::string("cozy-airgap ") + kVersion + "\n");
  tar.Add("status.json", input.status);
  AddLogs(input.log_folder, &tar);
  for (const char* name : kSiteFiles) {
    if (input.site_folder.empty()) break;
    std::optional<std::string> text = ReadSome(fs::path(input.site_folder) / name, false);
    if (text) tar.Add(std::string("site/") + name, *text);
  }
  tar.Add("machine", MachineLines());
  tar.Add("adapters",
          DeviceLines("/sys/class/net", {"address", "operstate", "carrier", "speed", "mtu"},
                      "device/driver"));
  tar.Add("disks", DeviceLines("/sys/class/block", {"size", "ro", "removable", "device/model"},
                               "device/driver"));
  tar.Add("pci", DeviceLines("/sys/bus/pci/devices", {"class", "vendor", "device"}, "driver"));
  tar.Add("usb", DeviceLines("/sys/bus/usb/devices",
                             {"idVendor", "idProduct", "manufacturer", "product"}, "driver"));
  for (const char* path : kKernelFiles) {
    std::optional<std::string> text = ReadSome(path, false);
    if (text) tar.Add(std::string("kernel") + path, *text);
  }
  return tar.Finish();
}

}  // namespace airgap
