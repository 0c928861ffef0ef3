#include "control/node_table.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

void Take(const std::string& news, std::string* text) {
  if (!news.empty()) *text = news.substr(0, limits::node_text_max_bytes);
}

// What DHCP sees comes from a log that is read once a second: by then the node may be further.
constexpr uint64_t kLogBehindSeconds = 3;

bool IsBehind(const NodeReport& news, const NodeReport& known, uint64_t seconds_between) {
  return news.step == node_step::kDhcp && !known.step.empty() &&
         seconds_between < kLogBehindSeconds;
}

// The newer report says how far the node got and whether that failed.
void Update(const NodeReport& news, NodeReport* node) {
  Take(news.mac, &node->mac);
  Take(news.uuid, &node->uuid);
  Take(news.serial, &node->serial);
  Take(news.product, &node->product);
  Take(news.arch, &node->arch);
  Take(news.address, &node->address);
  if (!news.step.empty()) {
    Take(news.step, &node->step);
    node->error.clear();
  }
  Take(news.error, &node->error);
  node->bytes_sent += news.bytes_sent;
}

// Whoever has a MAC address is another node than somebody with another one, whatever its address
// was before.
bool IsSame(const NodeReport& one, const NodeReport& other) {
  if (!one.mac.empty() && !other.mac.empty()) return one.mac == other.mac;
  return !one.address.empty() && one.address == other.address;
}

}  // namespace

NodeTable::Entry* NodeTable::Find(const NodeReport& news) {
  for (Entry& entry : nodes_) {
    if (IsSame(entry.node, news)) return &entry;
  }
  return nullptr;
}

void NodeTable::Apply(NodeReport news, Entry* entry) {
  Clock::time_point now = Clock::now();
  auto since = std::chrono::duration_cast<std::chrono::seconds>(now - entry->last_seen);
  if (IsBehind(news, entry->node, static_cast<uint64_t>(since.count()))) news.step.clear();
  Update(news, &entry->node);
  entry->last_seen = now;
  // An address that went from one machine to another.
  for (Entry& other : nodes_) {
    if (&other != entry && !news.address.empty() && other.node.address == news.address) {
      other.node.address.clear();
    }
  }
}

void NodeTable::Note(const NodeReport& news) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(news);
  if (entry == nullptr) {
    if (nodes_.size() >= limits::nodes_max_count) {
      nodes_.erase(std::min_element(nodes_.begin(), nodes_.end(), [](const auto& a, const auto& b) {
        return a.last_seen < b.last_seen;
      }));
    }
    entry = &nodes_.emplace_back();
  }
  Apply(news, entry);
}

void NodeTable::NoteIfKnown(const NodeReport& news) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(news);
  if (entry != nullptr) Apply(news, entry);
}

std::vector<NodeReport> NodeTable::Report() const {
  std::vector<NodeReport> reports;
  {
    std::lock_guard lock(mutex_);
    Clock::time_point now = Clock::now();
    for (const Entry& entry : nodes_) {
      auto idle = std::chrono::duration_cast<std::chrono::seconds>(now - entry.last_seen);
      reports.push_back(entry.node);
      reports.back().idle_s = static_cast<uint64_t>(std::max<int64_t>(idle.count(), 0));
    }
  }
  std::stable_sort(reports.begin(), reports.end(),
                   [](const auto& a, const auto& b) { return a.idle_s < b.idle_s; });
  if (reports.size() > limits::nodes_listed_max_count) {
    reports.resize(limits::nodes_listed_max_count);
  }
  return reports;
}

std::vector<NodeReport> MergeNodes(std::vector<NodeReport> reports) {
  // Those who know the MAC address first, so that who has an address alone finds them; of the same
  // kind the oldest first, so that the newest says how far the node got.
  std::stable_sort(reports.begin(), reports.end(), [](const auto& a, const auto& b) {
    if (a.mac.empty() != b.mac.empty()) return b.mac.empty();
    return a.idle_s > b.idle_s;
  });
  std::vector<NodeReport> merged;
  for (const NodeReport& report : reports) {
    auto known = std::find_if(merged.begin(), merged.end(),
                              [&](const NodeReport& node) { return IsSame(node, report); });
    if (known == merged.end()) {
      merged.push_back(report);
      continue;
    }
    NodeReport news = report;
    bool is_older = report.idle_s > known->idle_s;
    if (is_older || IsBehind(news, *known, known->idle_s - report.idle_s)) {
      news.step.clear();
      news.error.clear();
    }
    Update(news, &*known);
    known->idle_s = std::min(known->idle_s, report.idle_s);
  }
  std::stable_sort(merged.begin(), merged.end(),
                   [](const auto& a, const auto& b) { return a.idle_s < b.idle_s; });
  return merged;
}

}  // namespace airgap
