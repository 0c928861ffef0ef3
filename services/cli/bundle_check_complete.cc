// cozy-airgap bundle check-complete
#include <fnmatch.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/open_files.h"
#include "intake/completeness.h"
#include "intake/live_images.h"
#include "intake/manifest_files.h"
#include "intake/rendered_images.h"

namespace airgap {
namespace {

constexpr char kFooter[] = R"(Two kinds of evidence, each with its blind spot:
  --rendered   what charts name. Images that operators derive at run time (KubeVirt's launcher,
               Kamaji's control planes, etcd) are in no chart.
  --live       what the nodes of a running cluster hold. What was not started there is not listed.
A finding is certain (the image of a container, the ref of an OCIRepository) or likely (a text
that reads like an image reference). Both fail the check, but for --only-certain and --ignore.)";

constexpr char kNotRendered[] =
    "; a template that was not rendered? give what helm template prints";

struct CheckOptions {
  std::vector<std::string> bundles;
  std::vector<std::string> rendered;
  std::vector<std::string> live;
  std::vector<std::string> ignore;
  bool only_certain = false;
  bool same_tag_is_enough = false;
};

// One reference that was looked for.
struct Outcome {
  std::string reference;
  bool is_live = false;
  Certainty certainty = Certainty::kCertain;
  FoundPlace place;
  size_t places = 1;
  Verdict verdict;
  std::string ignored_by;  // the pattern, or "--only-certain"
};

struct CheckResult {
  ManifestFileCount files;
  size_t objects = 0;
  size_t rendered_references = 0;
  size_t rendered_certain = 0;
  size_t live_images = 0;
  std::vector<Outcome> lacking;
  std::vector<Outcome> ignored;  // lacking as well, but told not to count
};

// What cannot be read proves nothing: that is another exit status than lacking.
Status Unreadable(const Status& status) {
  if (status.code() != Code::kCorrupt && status.code() != Code::kInvalidArgument) return status;
  return Status(Code::kUnsupported, status.message());
}

class Checker {
 public:
  Checker(const CheckOptions& options, const CarriedNames& names)
      : options_(options), names_(names) {}

  Status CheckRendered() {
    FoundReferences found;
    RenderedImages images(&found);
    for (const std::string& path : options_.rendered) {
      ASSIGN_OR_RETURN(ManifestFileCount count,
                       ReadManifestFiles(path, [&](std::string_view text, const std::string& file) {
                         Status status = images.TakeText(text, file);
                         if (status.code() != Code::kInvalidArgument) return status;
                         return Status(status.code(), status.message() + kNotRendered);
                       }));
      result_.files.read += count.read;
      result_.files.passed_over += count.passed_over;
    }
    RETURN_IF_ERROR(images.Finish());
    result_.objects = images.object_count();
    if (!options_.rendered.empty() && result_.objects == 0) {
      return NotFound(
          "there is no Kubernetes object in what --rendered names, which proves"
          " nothing; render the charts into it (helm template)");
    }
    for (const auto& [text, reference] : found.all()) Take(reference);
    return OkStatus();
  }

  Status CheckLive() {
    for (const std::string& path : options_.live) {
      Result<std::string> text = path == "-"
                                     ? ReadStandardInput(limits::live_list_max_bytes)
                                     : ReadWholeFile(RealEnv(), path, limits::live_list_max_bytes);
      if (!text.ok()) return text.status();
      std::string what = path == "-" ? "standard input" : path;
      ASSIGN_OR_RETURN(std::vector<LiveImage> images, ParseLiveImages(*text, what));
      for (const LiveImage& image : images) Take(image, what);
    }
    result_.live_images = seen_live_.size();
    return OkStatus();
  }

  const CheckResult& result() const { return result_; }

 private:
  void Take(const FoundReference& found) {
    ++result_.rendered_references;
    if (found.certainty == Certainty::kCertain) ++result_.rendered_certain;
    Outcome outcome{found.text,          false, found.certainty, found.place, found.count,
                    names_.Check(found), ""};
    if (options_.only_certain && found.certainty == Certainty::kLikely) {
      outcome.ignored_by = "--only-certain";
    }
    Count(std::move(outcome));
  }

  // Every node lists the same images.
  void Take(const LiveImage& image, const std::string& file) {
    std::string key = image.reference.ToString();
    if (!image.digests.empty()) key += " " + image.digests[0].ToString();
    if (!seen_live_.insert(std::move(key)).second) return;
    Outcome outcome;
    outcome.reference = image.reference.ToString();
    outcome.is_live = true;
    outcome.place = {file, image.line, "", ""};
    outcome.verdict = names_.Check(image, options_.same_tag_is_enough);
    Count(std::move(outcome));
  }

  void Count(Outcome outcome) {
    if (outcome.verdict.presence == Presence::kPresent) return;
    for (const std::string& pattern : options_.ignore) {
      if (fnmatch(pattern.c_str(), outcome.reference.c_str(), 0) == 0) outcome.ignored_by = pattern;
    }
    auto& list = outcome.ignored_by.empty() ? result_.lacking : result_.ignored;
    list.push_back(std::move(outcome));
  }

  const CheckOptions& options_;
  const CarriedNames& names_;
  CheckResult result_;
  std::set<std::string> seen_live_;
};

const char* EvidenceOf(const Outcome& outcome) {
  return outcome.is_live ? "live nodes" : "rendered manifests";
}

const char* CertaintyOf(const Outcome& outcome) {
  return outcome.certainty == Certainty::kCertain ? "certain" : "likely";
}

void WriteOutcomes(const std::vector<Outcome>& outcomes, JsonNode list) {
  for (const Outcome& outcome : outcomes) {
    JsonNode node = list.AddObject();
    node.Put("reference", outcome.reference);
    node.Put("evidence", EvidenceOf(outcome));
    node.Put("certainty", CertaintyOf(outcome));
    node.Put("otherDigest", outcome.verdict.presence == Presence::kOtherDigest);
    node.Put("why", outcome.verdict.why);
    node.Put("file", outcome.place.file);
    if (outcome.place.line != 0) node.Put("line", uint64_t{outcome.place.line});
    if (!outcome.place.object.empty()) node.Put("object", outcome.place.object);
    if (!outcome.place.field.empty()) node.Put("field", outcome.place.field);
    node.Put("places", uint64_t{outcome.places});
    if (!outcome.ignored_by.empty()) node.Put("ignoredBy", outcome.ignored_by);
  }
}

void WriteJson(const CommandContext& context, const CheckOptions& options,
               const CheckResult& result) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("complete", result.lacking.empty());
  JsonNode evidence = root.PutArray("evidence");
  if (!options.rendered.empty()) {
    JsonNode node = evidence.AddObject();
    node.Put("kind", "rendered manifests");
    node.Put("files", uint64_t{result.files.read});
    node.Put("filesPassedOver", uint64_t{result.files.passed_over});
    node.Put("objects", uint64_t{result.objects});
    node.Put("references", uint64_t{result.rendered_references});
    node.Put("certain", uint64_t{result.rendered_certain});
  }
  if (!options.live.empty()) {
    JsonNode node = evidence.AddObject();
    node.Put("kind", "live nodes");
    node.Put("references", uint64_t{result.live_images});
    node.Put("sameTagIsEnough", options.same_tag_is_enough);
  }
  WriteOutcomes(result.lacking, root.PutArray("lacking"));
  WriteOutcomes(result.ignored, root.PutArray("ignored"));
  context.PrintJson(document);
}

void PrintOutcome(const CommandContext& context, const std::string& label, const Outcome& outcome) {
  const FoundPlace& place = outcome.place;
  std::string where = place.file;
  if (place.line != 0) where += ":" + std::to_string(place.line);
  if (!place.object.empty()) where += ", " + place.object;
  if (!place.field.empty()) where += ", " + place.field;
  std::string more;
  if (outcome.places > 1) more = " (and " + std::to_string(outcome.places - 1) + " more)";
  context.Print(label + outcome.reference + "  " + CertaintyOf(outcome) + ": " +
                outcome.verdict.why);
  context.Print("           " + where + more);
  if (!outcome.ignored_by.empty()) context.Print("           ignored by " + outcome.ignored_by);
}

void WriteTable(const CommandContext& context, const CheckOptions& options,
                const CheckResult& result) {
  for (const Outcome& outcome : result.ignored) PrintOutcome(context, "ignored    ", outcome);
  for (const Outcome& outcome : result.lacking) PrintOutcome(context, "lacking    ", outcome);
  if (!options.rendered.empty()) {
    context.Print("evidence   rendered manifests: " + std::to_string(result.files.read) +
                  " files (" + std::to_string(result.files.passed_over) + " passed over), " +
                  std::to_string(result.objects) + " objects, " +
                  std::to_string(result.rendered_references) + " references, " +
                  std::to_string(result.rendered_certain) + " of them certain");
  }
  if (!options.live.empty()) {
    context.Print("evidence   live nodes: " + std::to_string(result.live_images) + " images");
  } else {
    context.Print("           images that operators derive at run time are not in it: add --live");
  }
  if (result.lacking.empty()) {
    context.Print("complete   as far as this evidence goes");
  } else {
    context.Print("LACKING    " + std::to_string(result.lacking.size()) + " references");
  }
}

int RunCheck(const CommandContext& context, const CheckOptions& options) {
  size_t inputs = std::count(options.rendered.begin(), options.rendered.end(), "-") +
                  std::count(options.live.begin(), options.live.end(), "-");
  if (options.rendered.empty() && options.live.empty()) {
    return context.Fail(InvalidArgument("nothing to check against: give --rendered or --live"));
  }
  if (inputs > 1) return context.Fail(InvalidArgument("standard input can be given only once"));
  auto bundles = OpenEvery(options.bundles);
  if (!bundles.ok()) return context.Fail(Unreadable(bundles.status()));
  Result<CarriedNames> names = CarriedNames::Of(*bundles);
  if (!names.ok()) return context.Fail(Unreadable(names.status()));
  Checker checker(options, *names);
  Status status = options.rendered.empty() ? OkStatus() : checker.CheckRendered();
  if (status.ok()) status = checker.CheckLive();
  if (!status.ok()) return context.Fail(Unreadable(status));
  if (context.json) {
    WriteJson(context, options, checker.result());
  } else {
    WriteTable(context, options, checker.result());
  }
  return checker.result().lacking.empty() ? kExitFine : kExitCheckFailed;
}

}  // namespace

void AddBundleCheckComplete(CLI::App& bundle, CommandContext& context) {
  CLI::App* check = bundle.add_subcommand(
      "check-complete", "name every image that a release needs and the bundle lacks");
  auto options = std::make_shared<CheckOptions>();
  check->footer(kFooter);
  check->add_option("BUNDLE", options->bundles, "the bundle; with its base where it is a delta")
      ->required();
  auto add_list = [&](const char* flag, std::vector<std::string>& list, const char* type,
                      const char* help) {
    check->add_option(flag, list, help)->type_name(type)->allow_extra_args(false);
  };
  add_list("--rendered", options->rendered, "DIR|FILE|-",
           "Kubernetes manifests: YAML or JSON, lists, gzip'd too");
  add_list("--live", options->live, "FILE|-",
           "'talosctl image list', 'crictl images -o json', or a reference on each line");
  add_list("--ignore", options->ignore, "PATTERN",
           "references that need not be there, as in 'ghcr.io/org/*'; they are still listed");
  check->add_flag("--only-certain", options->only_certain, "likely findings do not fail the check");
  check->add_flag("--same-tag-is-enough", options->same_tag_is_enough,
                  "a node may hold another manifest under a tag that the bundle has");
  check->callback([&context, options] {
    context.run = [&context, options] { return RunCheck(context, *options); };
  });
}

}  // namespace airgap
