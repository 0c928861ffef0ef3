#include "control/status.h"

#include "base/limits.h"
#include "base/testing.h"
#include "base/version.h"
#include "control/client_table.h"
#include "control/page.h"
#include "control/screen.h"

namespace airgap {
namespace {

BundleReport SomeBundle() {
  BundleReport bundle;
  bundle.name = "cozystack";
  bundle.version = "v1.6.2";
  bundle.digest = "sha256:" + std::string(64, 'a');
  bundle.images_count = 12;
  bundle.assets_count = 2;
  bundle.blobs_count = 100;
  bundle.total_bytes = 4'000'000'000;
  bundle.verified_bytes = 1'000'000'000;
  return bundle;
}

ServiceSnapshot SomeSnapshot() {
  ServiceSnapshot snapshot;
  snapshot.service = "registryd";
  snapshot.version = "0.1.0";
  snapshot.pid = 7;
  snapshot.requests = 42;
  snapshot.verification = "running";
  snapshot.bundles.push_back(SomeBundle());
  snapshot.clients.push_back({"10.0.0.9", 3, 2048, 1, 2});
  snapshot.dependents.push_back({"ntp", "7 machines ask this appliance for the time"});
  snapshot.problems.push_back("something is odd");
  return snapshot;
}

StatusInput SomeInput() {
  StatusInput input;
  input.version = "0.1.0";
  input.host_name = "seed";
  input.addresses = {"10.0.0.7", "fd00::7"};
  input.urls = {"https://10.0.0.7:5000", "https://10.0.0.7/api/v1/status",
                "http://10.0.0.7/ca.pem"};
  for (int i = 0; i < 32; ++i) input.ca_fingerprint += i == 0 ? "AB" : ":AB";
  input.services.push_back({SomeSnapshot(), 0});
  return input;
}

std::string ScreenOf(const std::string& status) {
  auto lines = FormatScreen(status);
  ASSERT_OK(lines);
  assert_true(lines->size() <= kScreenRows);
  std::string text;
  for (const std::string& line : *lines) {
    assert_true(line.size() <= kScreenColumns);
    text += line + "\n";
  }
  return text;
}

void ASnapshotSurvivesTheWay(void**) {
  auto parsed = ServiceSnapshot::Parse(SomeSnapshot().ToText());
  ASSERT_OK(parsed);
  ASSERT_TEXT(parsed->ToText(), SomeSnapshot().ToText());
  ASSERT_CODE(ServiceSnapshot::Parse("{}").status(), Code::kInvalidArgument);
  ASSERT_CODE(ServiceSnapshot::Parse("[1]").status(), Code::kInvalidArgument);
  assert_false(ServiceSnapshot::Parse("{\"service\":").ok());
}

void ASnapshotFitsIntoOneEvent(void**) {
  ServiceSnapshot snapshot = SomeSnapshot();
  for (size_t i = 0; i < limits::bundles_open_max_count; ++i) {
    BundleReport bundle = SomeBundle();
    bundle.corrupt.assign(limits::corrupt_listed_max_count, bundle.digest);
    bundle.corrupt_count = limits::corrupt_listed_max_count;
    snapshot.bundles.push_back(bundle);
  }
  std::string text = snapshot.ToText();
  assert_true(text.size() <= limits::event_max_bytes);
  auto parsed = ServiceSnapshot::Parse(text);
  ASSERT_OK(parsed);
  assert_int_equal(parsed->bundles[1].corrupt_count, limits::corrupt_listed_max_count);
  // Whoever had to go pulled two seconds ago.
  assert_int_equal(parsed->clients.size(), 0);
  assert_int_equal(parsed->unlisted_pull_idle_s.value_or(99), 2);
}

void APullOfWhoIsNotListedIsTold(void**) {
  ClientTable table;
  auto tell = [&] {
    ServiceSnapshot snapshot;
    table.ReportTo(&snapshot);
    return snapshot;
  };
  table.Count("99.0.0.1", 1, true);
  assert_false(tell().unlisted_pull_idle_s.has_value());
  for (size_t i = 0; i < limits::clients_listed_max_count; ++i) {
    table.Count("10.1.0." + std::to_string(i), 1, false);
  }
  assert_int_equal(tell().clients.size(), limits::clients_listed_max_count);
  assert_true(tell().unlisted_pull_idle_s.has_value());
  // Nor is one who had to go altogether.
  for (size_t i = 0; i < limits::http_connections_max_count; ++i) {
    table.Count("10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250), 1, false);
  }
  assert_true(tell().unlisted_pull_idle_s.has_value());
}

void TheStatusGathersWhatServicesSay(void**) {
  StatusInput input = SomeInput();
  input.sending_bytes_per_s = 3 << 20;
  ASSERT_CONTAINS(ScreenOf(BuildStatus(input)), "sending 3.0 MiB/s");
  ServiceSnapshot tftpd;
  tftpd.service = "tftpd";
  tftpd.clients.push_back({"10.0.0.9", 1, 100, 0});
  input.services.push_back({tftpd, 9});
  std::string text = BuildStatus(input);
  auto document = JsonDocument::Parse(text, limits::json_default_max_bytes, "status");
  ASSERT_OK(document);
  JsonView root = document->root();
  ASSERT_TEXT(root["state"].StringOr(""), "seeding");
  assert_int_equal(root["bundles"].size(), 1);
  assert_int_equal(root["services"].size(), 2);
  assert_int_equal(root["clients"].size(), 1);
  ASSERT_CONTAINS(text, "\"requests\": 4");
  ASSERT_CONTAINS(text, "tftpd has said nothing for 9 s");
  ASSERT_CONTAINS(text, "something is odd");
}

void BundlesAreShownBeforeAServiceReports(void**) {
  StatusInput input;
  input.known_bundles.push_back(SomeBundle());
  ASSERT_CONTAINS(BuildStatus(input), "cozystack");
}

void TheScreenShowsWhatMatters(void**) {
  std::string screen = ScreenOf(BuildStatus(SomeInput()));
  for (const char* part :
       {"seeding", "10.0.0.7", "https://10.0.0.7:5000", "cozystack v1.6.2", "12 images",
        "verifying, 25 %", "10.0.0.9: 3 requests, 2.0 KiB", "something is odd", "AB:AB"}) {
    ASSERT_CONTAINS(screen, part);
  }
}

void DamageIsLoud(void**) {
  StatusInput input = SomeInput();
  input.services[0].snapshot.bundles[0].corrupt_count = 3;
  ASSERT_CONTAINS(ScreenOf(BuildStatus(input)), "3 BLOBS ARE DAMAGED");
}

void TheScreenIsNeverSteeredOrOverrun(void**) {
  StatusInput input = SomeInput();
  ServiceSnapshot& snapshot = input.services[0].snapshot;
  snapshot.bundles.assign(20, SomeBundle());
  snapshot.bundles[0].name = "\x1b[2J\x07" + std::string(500, 'n');
  snapshot.problems.assign(50, std::string(500, 'p'));
  for (int i = 0; i < 100; ++i) {
    snapshot.problems.push_back(std::to_string(i));
    snapshot.clients.push_back({"10.1.1." + std::to_string(i), 1, 1, 1});
  }
  std::string screen = ScreenOf(BuildStatus(input));
  assert_true(screen.find('\x1b') == std::string::npos);
  ASSERT_CONTAINS(screen, "and 15 more");
}

void AnEmptyApplianceSaysWhatToDo(void**) {
  ASSERT_CONTAINS(ScreenOf(BuildStatus(StatusInput())), "plug in a medium");
  assert_false(FormatScreen("not JSON").ok());
  assert_false(FormatScreen("{}").ok());
  assert_int_equal(FormatWaitingScreen("starting").size(), 2);
}

void AClockThatIsYearsOffIsAProblem(void**) {
  StatusInput input = SomeInput();
  input.clock_unix_s = kMadeUnixSeconds + 1;
  assert_true(BuildStatus(input).find("the clock says") == std::string::npos);
  input.clock_unix_s = 1;
  ASSERT_CONTAINS(BuildStatus(input),
                  "the clock says 1970-01-01, before this version was made (2026-11-01)");
  input.clock_unix_s = 4'000'000'000;
  ASSERT_CONTAINS(BuildStatus(input), "the clock says 2096-10-02, long after");
}

void TheSiteSaysItsNameNoticesAndProblems(void**) {
  testing::TempFolder folder;
  SiteReport nothing = ReadSiteReport(RealEnv(), folder.path());
  assert_true(nothing.name.empty() && nothing.notices.empty() && nothing.problems.empty());
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "name", "Rack 7", 0644));
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "notices", "it is forgotten\n", 0644));
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "problems", "line 2: a\nline 3: b\n", 0644));
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "network-problems", "eth0: no link\n", 0644));
  StatusInput input = SomeInput();
  input.site = ReadSiteReport(RealEnv(), folder.path());
  std::string status = BuildStatus(input);
  ASSERT_CONTAINS(status, "\"siteName\": \"Rack 7\"");
  for (const char* part :
       {"Rack 7", "it is forgotten", "line 2: a", "line 3: b", "eth0: no link"}) {
    ASSERT_CONTAINS(ScreenOf(status), part);
  }
  std::string long_text(limits::site_report_max_bytes + 1, 'x');
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "name", long_text, 0644));
  SiteReport report = ReadSiteReport(RealEnv(), folder.path());
  assert_int_equal(report.problems.size(), 4);
  assert_true(report.name.empty());
}

void APageShowsTextAsText(void**) {
  StatusInput input = SomeInput();
  input.site.name = "<script>alert('1')</script>";
  input.services[0].snapshot.nodes.push_back({});
  input.services[0].snapshot.nodes[0].mac = "52:54:00:00:00:01";
  input.services[0].snapshot.nodes[0].product = "\"&<b>";
  input.configured = {"52:54:00:00:00:01", "52:54:00:00:00:02"};
  auto page = FormatPage(BuildStatus(input), true);
  ASSERT_OK(page);
  ASSERT_CONTAINS(*page, "<h1>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</h1>");
  ASSERT_CONTAINS(*page, "<td>&quot;&amp;&lt;b&gt;</td>");
  ASSERT_CONTAINS(*page, "action=\"/api/v1/reset?mac=52:54:00:00:00:01\"");
  ASSERT_CONTAINS(*page, "action=\"/api/v1/reset?mac=52:54:00:00:00:02\"");
  ASSERT_CONTAINS(*page, "something is odd");
  ASSERT_CONTAINS(*page, "cozystack v1.6.2");
  page = FormatPage(BuildStatus(input), false);
  assert_true(page->find("<form") == std::string::npos);
  ASSERT_CODE(FormatPage("{}", false).status(), Code::kInvalidArgument);
  ASSERT_CODE(FormatPage("x", false).status(), Code::kCorrupt);
}

void TheHandoffIsShown(void**) {
  StatusInput input = SomeInput();
  ASSERT_CONTAINS(BuildStatus(input), "7 machines ask this appliance for the time");
  assert_true(BuildStatus(input).find("\"handoff\"") == std::string::npos);
  ASSERT_CONTAINS(BuildStatus(input), "\"state\": \"seeding\"");
  input.handoff.state = "cutover";
  input.handoff.json =
      R"({"registry": "https://r", "nodes": [{"name": "<n1>", "state": "unknown"}],)"
      R"( "reasonsAgainstRetiring": ["node <n1> is unknown"]})";
  input.handoff.notices = {"this medium may be removed"};
  input.handoff.problems = {"handoff: no route"};
  std::string status = BuildStatus(input);
  ASSERT_CONTAINS(status, "\"state\": \"cutover\"");
  ASSERT_CONTAINS(ScreenOf(status), "this medium may be removed");
  ASSERT_CONTAINS(ScreenOf(status), "handoff: no route");
  auto page = FormatPage(status, true);
  ASSERT_OK(page);
  ASSERT_CONTAINS(*page, "<td>&lt;n1&gt;</td><td>unknown</td>");
  ASSERT_CONTAINS(*page, "node &lt;n1&gt; is unknown");
  ASSERT_CONTAINS(*page, "action=\"/api/v1/handoff/retire\"");
  page = FormatPage(status, false);
  assert_true(page->find("handoff/retire") == std::string::npos);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ASnapshotSurvivesTheWay),
      cmocka_unit_test(ASnapshotFitsIntoOneEvent),
      cmocka_unit_test(APullOfWhoIsNotListedIsTold),
      cmocka_unit_test(TheStatusGathersWhatServicesSay),
      cmocka_unit_test(BundlesAreShownBeforeAServiceReports),
      cmocka_unit_test(TheScreenShowsWhatMatters),
      cmocka_unit_test(DamageIsLoud),
      cmocka_unit_test(TheScreenIsNeverSteeredOrOverrun),
      cmocka_unit_test(AnEmptyApplianceSaysWhatToDo),
      cmocka_unit_test(AClockThatIsYearsOffIsAProblem),
      cmocka_unit_test(TheSiteSaysItsNameNoticesAndProblems),
      cmocka_unit_test(APageShowsTextAsText),
      cmocka_unit_test(TheHandoffIsShown),
  };
  return cmocka_run_group_tests_name("control/status", tests, nullptr, nullptr);
}
