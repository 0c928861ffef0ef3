#include "control/site_report.h"

#include <sstream>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr const char* kServiceFiles[] = {
    "media-problems",       "network-problems",  "state-problems",  "clock-problems",
    "site-volume-problems", "identity-problems", "configs-problems"};

std::vector<std::string> ReadLines(Env* env, const std::string& path,
                                   std::vector<std::string>* problems) {
  std::vector<std::string> lines;
  Result<std::string> text = ReadWholeFile(env, path, limits::site_report_max_bytes);
  if (!text.ok()) {
    if (text.status().code() != Code::kNotFound) problems->push_back(text.status().message());
    return lines;
  }
  std::istringstream stream(*text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

SiteReport ReadSiteReport(Env* env, const std::string& folder) {
  SiteReport report;
  if (folder.empty()) return report;
  std::vector<std::string> failed;
  std::vector<std::string> name = ReadLines(env, folder + "/name", &failed);
  if (!name.empty()) report.name = name[0];
  report.notices = ReadLines(env, folder + "/notices", &failed);
  report.problems = ReadLines(env, folder + "/problems", &failed);
  // The files of single services: what they say comes and goes.
  for (const char* name : kServiceFiles) {
    for (std::string& line : ReadLines(env, folder + "/" + name, &failed)) {
      report.problems.push_back(std::move(line));
    }
  }
  report.problems.insert(report.problems.end(), failed.begin(), failed.end());
  return report;
}

}  // namespace airgap
