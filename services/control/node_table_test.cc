#include "control/node_table.h"

#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

NodeReport Node(const std::string& mac, const std::string& address, const std::string& step,
                uint64_t bytes = 0, uint64_t idle_s = 0) {
  NodeReport node;
  node.mac = mac;
  node.address = address;
  node.step = step;
  node.bytes_sent = bytes;
  node.idle_s = idle_s;
  return node;
}

void ANodeIsKnownByItsMacOrElseByItsAddress(void**) {
  NodeTable table;
  table.Note(Node("", "10.0.0.7", node_step::kTftp, 100));
  table.Note(Node("m1", "10.0.0.7", node_step::kScript));
  table.Note(Node("m2", "10.0.0.8", node_step::kScript));
  table.NoteIfKnown(Node("", "10.0.0.7", node_step::kKernel, 7));
  table.NoteIfKnown(Node("", "10.0.0.9", node_step::kPull, 7));
  std::vector<NodeReport> nodes = table.Report();
  assert_int_equal(nodes.size(), 2);
  ASSERT_TEXT(nodes[0].mac, "m1");
  ASSERT_TEXT(nodes[0].step, "kernel");
  assert_int_equal(nodes[0].bytes_sent, 107);
  // The address goes to another machine, what comes next from it is that one's.
  table.Note(Node("m2", "10.0.0.7", node_step::kScript));
  table.NoteIfKnown(Node("", "10.0.0.7", node_step::kPull, 5));
  nodes = table.Report();
  ASSERT_TEXT(nodes[0].address, "");
  ASSERT_TEXT(nodes[1].step, "pull");
}

void AnErrorStandsUntilTheNextStep(void**) {
  NodeTable table;
  NodeReport failed = Node("m1", "10.0.0.7", "");
  failed.error = "timed out";
  table.Note(Node("m1", "10.0.0.7", node_step::kTftp));
  table.Note(failed);
  ASSERT_TEXT(table.Report()[0].error, "timed out");
  ASSERT_TEXT(table.Report()[0].step, "tftp");
  table.Note(Node("m1", "", node_step::kScript));
  ASSERT_TEXT(table.Report()[0].error, "");
}

void ALogThatComesLateSetsNoNodeBack(void**) {
  NodeTable table;
  table.Note(Node("m1", "10.0.0.7", node_step::kScript));
  table.Note(Node("m1", "", node_step::kDhcp));
  ASSERT_TEXT(table.Report()[0].step, "script");
  std::vector<NodeReport> nodes =
      MergeNodes({Node("m1", "", node_step::kDhcp, 0, 4), Node("m1", "", node_step::kScript, 0, 5),
                  Node("m2", "", node_step::kPull, 0, 60), Node("m2", "", node_step::kDhcp, 0, 5)});
  ASSERT_TEXT(nodes[0].step, "script");
  ASSERT_TEXT(nodes[1].step, "dhcp");
}

void TheTableIsBounded(void**) {
  NodeTable table;
  NodeReport node = Node("", "", node_step::kScript);
  for (size_t i = 0; i < limits::nodes_max_count + 5; ++i) {
    node.mac = std::to_string(i);
    node.serial = std::string(1000, 's');
    table.Note(node);
  }
  std::vector<NodeReport> nodes = table.Report();
  assert_int_equal(nodes.size(), limits::nodes_listed_max_count);
  assert_int_equal(nodes[0].serial.size(), limits::node_text_max_bytes);
}

void WhatServicesSeeIsMerged(void**) {
  std::vector<NodeReport> nodes =
      MergeNodes({Node("", "10.0.0.7", node_step::kTftp, 100, 9), Node("m1", "", "dhcp", 0, 10),
                  Node("m1", "10.0.0.7", node_step::kScript, 3, 8),
                  Node("", "10.0.0.8", node_step::kTftp, 1, 2)});
  assert_int_equal(nodes.size(), 2);
  ASSERT_TEXT(nodes[0].address, "10.0.0.8");
  ASSERT_TEXT(nodes[1].mac, "m1");
  ASSERT_TEXT(nodes[1].step, "script");
  assert_int_equal(nodes[1].bytes_sent, 103);
  assert_int_equal(nodes[1].idle_s, 8);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ANodeIsKnownByItsMacOrElseByItsAddress),
      cmocka_unit_test(AnErrorStandsUntilTheNextStep),
      cmocka_unit_test(ALogThatComesLateSetsNoNodeBack),
      cmocka_unit_test(TheTableIsBounded),
      cmocka_unit_test(WhatServicesSeeIsMerged),
  };
  return cmocka_run_group_tests_name("control/node_table", tests, nullptr, nullptr);
}
