// The machines that boot over the network, as one service or all of them see them.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "control/snapshot.h"

namespace airgap {

// Safe to use from several threads. Bounded: when it is full, the node that was quiet the longest
// is forgotten.
class NodeTable {
 public:
  // What is new of a node, which is known by its MAC address or, without one, by its address;
  // bytes are added. Texts are cut to limits::node_text_max_bytes.
  void Note(const NodeReport& news);
  // The same for a node that is known already; nothing otherwise.
  void NoteIfKnown(const NodeReport& news);
  // Most recent first; at most limits::nodes_listed_max_count.
  std::vector<NodeReport> Report() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    NodeReport node;
    Clock::time_point last_seen;
  };
  Entry* Find(const NodeReport& news);
  void Apply(NodeReport news, Entry* entry);

  mutable std::mutex mutex_;
  std::list<Entry> nodes_;  // guarded by mutex_
};

// One report for each node that any of `reports` knows, most recent first.
std::vector<NodeReport> MergeNodes(std::vector<NodeReport> reports);

}  // namespace airgap
