#include "cli/serve_command.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/boot_clock.h"
#include "base/limits.h"
#include "cli/control_front.h"
#include "cli/daemon.h"
#include "cli/exit_code.h"
#include "cli/node_reports.h"
#include "cli/serving.h"
#include "net/addresses.h"
#include "net/certs.h"
#include "net/listen.h"
#include "netboot/tftp_server.h"

namespace airgap {
namespace {

// The XDG base directory specification's place for what is kept between runs.
std::string DefaultStateFolder() {
  std::string state = EnvironmentValue("XDG_STATE_HOME");
  if (!state.empty() && state[0] == '/') return state + "/cozy-airgap";
  std::string home = EnvironmentValue("HOME");
  return (home.empty() ? "/root" : home) + "/.local/state/cozy-airgap";
}

// Those of this machine, and the address that is served on: not every one of 127.0.0.0/8 is listed
// among the adapters'.
CertificateNames NamesToServe(const std::string& listen) {
  CertificateNames names = NamesOfMachine();
  Result<ListenAddress> address = ListenAddress::Parse(listen);
  bool is_any =
      !address.ok() || address->host.empty() || address->host == "0.0.0.0" || address->host == "::";
  if (!is_any && std::find(names.addresses.begin(), names.addresses.end(), address->host) ==
                     names.addresses.end()) {
    names.addresses.push_back(address->host);
  }
  return names;
}

// Certificate files that the operator gave, or those of a CA of our own.
Status PrepareTls(ServeOptions* options, std::string* ca_path) {
  TlsFiles& tls = options->http.tls;
  if (tls.cert_path.empty() != tls.key_path.empty()) {
    return InvalidArgument("--tls-cert and --tls-key belong together; give both or neither");
  }
  if (!tls.cert_path.empty()) {
    *ca_path = tls.cert_path;
    return OkStatus();
  }
  if (options->state_folder.empty()) options->state_folder = DefaultStateFolder();
  RETURN_IF_ERROR(MakeFolders(options->state_folder));
  CertificateFiles files = CertificateFiles::In(options->state_folder);
  RETURN_IF_ERROR(
      EnsureCertificates(RealEnv(), files, NamesToServe(options->http.tls_listen), nullptr));
  tls = {files.server_cert, files.server_key};
  *ca_path = files.ca_cert;
  return OkStatus();
}

// "10.0.0.7:5000": where others reach a listener.
std::string ReachableAt(const std::string& listen, uint16_t port) {
  Result<ListenAddress> address = ListenAddress::Parse(listen);
  std::string host = address.ok() ? address->host : "";
  if (host.empty() || host == "0.0.0.0" || host == "::") {
    std::vector<std::string> addresses = MachineAddresses(false);
    host = addresses.empty() ? "127.0.0.1" : addresses[0];
  }
  return ListenAddress{host, port}.ToString();
}

// Any image of the bundles, as this registry names it.
std::string SomeImage(const Catalog& catalog) {
  for (const std::string& name : catalog.RepositoryNames()) {
    auto repository = catalog.FindRepository("", name);
    if (!repository.ok() || (*repository)->tags.empty()) continue;
    return name + ":" + (*repository)->tags.begin()->first;
  }
  return "";
}

class ServeCommand {
 public:
  ServeCommand(const CommandContext& context, ServeOptions options)
      : context_(context), options_(std::move(options)) {}

  int Run() {
    BlockSignals();
    Status started = Start();
    if (!started.ok()) return context_.Fail(started);
    Announce();
    RunUntilStopped([this] { EverySecond(false); }, [this] { EverySecond(true); });
    front_.reset();
    server_.reset();  // both before what they ask
    tftp_.reset();
    return kExitFine;
  }

 private:
  Status Start() {
    RETURN_IF_ERROR(PrepareTls(&options_, &ca_path_));
    ASSIGN_OR_RETURN(source_, ServedBundles::Open(RealEnv(), options_.bundles));
    ASSIGN_OR_RETURN(push_, PushSetup::Open(RealEnv(), options_.push));
    serving_ = std::make_unique<Serving>(RealEnv(), "serve", source_.get(), ca_path_, push_.get());
    status_ = std::make_unique<StatusSource>(RealEnv(), StatusFacts{ca_path_, {}, nullptr, {}});
    serving_->SetExtra([this](const HttpRequest& request) { return Extra(request); });
    if (options_.netboot.is_offered && options_.http.plain_listen.empty()) {
      return InvalidArgument("--netboot needs --http ADDR:PORT: iPXE does not know the CA");
    }
    NetbootOptions& netboot = options_.netboot;
    bool has_place = !options_.state_folder.empty() && netboot.configured_folder.empty();
    if (has_place && !netboot.configs_folder.empty()) {
      netboot.configured_folder = options_.state_folder + "/configured";
    }
    RETURN_IF_ERROR(OfferNetboot(netboot, ca_path_, options_.http.tls_listen, serving_.get()));
    ASSIGN_OR_RETURN(server_, HttpServer::Start(options_.http, [this](const HttpRequest& request) {
                       return serving_->Serve(request);
                     }));
    serving_->SetServer(server_.get());
    if (!options_.tftp_listen.empty()) RETURN_IF_ERROR(StartTftp());
    if (!options_.front.folder.empty()) {
      front_ = std::make_unique<NetbootFront>(options_.front);
    }
    serving_->StartVerification();
    return OkStatus();
  }

  Status StartTftp() {
    TftpServerOptions tftp;
    tftp.listen = options_.tftp_listen;
    tftp.on_end = [this](const TftpTransferReport& report) {
      serving_->CountClient(report.client, report.bytes);
      serving_->nodes().Note(NodeOf(report));
    };
    ASSIGN_OR_RETURN(tftp.boot_loaders,
                     ReadBootLoaders(RealEnv(), options_.netboot.loaders_folder));
    ASSIGN_OR_RETURN(tftp_, TftpServer::Start(tftp, [this] { return source_->catalog(); }));
    return OkStatus();
  }

  HttpResponse Extra(const HttpRequest& request) {
    bool is_read = request.method == "GET" || request.method == "HEAD";
    if (request.path != "/api/v1/status" || !is_read) {
      HttpResponse not_mine;
      not_mine.status = 0;
      return not_mine;
    }
    status_->services().Update(serving_->Snapshot());
    return StatusResponse(*status_);
  }

  void EverySecond(bool force) {
    if (source_->Reload(force)) serving_->StartVerification();
    ServiceSnapshot snapshot = serving_->Snapshot();
    if (front_) KeepNetboot(&snapshot);
    status_->services().Update(std::move(snapshot));
    if (force) {
      Status reloaded = ReloadNetboot(options_.netboot, serving_.get());
      if (!reloaded.ok()) context_.Fail(reloaded);
    }
    if (force && !options_.state_folder.empty()) {
      Status renewed = EnsureCertificates(RealEnv(), CertificateFiles::In(options_.state_folder),
                                          NamesToServe(options_.http.tls_listen), nullptr);
      if (!renewed.ok()) context_.Fail(renewed);
    }
  }

  void KeepNetboot(ServiceSnapshot* snapshot) {
    std::vector<std::string> before = front_->problems();
    front_->Beat();
    for (const DhcpSighting& seen : front_->sightings()) serving_->nodes().Note(NodeOf(seen));
    snapshot->notices = front_->notices();
    for (const std::string& problem : front_->problems()) snapshot->problems.push_back(problem);
    if (front_->problems() == before) return;
    for (const std::string& problem : front_->problems()) context_.Fail(Unavailable(problem));
  }

  std::string Fingerprint() const {
    Result<std::string> pem = ReadWholeFile(RealEnv(), ca_path_, limits::kMiB);
    if (!pem.ok()) return "";
    Result<std::string> fingerprint = CertificateFingerprint(*pem);
    return fingerprint.ok() ? *fingerprint : "";
  }

  void AnnounceNetboot() {
    constexpr uint64_t kSecondsPerHour = 3600;
    std::string adapters;
    for (const std::string& adapter : options_.front.adapters) adapters += adapter + ", ";
    uint64_t now = SecondsSinceStart();
    uint64_t until = options_.front.armed_until_s.value_or(now);
    context_.Print("netboot      machines on " + adapters + "for " +
                   std::to_string((until - now + kSecondsPerHour - 1) / kSecondsPerHour) +
                   " hours");
  }

  void Announce() {
    std::string https = ReachableAt(options_.http.tls_listen, server_->tls_port());
    std::string fingerprint = Fingerprint();
    std::string image = SomeImage(*source_->catalog());
    std::string pull;
    if (!image.empty()) {
      pull = "SSL_CERT_FILE=" + std::filesystem::absolute(ca_path_).string() +
             " skopeo copy docker://" + https + "/" + image + " dir:pulled";
    }
    if (context_.json) {
      JsonBuilder document;
      document.root().Put("https", "https://" + https);
      document.root().Put("ca", ca_path_);
      document.root().Put("caFingerprint", fingerprint);
      document.root().Put("pullCommand", pull);
      context_.PrintJson(document);
    }
    context_.Print("serving      https://" + https);
    if (server_->plain_port() != 0) {
      std::string http = "http://" + ReachableAt(options_.http.plain_listen, server_->plain_port());
      context_.Print("boot assets  " + http);
      if (options_.netboot.is_offered) context_.Print("iPXE script  " + http + "/boot.ipxe");
    }
    if (!options_.front.folder.empty()) AnnounceNetboot();
    context_.Print("CA           " + ca_path_);
    context_.Print("fingerprint  " + fingerprint);
    if (!pull.empty()) context_.Print("pull         " + pull);
    fflush(stdout);
  }

  const CommandContext& context_;
  ServeOptions options_;
  std::string ca_path_;
  std::unique_ptr<ServedBundles> source_;
  std::unique_ptr<PushSetup> push_;
  std::unique_ptr<Serving> serving_;
  std::unique_ptr<StatusSource> status_;
  std::unique_ptr<NetbootFront> front_;
  std::unique_ptr<TftpServer> tftp_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

int RunServe(const CommandContext& context, ServeOptions options) {
  return ServeCommand(context, std::move(options)).Run();
}

}  // namespace airgap
