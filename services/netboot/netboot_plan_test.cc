#include "netboot/netboot_plan.h"

#include "base/testing.h"

namespace airgap {
namespace {

constexpr char kDefault[] = R"({"id":"default","name":"d","boot":{"kernel":"/assets/vmlinuz",)"
                            R"("initrd":["/assets/initramfs.xz"],"args":["initrd=initramfs.xz"]}})";

void AMacAddressHasOneForm(void**) {
  ASSERT_TEXT(NormalMac("52-54-00-AB-cd-12"), "52:54:00:ab:cd:12");
  ASSERT_TEXT(NormalMac("52:54:00:ab:cd:12"), "52:54:00:ab:cd:12");
  for (const char* wrong : {"", "52:54:00:ab:cd", "52:54:00:ab:cd:1g", "525400abcd12",
                            "52:54:00:ab:cd:123", "52.54.00.ab.cd.12"}) {
    ASSERT_TEXT(NormalMac(wrong), "");
  }
}

// The id of the profile.
std::string Selected(const NetbootPlan& plan, const MachineLabels& labels) {
  const MachineGroup* group = plan.Select(labels);
  return group == nullptr ? "" : plan.ProfileOf(*group).id;
}

void TheMostSpecificGroupWins(void**) {
  NetbootPlan plan;
  for (const char* id : {"any", "rack", "one"}) {
    ASSERT_OK(plan.AddProfile(R"({"id":")" + std::string(id) + R"(","boot":{"kernel":"/k"}})", id));
  }
  ASSERT_OK(plan.AddGroup(R"({"id":"z","profile":"any"})", "z"));
  ASSERT_OK(plan.AddGroup(R"({"id":"y","profile":"rack","selector":{"rack":"7"}})", "y"));
  ASSERT_OK(plan.AddGroup(R"({"id":"x","profile":"one","metadata":{"a":1},)"
                          R"("selector":{"mac":"52-54-00-AB-CD-12","rack":"7"}})",
                          "x"));
  ASSERT_OK(plan.Check());
  ASSERT_TEXT(Selected(plan, {}), "any");
  ASSERT_TEXT(Selected(plan, {{"rack", "7"}}), "rack");
  ASSERT_TEXT(Selected(plan, {{"rack", "7"}, {"mac", "52:54:00:ab:cd:12"}}), "one");
  ASSERT_TEXT(Selected(plan, {{"rack", "8"}, {"mac", "52:54:00:ab:cd:12"}}), "any");
}

void AMachineThatNoGroupFitsHasNoProfile(void**) {
  NetbootPlan plan;
  ASSERT_OK(plan.AddProfile(kDefault, "p"));
  ASSERT_OK(plan.AddGroup(R"({"id":"a","profile":"default","selector":{"serial":"1"}})", "a"));
  assert_true(plan.has_groups());
  assert_null(plan.Select({{"serial", "2"}}));
  assert_null(plan.Select({}));
}

void WhatIsWrongIsNamed(void**) {
  struct Wrong {
    const char* text;
    const char* message;
  };
  NetbootPlan plan;
  ASSERT_OK(plan.AddProfile(kDefault, "first.json"));
  for (const Wrong& wrong : std::initializer_list<Wrong>{
           {"[", "p.json is not JSON"},
           {"{}", "p.json: id must be"},
           {R"({"id":"a b","boot":{"kernel":"/k"}})", "p.json: id must be"},
           {R"({"id":"a"})", "p.json: boot.kernel must be"},
           {R"({"id":"a","boot":{"kernel":"/k\nshell"}})", "p.json: boot.kernel must be"},
           {R"({"id":"a","boot":{"kernel":"/k","initrd":"/i"}})", "p.json: boot.initrd must be"},
           {R"({"id":"a","boot":{"kernel":"/k","initrd":["a b"]}})", "p.json: boot.initrd must"},
           {R"({"id":"a","boot":{"kernel":"/k","args":["a\n"]}})", "p.json: boot.args must hold"},
           {kDefault, "there is another profile default"}}) {
    Status status = plan.AddProfile(wrong.text, "p.json");
    assert_false(status.ok());
    ASSERT_CONTAINS(status.message(), wrong.message);
  }
  ASSERT_CODE(plan.AddGroup(R"({"id":"g","profile":"p","selector":{"mac":"52"}})", "g"),
              Code::kCorrupt);
  ASSERT_CODE(plan.AddGroup(R"({"id":"g","profile":"p","selector":{"serial":1}})", "g"),
              Code::kCorrupt);
  ASSERT_OK(plan.AddGroup(R"({"id":"g","profile":"gone"})", "g"));
  ASSERT_CODE(plan.Check(), Code::kNotFound);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(AMacAddressHasOneForm),
      cmocka_unit_test(TheMostSpecificGroupWins),
      cmocka_unit_test(AMachineThatNoGroupFitsHasNoProfile),
      cmocka_unit_test(WhatIsWrongIsNamed),
  };
  return cmocka_run_group_tests_name("netboot/netboot_plan", tests, nullptr, nullptr);
}
