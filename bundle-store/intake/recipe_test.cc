#include "intake/recipe.h"

#include "base/testing.h"

using namespace airgap;

namespace {

constexpr char kSchematic[] = "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515";

void EveryKeyIsTaken(void**) {
  Result<Recipe> recipe = ParseRecipe(R"(name: cozystack
version: "1.10"
platforms: [linux/amd64, linux/arm64]
images:
  - busybox
  - reference: quay.io/org/tool:v1
    platforms: [linux/arm64]
    sparse: true
from: ["oci:layout"]
talos:
  - version: v1.13.6
    schematic: ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515
    files: [kernel-amd64]
    factory: https://mirror.example/factory/
assets:
  - {path: boot/x, file: x.bin}
  - path: vm/y
    url: https://example.org/y
    sha256: ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515
registries:
  index.docker.io: {mirror: "https://mirror.example/hub"}
  plain.example: {insecure: true}
)",
                                      "r.yaml", nullptr);
  ASSERT_OK(recipe);
  assert_string_equal(recipe->version.c_str(), "1.10");
  assert_int_equal(recipe->platforms.size(), 2);
  assert_int_equal(recipe->images.size(), 2);
  assert_string_equal(recipe->images[0].reference.ToString().c_str(),
                      "docker.io/library/busybox:latest");
  assert_true(recipe->images[1].is_sparse);
  assert_string_equal(recipe->images[1].platforms[0].ToString().c_str(), "linux/arm64");
  assert_int_equal(recipe->assets.size(), 3);
  std::string path = std::string("image/") + kSchematic + "/v1.13.6/kernel-amd64";
  assert_string_equal(recipe->assets[0].path.c_str(), path.c_str());
  assert_string_equal(recipe->assets[0].url.c_str(),
                      ("https://mirror.example/factory/" + path).c_str());
  assert_string_equal(recipe->assets[2].digest->Hex().c_str(), kSchematic);
  assert_string_equal(recipe->registries.at("docker.io").mirror.c_str(),
                      "https://mirror.example/hub");
  assert_true(recipe->registries.at("plain.example").is_insecure);
}

void MistakesAreNamedByLine(void**) {
  struct Case {
    const char* text;
    const char* first;
  };
  const Case kCases[] = {
      {"imagse: []", "r.yaml: line 1: unknown key 'imagse'; do you mean 'images'?"},
      {"name: x\nimages: a", "r.yaml: line 2: images: expected a list"},
      {"images:\n- a\n- a:latest",
       "r.yaml: line 3: images: docker.io/library/a:latest stands twice"},
      {"images:\n- {sparse: true}", "r.yaml: line 2: images: 'reference' is missing"},
      {"assets:\n- {path: a}", "r.yaml: line 2: assets: one of 'file' and 'url' is needed"},
      {"assets:\n- {path: a, url: 'ftp://x'}", "r.yaml: line 2: assets: url: expected https://..."},
      {"talos:\n- {version: 1.13}", "r.yaml: line 2: talos: version: expected one like v1.13.6"},
      {"talos:\n- {version: v1, schematic: abc}",
       "r.yaml: line 2: talos: schematic: expected 64 hexadecimal digits"},
      {"registries: {'a b': {}}", "r.yaml: line 1: registries: 'a b' is no registry host"},
      {"platforms: [linux]", "r.yaml: line 1: platforms: "},
  };
  for (const Case& one : kCases) {
    std::vector<std::string> mistakes;
    Result<Recipe> recipe = ParseRecipe(one.text, "r.yaml", &mistakes);
    assert_false(recipe.ok());
    ASSERT_CODE(recipe.status(), Code::kInvalidArgument);
    assert_true(mistakes.size() >= 1);
    if (mistakes[0].rfind(one.first, 0) != 0) fail_msg("%s", mistakes[0].c_str());
    assert_string_equal(recipe.status().message().c_str(), mistakes[0].c_str());
  }
}

void APathThatLeavesItsFolderIsRefused(void**) {
  for (const char* path : {"../x", "/x", "a//b", "v2/x"}) {
    std::string text = "assets: [{path: " + std::string(path) + ", file: f}]";
    assert_false(ParseRecipe(text, "r.yaml", nullptr).ok());
  }
  std::string schematic = kSchematic;
  for (const char* file : {"../x", "a/b", ".x"}) {
    std::string text =
        "talos: [{version: v1, schematic: " + schematic + ", files: ['" + file + "']}]";
    assert_false(ParseRecipe(text, "r.yaml", nullptr).ok());
  }
}

void AListBecomesARecipe(void**) {
  Result<std::string> text = RecipeFromList(
      "# images\nquay.io/b/c:v1  # twice\n\r\nbusybox\n"
      "quay.io/b/c:v1\r\n",
      "list", "n", "v", {{"linux", "amd64", ""}});
  ASSERT_OK(text);
  Result<Recipe> recipe = ParseRecipe(*text, "made", nullptr);
  ASSERT_OK(recipe);
  assert_int_equal(recipe->images.size(), 2);
  assert_string_equal(recipe->images[1].reference.ToString().c_str(),
                      "docker.io/library/busybox:latest");
  assert_string_equal(recipe->name.c_str(), "n");
}

void AListThatIsNoneIsRefused(void**) {
  Result<std::string> text = RecipeFromList("busybox\nUPPER/x y\n", "list", "n", "v", {});
  assert_false(text.ok());
  assert_true(text.status().message().rfind("list: line 2: ", 0) == 0);
  assert_false(RecipeFromList("# nothing\n", "list", "n", "v", {}).ok());
  assert_false(RecipeFromList("busybox\n", "list", "n\"\nfrom: [x]", "v", {}).ok());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryKeyIsTaken),
      cmocka_unit_test(MistakesAreNamedByLine),
      cmocka_unit_test(APathThatLeavesItsFolderIsRefused),
      cmocka_unit_test(AListBecomesARecipe),
      cmocka_unit_test(AListThatIsNoneIsRefused),
  };
  return cmocka_run_group_tests_name("intake/recipe", tests, nullptr, nullptr);
}
