// cozy-airgap recipe check, cozy-airgap recipe from-list
#include "intake/recipe.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/limits.h"
#include "cli/command.h"

namespace airgap {
namespace {

constexpr char kFooter[] =
    R"(A recipe is a YAML file; every key but name and version may be left out:
  name: cozystack
  version: v1.6.2
  platforms: [linux/amd64]
  images:
    - ghcr.io/org/app:v1
    - reference: quay.io/org/tool@sha256:...
      platforms: [linux/amd64, linux/arm64]
      sparse: true
  from: ["oci:DIR", "bundle:FILE"]
  talos:
    - version: v1.13.6
      schematic: <64 hexadecimal digits>
      files: [kernel-amd64, initramfs-amd64.xz]
      factory: https://factory.talos.dev
  assets:
    - {path: boot/ipxe.efi, file: ipxe.efi}
    - {path: vm/rocky.qcow2, url: "https://...", sha256: <64 hexadecimal digits>}
  registries:
    docker.io: {mirror: "https://mirror.example/hub"})";

struct ListOptions {
  std::string list;
  std::string name;
  std::string version;
  std::vector<std::string> platforms{"linux/amd64"};
  std::string file;
};

int RunFromList(const CommandContext& context, const ListOptions& options) {
  std::vector<Platform> platforms;
  for (const std::string& text : options.platforms) {
    Result<Platform> platform = Platform::Parse(text);
    if (!platform.ok()) return context.Fail(platform.status());
    platforms.push_back(*std::move(platform));
  }
  Result<std::string> list = ReadWholeFile(RealEnv(), options.list, limits::image_list_max_bytes);
  if (!list.ok()) return context.Fail(list.status());
  Result<std::string> recipe =
      RecipeFromList(*list, options.list, options.name, options.version, platforms);
  if (!recipe.ok()) return context.Fail(recipe.status());
  if (options.file.empty()) {
    printf("%s", recipe->c_str());
    return kExitFine;
  }
  Status written = WriteWholeFile(RealEnv(), options.file, *recipe, 0644);
  return written.ok() ? kExitFine : context.Fail(written);
}

void ReportChecked(const CommandContext& context, const std::string& file,
                   const std::vector<std::string>& mistakes, const Recipe& recipe) {
  for (const std::string& mistake : mistakes) fprintf(stderr, "cozy-airgap: %s\n", mistake.c_str());
  if (context.json) {
    JsonBuilder document;
    JsonNode root = document.root();
    root.Put("ok", mistakes.empty());
    root.Put("file", file);
    root.Put("images", uint64_t{recipe.images.size()});
    root.Put("assets", uint64_t{recipe.assets.size()});
    root.PutStrings("mistakes", mistakes);
    context.PrintJson(document);
  } else if (mistakes.empty()) {
    context.Print(file + ": " + recipe.name + " " + recipe.version + ", " +
                  std::to_string(recipe.images.size()) + " images, " +
                  std::to_string(recipe.assets.size()) + " assets");
  }
}

int RunCheck(const CommandContext& context, const std::string& file) {
  Result<std::string> text = ReadWholeFile(RealEnv(), file, limits::recipe_max_bytes);
  if (!text.ok()) return context.Fail(text.status());
  std::vector<std::string> mistakes;
  Result<Recipe> recipe = ParseRecipe(*text, file, &mistakes);
  ReportChecked(context, file, mistakes, recipe.ok() ? *recipe : Recipe());
  return recipe.ok() ? kExitFine : kExitCheckFailed;
}

}  // namespace

void AddRecipe(CLI::App& recipe, CommandContext& context) {
  recipe.footer(kFooter);
  CLI::App* check = recipe.add_subcommand("check", "name line and key of every mistake");
  auto file = std::make_shared<std::string>();
  check->add_option("FILE", *file, "the recipe")->required();
  check->callback(
      [&context, file] { context.run = [&context, file] { return RunCheck(context, *file); }; });

  CLI::App* from_list = recipe.add_subcommand("from-list", "make a recipe of a plain list");
  auto options = std::make_shared<ListOptions>();
  from_list->add_option("FILE", options->list, "image references, one a line")->required();
  from_list->add_option("--name", options->name, "the bundle's name")->required();
  from_list->add_option("--version", options->version, "its version")->required();
  from_list->add_option("--platform", options->platforms, "as in linux/amd64")
      ->type_name("OS/ARCH")
      ->allow_extra_args(false)
      ->capture_default_str();
  from_list->add_option("--file", options->file, "where to; standard output if not given");
  from_list->callback([&context, options] {
    context.run = [&context, options] { return RunFromList(context, *options); };
  });
}

}  // namespace airgap
