#include "netboot/netboot_routes.h"

#include "base/env_testing.h"
#include "base/testing.h"
#include "netboot/boot_script.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

constexpr char kFactory[] = "image/376567988ad3/v1.13.6/";

// A bundle with these assets, and what is asked of it.
class Server {
 public:
  explicit Server(const std::vector<std::pair<std::string, std::string>>& assets)
      : catalog_(Made(assets)),
        assets_([this] { return catalog_; }),
        routes_(&assets_, [this] { return catalog_; }) {}

  NetbootRoutes& routes() { return routes_; }
  using Query = std::multimap<std::string, std::string>;
  HttpResponse Ask(const std::string& path, Query query = {}, const std::string& host = "",
                   bool is_tls = false) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    request.is_tls = is_tls;
    if (!host.empty()) request.headers["host"] = host;
    assert_true(NetbootRoutes::Owns(path));
    return routes_.Serve(request);
  }
  HttpResponse AskByTls(const std::string& path, Query query) {
    return Ask(path, std::move(query), "10.0.0.5:5000", true);
  }
  std::string Text(const std::string& path, Query query = {}, const std::string& host = "") {
    HttpResponse response = Ask(path, std::move(query), host);
    return response.text == nullptr ? "" : *response.text;
  }

 private:
  static std::shared_ptr<const Catalog> Made(
      const std::vector<std::pair<std::string, std::string>>& assets) {
    testing::TestPlan plan("b", "1");
    for (const auto& [path, content] : assets) plan.AddAsset(path, content);
    return Catalog::Build({testing::OpenBytes(plan.Encode())});
  }

  std::shared_ptr<const Catalog> catalog_;
  AssetRoutes assets_;
  NetbootRoutes routes_;
};

void WithoutGroupsEveryMachineBootsWhatIsCarried(void**) {
  Server server({{"boot/kernel-amd64", "k"},
                 {"boot/initramfs-metal-amd64.xz", "i"},
                 {"boot/cmdline-metal-amd64", "talos.platform=metal console=tty0\n"}});
  std::string script = server.Text("/ipxe", {{"buildarch", "i386"}});
  ASSERT_CONTAINS(script,
                  "kernel /boot/kernel-amd64 initrd=initramfs talos.platform=metal"
                  " console=tty0 || goto later\n");
  ASSERT_CONTAINS(script, "initrd --name initramfs /boot/initramfs-metal-amd64.xz ||");
  script = server.Text("/ipxe", {{"buildarch", "arm64"}});
  ASSERT_CONTAINS(script, "no bundle carries a kernel and an initramfs for arm64");
  ASSERT_CONTAINS(script, "sanboot");
  ASSERT_CONTAINS(server.Text("/ipxe", {{"buildarch", "riscv64\n${x}"}}), "riscv64??{x}");
}

void AFolderWithoutInitramfsIsNotTaken(void**) {
  Server server({{"boot/kernel-amd64", "k"}, {"old/vmlinuz", "k"}, {"old/initramfs.zst", "i"}});
  ASSERT_CONTAINS(server.Text("/ipxe"), "kernel /old/vmlinuz initrd=initramfs || goto later\n");
}

void ArgumentsThatAreNoLineAreRefused(void**) {
  Server server(
      {{"boot/vmlinuz", "k"}, {"boot/initramfs", "i"}, {"boot/cmdline-metal-amd64", "a\nshell\n"}});
  std::string script = server.Text("/ipxe");
  ASSERT_CONTAINS(script, "boot/cmdline-metal-amd64 is not one line");
  assert_true(script.find("kernel /") == std::string::npos);
}

void WithGroupsAnUnlistedMachineIsLeftToItsDisk(void**) {
  Server server({{"boot/vmlinuz", "k"}, {"boot/initramfs", "i"}});
  auto plan = std::make_shared<NetbootPlan>();
  ASSERT_OK(plan->AddProfile(R"({"id":"p","boot":{"kernel":"/k","initrd":["/a","/b"]}})", "p"));
  ASSERT_OK(
      plan->AddGroup(R"({"id":"g","profile":"p","selector":{"mac":"52:54:00:00:00:01"}})", "g"));
  server.routes().SetPlan(plan);
  ASSERT_CONTAINS(server.Text("/ipxe", {{"mac", "52-54-00-00-00-01"}}),
                  "kernel /k || goto later\ninitrd /a || goto later\ninitrd /b || goto later\n");
  std::string script = server.Text("/ipxe", {{"mac", "52-54-00-00-00-02"}});
  ASSERT_CONTAINS(script, "no group fits the machine 52:54:00:00:00:02");
  ASSERT_CONTAINS(script, "sanboot");
}

void TextsAreFilledWithWhatTheGroupAndTheMachineSay(void**) {
  Server server({{"boot/vmlinuz", "k"}, {"boot/initramfs", "i"}});
  auto plan = std::make_shared<NetbootPlan>();
  ASSERT_OK(plan->AddProfile(
      R"({"id":"p","boot":{"kernel":"/k"},"generic_id":"g.txt","ignition_id":"i.json"})", "p"));
  ASSERT_OK(plan->AddGroup(R"({"id":"g","profile":"p","selector":{"mac":"52:54:00:00:00:01"},)"
                           R"("metadata":{"rack":{"row":7},"list":[1],"name":"node1"}})",
                           "g"));
  ASSERT_CODE(plan->Check(), Code::kNotFound);
  ASSERT_OK(plan->AddTemplate("generic", "g.txt", "{{.name}} in {{ .rack.row }}\n"));
  ASSERT_OK(plan->AddTemplate("ignition", "i.json", "{\"a\": \"{{.missing}}\"}"));
  ASSERT_OK(plan->Check());
  server.routes().SetPlan(plan);
  std::multimap<std::string, std::string> query = {{"mac", "52-54-00-00-00-01"}, {"x", "a\nB=1"}};
  ASSERT_TEXT(server.Text("/metadata", query),
              "MAC=52:54:00:00:00:01\nNAME=node1\nRACK_ROW=7\n"
              "REQUEST_QUERY_MAC=52:54:00:00:00:01\n");
  ASSERT_TEXT(server.Text("/generic", query), "node1 in 7\n");
  ASSERT_CONTAINS(server.Text("/ignition", query), "names .missing");
  ASSERT_OK(plan->AddTemplate("ignition", "i.json", "{{range .list}}{{end}}"));
  HttpResponse refused = server.Ask("/ignition", query);
  assert_int_equal(refused.status, 404);
  ASSERT_CONTAINS(*refused.text, "more than names");
  assert_int_equal(server.Ask("/metadata", {{"mac", "52-54-00-00-00-02"}}).status, 404);
  server.routes().SetArmed([] { return false; });
  assert_int_equal(server.Ask("/metadata", query).status, 404);
}

void AConfigGoesToWhoHasTheScriptsToken(void**) {
  testing::TempFolder folder;
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "52-54-00-00-00-01.yaml", "secret: 1\n", 0600));
  Server server({{"boot/vmlinuz", "k"}, {"boot/initramfs", "i"}});
  auto configs = std::make_unique<MachineConfigs>(RealEnv(), MachineConfigOptions{folder / "", ""});
  server.routes().SetConfigs(
      std::move(configs), [] { return Result<std::string>(std::string("a CA")); }, 5000);
  std::multimap<std::string, std::string> listed = {{"mac", "52-54-00-00-00-01"}};
  ASSERT_CONTAINS(server.Text("/ipxe", listed), "what it calls this server");
  ASSERT_CONTAINS(server.Text("/ipxe", {{"mac", "52-54-00-00-00-02"}}), "no machine config for");
  std::string script = server.Text("/ipxe", listed, "10.0.0.5:80");
  ASSERT_CONTAINS(script, " talos.config=https://10.0.0.5:5000/machine-");
  constexpr std::string_view kToken = "config?token=";
  std::string token = script.substr(script.find(kToken) + kToken.size(), 32);

  HttpResponse response = server.Ask("/machine-config", {{"token", token}});
  assert_int_equal(response.status, 403);
  ASSERT_CONTAINS(*response.text, "over HTTPS alone");
  assert_int_equal(server.AskByTls("/machine-config", {{"token", "x"}}).status, 403);
  assert_int_equal(server.AskByTls("/machine-config", {}).status, 403);
  ASSERT_CONTAINS(server.Text("/ipxe", listed, "10.0.0.5"), "kernel /boot/vmlinuz");
  for (int i = 0; i < 2; ++i) {
    response = server.AskByTls("/machine-config", {{"token", token}});
    assert_int_equal(response.status, 200);
    ASSERT_TEXT(*response.text, "secret: 1\n");
  }
  ASSERT_CONTAINS(server.Text("/ipxe", listed, "10.0.0.5"), "reset it to install it again");
  server.routes().SetArmed([] { return false; });
  assert_int_equal(server.AskByTls("/machine-config", {{"token", token}}).status, 404);
}

void UntilItIsArmedEveryMachineIsLeftToItsDisk(void**) {
  Server server({{"boot/vmlinuz", "k"}, {"boot/initramfs", "i"}});
  bool is_armed = false;
  server.routes().SetArmed([&] { return is_armed; });
  for (const char* path : {"/ipxe", "/pxe/x/v1/metal-amd64"}) {
    ASSERT_CONTAINS(server.Text(path), "netboot is not armed");
    ASSERT_CONTAINS(server.Text(path), "sanboot");
  }
  is_armed = true;
  ASSERT_CONTAINS(server.Text("/ipxe"), "kernel /boot/vmlinuz");
}

void TheImageFactorysScriptsAreThere(void**) {
  std::string folder = kFactory;
  Server server({{folder + "kernel-amd64", "k"},
                 {folder + "initramfs-amd64.xz", "i"},
                 {folder + "cmdline-metal-amd64", "talos.platform=metal"}});
  ASSERT_CONTAINS(server.Text("/pxe/376567988ad3/v1.13.6/metal-amd64"),
                  "kernel /" + folder + "kernel-amd64 initrd=initramfs talos.platform=metal ||");
  ASSERT_CONTAINS(server.Text("/pxe/376567988ad3/1.13.6/metal-amd64"), "kernel /" + folder);
  for (const char* path :
       {"/pxe/376567988ad3/v1.13.7/metal-amd64", "/pxe/376567988ad3/v1.13.6/metal-arm64"}) {
    HttpResponse response = server.Ask(path);
    assert_int_equal(response.status, 404);
    ASSERT_CONTAINS(*response.text, "\n/" + folder + "kernel-amd64");
  }
  assert_int_equal(server.Ask("/pxe/").status, 404);
  assert_int_equal(server.Ask("/pxe/x/metal-amd64").status, 404);
}

void MatchboxsNamesStandForWhatIsCarried(void**) {
  Server server({{"boot/kernel-amd64", "kernel"}, {"boot/initramfs-metal-amd64.xz", "i"}});
  assert_int_equal(server.Ask("/assets/vmlinuz").size_bytes, std::string("kernel").size());
  assert_int_equal(server.Ask("/assets/initramfs.xz").size_bytes, 1);
  assert_int_equal(server.Ask("/assets/other").status, 404);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WithoutGroupsEveryMachineBootsWhatIsCarried),
      cmocka_unit_test(AFolderWithoutInitramfsIsNotTaken),
      cmocka_unit_test(ArgumentsThatAreNoLineAreRefused),
      cmocka_unit_test(WithGroupsAnUnlistedMachineIsLeftToItsDisk),
      cmocka_unit_test(TextsAreFilledWithWhatTheGroupAndTheMachineSay),
      cmocka_unit_test(AConfigGoesToWhoHasTheScriptsToken),
      cmocka_unit_test(UntilItIsArmedEveryMachineIsLeftToItsDisk),
      cmocka_unit_test(TheImageFactorysScriptsAreThere),
      cmocka_unit_test(MatchboxsNamesStandForWhatIsCarried),
  };
  return cmocka_run_group_tests_name("netboot/netboot_routes", tests, nullptr, nullptr);
}
