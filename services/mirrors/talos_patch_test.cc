#include "mirrors/talos_patch.h"

#include "base/testing.h"

namespace airgap {
namespace {

MirrorTarget SomeTarget() {
  return {"https://seed.example.org:5000",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
          {"docker.io", "ghcr.io"},
          {{"10.0.0.5", {"seed.example.org"}}},
          {"10.0.0.5"},
          false};
}

NodeConfig ConfigOf(const char* text) {
  auto config = NodeConfig::Read(text, "config");
  ASSERT_OK(config);
  return *std::move(config);
}

void VersionsAreRead(void**) {
  assert_int_equal(TalosVersion::Parse("v1.13.6")->minor, 13);
  assert_int_equal(TalosVersion::Parse("1.9")->minor, 9);
  for (const char* wrong : {"", "v", "1", "1.", "x.y", "1.13x", "v1..2"}) {
    ASSERT_CODE(TalosVersion::Parse(wrong).status(), Code::kInvalidArgument);
  }
}

void ANodesOwnFormIsKept(void**) {
  NodeConfig none;
  assert_true(SchemaFor({1, 11}, none) == TalosSchema::kOld);
  assert_true(SchemaFor({1, 12}, none) == TalosSchema::kNew);
  NodeConfig old =
      ConfigOf("machine:\n  registries:\n    mirrors:\n      docker.io: {endpoints: [x]}\n");
  assert_true(SchemaFor({1, 13}, old) == TalosSchema::kOld);
  // A document of the new form is what counts beside it.
  NodeConfig both = ConfigOf(
      "machine:\n  registries:\n    mirrors:\n      docker.io: {endpoints: [x]}\n"
      "---\nkind: RegistryMirrorConfig\nname: docker.io\n");
  assert_true(SchemaFor({1, 13}, both) == TalosSchema::kNew);
}

void WhatAPatchWouldBeAddedToIsRemovedFirst(void**) {
  NodeConfig old = ConfigOf(
      "machine:\n  time: {servers: [a]}\n  registries:\n    mirrors:\n"
      "      docker.io: {endpoints: [x]}\n      other.io: {endpoints: [y]}\n");
  auto patches = FormatTalosPatches(SomeTarget(), {1, 11}, TalosSchema::kOld, old);
  ASSERT_OK(patches);
  ASSERT_TEXT(patches->remove,
              "machine:\n  registries:\n    mirrors:\n      \"docker.io\":\n"
              "        $patch: delete\n  time:\n    $patch: delete\n");
  patches = FormatTalosPatches(SomeTarget(), {1, 11}, TalosSchema::kOld, NodeConfig());
  ASSERT_TEXT(patches->remove, "");
  patches = FormatTalosPatches(SomeTarget(), {1, 13}, TalosSchema::kNew, NodeConfig());
  ASSERT_TEXT(patches->remove, "");
  NodeConfig with_documents = ConfigOf(
      "kind: RegistryMirrorConfig\nname: ghcr.io\n---\nkind: RegistryMirrorConfig\nname: x.io\n"
      "---\nkind: DiscoveryServiceConfig\nname: default\n");
  patches = FormatTalosPatches(SomeTarget(), {1, 14}, TalosSchema::kNew, with_documents);
  assert_true(patches->remove.find("x.io") == std::string::npos);
  ASSERT_CONTAINS(patches->remove,
                  "kind: DiscoveryServiceConfig\nname: \"default\"\n$patch: delete");
  ASSERT_CONTAINS(patches->remove,
                  "kind: RegistryMirrorConfig\nname: \"ghcr.io\"\n$patch: delete\n");
}

// The name meant the appliance, at 10.0.0.9, until now.
void ANameMeansTheTargetAlone(void**) {
  NodeConfig old = ConfigOf(
      "machine:\n  network:\n    extraHostEntries:\n"
      "      - {ip: 10.0.0.9, aliases: [seed.example.org, other.example.org]}\n"
      "      - {ip: 10.0.0.7, aliases: [x.example.org]}\n");
  auto patches = FormatTalosPatches(SomeTarget(), {1, 11}, TalosSchema::kOld, old);
  ASSERT_OK(patches);
  ASSERT_TEXT(patches->remove,
              "machine:\n  network:\n    extraHostEntries:\n      $patch: delete\n");
  ASSERT_CONTAINS(patches->add,
                  "    extraHostEntries:\n"
                  "      - ip: \"10.0.0.7\"\n        aliases: [\"x.example.org\"]\n"
                  "      - ip: \"10.0.0.9\"\n        aliases: [\"other.example.org\"]\n"
                  "      - ip: \"10.0.0.5\"\n        aliases: [\"seed.example.org\"]\n");
  // In the form of documents one that has no name left goes, and a name is added to its address.
  NodeConfig documents = ConfigOf(
      "kind: StaticHostConfig\nname: 10.0.0.9\nhostnames: [seed.example.org]\n---\n"
      "kind: StaticHostConfig\nname: 10.0.0.5\nhostnames: [other.example.org]\n");
  patches = FormatTalosPatches(SomeTarget(), {1, 13}, TalosSchema::kNew, documents);
  ASSERT_OK(patches);
  ASSERT_CONTAINS(patches->remove, "kind: StaticHostConfig\nname: \"10.0.0.9\"\n$patch: delete\n");
  ASSERT_CONTAINS(patches->add,
                  "kind: StaticHostConfig\nname: \"10.0.0.5\"\n"
                  "hostnames: [\"other.example.org\", \"seed.example.org\"]\n");
  assert_true(patches->add.find("10.0.0.9") == std::string::npos);
  // The other form counts as well.
  patches = FormatTalosPatches(SomeTarget(), {1, 13}, TalosSchema::kNew, old);
  ASSERT_CONTAINS(patches->remove, "extraHostEntries:\n      $patch: delete\n");
  ASSERT_CONTAINS(patches->add, "- ip: \"10.0.0.9\"\n        aliases: [\"other.example.org\"]\n");
  // What would have to be written again, and could end a line of the patch.
  NodeConfig strange = ConfigOf(
      "kind: StaticHostConfig\nname: 10.0.0.9\nhostnames: [seed.example.org, \"a\\nb\"]\n");
  patches = FormatTalosPatches(SomeTarget(), {1, 13}, TalosSchema::kNew, strange);
  ASSERT_CODE(patches.status(), Code::kInvalidArgument);
}

void ACertificateIsCheckedAgain(void**) {
  NodeConfig old = ConfigOf(
      "machine:\n  registries:\n    config:\n"
      "      seed.example.org:5000: {tls: {insecureSkipVerify: true}, auth: {username: u}}\n"
      "      other.example.org: {auth: {username: u}}\n");
  assert_int_equal(old.unchecked.size(), 1);
  auto patches = FormatTalosPatches(SomeTarget(), {1, 11}, TalosSchema::kOld, old);
  ASSERT_TEXT(patches->remove,
              "machine:\n  registries:\n    config:\n      \"seed.example.org:5000\":\n"
              "        tls:\n          $patch: delete\n");
  NodeConfig documents = ConfigOf(
      "kind: RegistryTLSConfig\nname: seed.example.org:5000\ninsecureSkipVerify: true\n---\n"
      "kind: RegistryTLSConfig\nname: other.example.org\n");
  assert_int_equal(documents.unchecked.size(), 1);
  patches = FormatTalosPatches(SomeTarget(), {1, 13}, TalosSchema::kNew, documents);
  ASSERT_CONTAINS(patches->remove, "name: \"seed.example.org:5000\"\n$patch: delete\n");
  assert_true(patches->remove.find("other.example.org") == std::string::npos);
}

void WrongTargetsAreRefused(void**) {
  auto expect_refused = [](const MirrorTarget& target) {
    auto patches = FormatTalosPatches(target, {1, 13}, TalosSchema::kNew, NodeConfig());
    ASSERT_CODE(patches.status(), Code::kInvalidArgument);
  };
  for (const char* endpoint : {"", "http://a:5000", "https://", "https://a\"b", "https:///v2"}) {
    MirrorTarget target = SomeTarget();
    target.endpoint = endpoint;
    expect_refused(target);
  }
  MirrorTarget target = SomeTarget();
  target.upstreams = {};
  expect_refused(target);
  target.upstreams = {"a\nb"};
  expect_refused(target);
  target = SomeTarget();
  target.ca_pem = "x";
  expect_refused(target);
  target = SomeTarget();
  target.hosts = {{"10.0.0.5", {""}}};
  expect_refused(target);
  auto patches = FormatTalosPatches(SomeTarget(), {1, 11}, TalosSchema::kNew, NodeConfig());
  ASSERT_CODE(patches.status(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(VersionsAreRead),
      cmocka_unit_test(ANodesOwnFormIsKept),
      cmocka_unit_test(WhatAPatchWouldBeAddedToIsRemovedFirst),
      cmocka_unit_test(ANameMeansTheTargetAlone),
      cmocka_unit_test(ACertificateIsCheckedAgain),
      cmocka_unit_test(WrongTargetsAreRefused),
  };
  return cmocka_run_group_tests_name("mirrors/talos_patch", tests, nullptr, nullptr);
}
