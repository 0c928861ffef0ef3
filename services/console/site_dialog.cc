#include "console/site_dialog.h"

#include "base/limits.h"
#include "console/answers.h"
#include "site/site.h"

namespace airgap {
namespace {

std::string Listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text.empty() ? "nothing" : text;
}

std::string Listed(const std::vector<SiteUser>& users) {
  std::vector<std::string> names;
  names.reserve(users.size());
  for (const SiteUser& user : users) names.push_back(user.name);
  return Listed(names);
}

// What it opens and changes, for somebody who did not write it.
std::vector<std::string> Told(const Site& site) {
  return {
      "  called:                 " + (site.name.empty() ? "nothing" : site.name),
      "  users who may push:     " + Listed(site.push.users),
      "  who may change things:  " + Listed(site.control_users),
      "  keys of bundles:        " + std::to_string(site.bundle_keys.size()),
      "  names it answers to:    " + Listed(site.host_names),
      "  addresses:              " +
          (site.network.addresses.empty() ? "from DHCP" : Listed(site.network.addresses)),
      "  time servers:           " + Listed(site.network.ntp),
      "  netboot:                " + site.netboot.mode +
          (site.netboot.is_armed ? ", armed from the start" : ", not armed"),
      std::string("  machine configs:        ") + (site.machine_configs.empty() ? "none" : "yes"),
      std::string("  a root shell here:      ") +
          (site.console_password.empty() ? "for nobody" : "for whoever knows its password"),
  };
}

}  // namespace

SiteDialog::SiteDialog(const ConsoleFolders& folders) : folders_(folders) {
  // `media` writes the text before the digest, and takes both away with the volume.
  auto offer =
      ReadWholeFile(folders_.env, folders_.site + "/volume-offer", limits::site_report_max_bytes);
  auto text = ReadWholeFile(folders_.env, folders_.site + "/volume-offer.yaml",
                            limits::site_file_max_bytes);
  if (!offer.ok() || !text.ok()) {
    lines_ = {"There is no volume AIRGAP-SITE whose site file waits to be confirmed. Plug one in,",
              "with site.yaml on it; the status says why one is not used."};
    return;
  }
  size_t blank = offer->find(' ');
  std::string device =
      blank == std::string::npos ? "" : offer->substr(blank + 1, offer->find('\n') - blank - 1);
  CheckedSite checked = CheckSite(*text);
  if (!checked.mistakes.empty()) {
    lines_ = {"The site file on " + device + " has a mistake:",
              "  " + checked.mistakes[0].ToString()};
    return;
  }
  digest_ = offer->substr(0, blank);
  lines_ = {"Nobody signed the site file on " + device + ". It says:"};
  for (std::string& line : Told(checked.site)) lines_.push_back(std::move(line));
}

std::vector<std::string> SiteDialog::Introduction() const { return lines_; }

std::string SiteDialog::Question() const {
  return digest_.empty() ? "" : "Type yes if you know this file: it counts until power-off.";
}

Status SiteDialog::Answer(std::string_view line) {
  if (line != "yes") return Unavailable("the site file is not used");
  Status written = WriteAnswer(folders_, "site-volume", digest_ + "\n", "media");
  digest_.clear();
  lines_ = {"The site file is read now. If it cannot be used, the problems say why."};
  return written;
}

}  // namespace airgap
