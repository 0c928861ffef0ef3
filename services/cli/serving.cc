#include "cli/serving.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/version.h"
#include "cli/node_reports.h"
#include "control/bundle_report.h"
#include "netboot/factory_paths.h"

namespace airgap {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
constexpr uint64_t kCaMaxBytes = 64 * limits::kKiB;

bool IsRead(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

uint64_t BodySize(const HttpResponse& response) {
  return response.text != nullptr ? response.text->size() : response.size_bytes;
}

// One family of the Prometheus text format.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
class MetricsText {
 public:
  void Family(const std::string& name, const char* type, const char* help) {
    text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
    name_ = name;
  }
  void Value(uint64_t value, const std::string& labels = "") {
    text_ +=
        name_ + (labels.empty() ? "" : "{" + labels + "}") + " " + std::to_string(value) + "\n";
  }
  void Single(const std::string& name, const char* type, const char* help, uint64_t value) {
    Family(name, type, help);
    Value(value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string name_;
};

void AddConnectionMetrics(const HttpServerCounters& counters, MetricsText* metrics) {
  metrics->Single("airgap_connections_open", "gauge", "Connections that stand now.",
                  counters.connections_open);
  metrics->Family("airgap_tls_connections_total", "counter", "TLS connections by who does TLS.");
  metrics->Value(counters.ktls_connections, "by=\"kernel\"");
  metrics->Value(counters.pump_connections, "by=\"pump\"");
  metrics->Single("airgap_tls_handshakes_failed_total", "counter",
                  "TLS handshakes that did not come to an end.", counters.handshakes_failed);
  metrics->Single("airgap_sent_bytes_total", "counter", "Bytes of complete response bodies.",
                  counters.bytes_sent);
}

void AddBundleMetrics(const std::vector<BundleReport>& bundles, MetricsText* metrics) {
  struct Column {
    const char* name;
    const char* help;
    decltype(&BundleReport::total_bytes) value;
  };
  static constexpr Column kColumns[] = {
      {"airgap_bundle_blobs", "Blobs of the bundle.", &BundleReport::blobs_count},
      {"airgap_bundle_bytes", "Bytes of the bundle's blobs.", &BundleReport::total_bytes},
      {"airgap_bundle_verified_bytes", "Bytes that matched their digest.",
       &BundleReport::verified_bytes},
      {"airgap_bundle_corrupt_blobs", "Blobs that did not match their digest.",
       &BundleReport::corrupt_count},
  };
  metrics->Single("airgap_bundles", "gauge", "Bundles that are served.", bundles.size());
  for (const Column& column : kColumns) {
    metrics->Family(column.name, "gauge", column.help);
    for (const BundleReport& bundle : bundles) {
      metrics->Value(bundle.*column.value, "digest=\"" + bundle.digest + "\"");
    }
  }
}

}  // namespace

Serving::Serving(Env* env, std::string service, ServedBundles* source, std::string ca_path,
                 const PushSetup* push)
    : env_(env),
      service_(std::move(service)),
      source_(source),
      ca_path_(std::move(ca_path)),
      push_(push),
      started_(std::chrono::steady_clock::now()),
      registry_([source] { return source->catalog(); }, push->options()),
      assets_([source] { return source->catalog(); }),
      netboot_(&assets_, [source] { return source->catalog(); }) {}

void Serving::OfferNetboot(BootLoaders loaders, std::function<bool()> is_armed) {
  assets_.SetBootLoaders(std::move(loaders));
  netboot_.SetOnMachine([this](const MachineLabels& labels, const std::string& address,
                               bool boots) { nodes_.Note(NodeOf(labels, address, boots)); });
  netboot_.SetOnConfig([this](const std::string& mac, const std::string& address) {
    NodeReport node;
    node.mac = mac;
    node.address = address;
    node.step = node_step::kConfig;
    nodes_.Note(node);
  });
  netboot_.SetArmed(std::move(is_armed));
  offers_netboot_ = true;
}

HttpResponse Serving::Serve(const HttpRequest& request) {
  RouteClass route_class = kOther;
  HttpResponse response = Route(request, &route_class);
  ++requests_[route_class];
  NoteNode(request, response, route_class);
  bool is_given = response.status == 200 || response.status == 206;
  clients_.Count(request.client, request.method == "HEAD" ? 0 : BodySize(response),
                 is_given && route_class != kOther && request.path != "/v2/");
  if (is_given && IsFactoryPath(request.path.substr(1))) {
    std::lock_guard lock(images_mutex_);
    images_user_ = request.client;
  }
  return response;
}

// What a machine that asked for its script fetches after that.
void Serving::NoteNode(const HttpRequest& request, const HttpResponse& response,
                       RouteClass route_class) {
  bool is_content = response.status == 200 || response.status == 206;
  if (!offers_netboot_ || request.method != "GET" || !is_content || response.text != nullptr ||
      route_class == kOther) {
    return;
  }
  NodeReport node;
  node.address = request.client;
  node.step = route_class == kRegistry ? node_step::kPull : node_step::kKernel;
  node.bytes_sent = response.size_bytes;
  nodes_.NoteIfKnown(node);
}

HttpResponse Serving::Route(const HttpRequest& request, RouteClass* route_class) {
  if (request.path == "/healthz" && IsRead(request)) return HttpResponse::Text(200, kText, "ok\n");
  if (request.path == "/ca.pem" && IsRead(request)) return CaCertificate();
  HttpResponse retired = Retired(request);
  if (retired.status != 0) return retired;
  if (RegistryApi::Owns(request.path)) {
    *route_class = kRegistry;
    if (request.is_tls) return registry_.Serve(request);
    return HttpResponse::Text(404, kText, "images are served over HTTPS only\n");
  }
  if (request.is_tls) {
    if (request.path == "/metrics" && IsRead(request)) return Metrics();
    if (extra_) {
      HttpResponse response = extra_(request);
      if (response.status != 0) return response;
    }
  }
  *route_class = kAssets;
  if (offers_netboot_ && NetbootRoutes::Owns(request.path)) return netboot_.Serve(request);
  return assets_.Serve(request);
}

// Scripts for machines that boot over the network still send these to their disks.
HttpResponse Serving::Retired(const HttpRequest& request) const {
  HttpResponse response;
  response.status = 0;
  if (retired_path_.empty() || request.path == "/metrics") return response;
  if (offers_netboot_ && NetbootRoutes::Owns(request.path)) return response;
  Result<std::string> where = ReadWholeFile(env_, retired_path_, limits::handoff_text_max_bytes);
  if (!where.ok()) return response;
  return HttpResponse::Text(503, kText, "this appliance is retired: everything is at " + *where);
}

HttpResponse Serving::CaCertificate() const {
  if (ca_path_.empty()) return HttpResponse::Text(404, kText, "no CA of our own is in use\n");
  Result<std::string> pem = ReadWholeFile(env_, ca_path_, kCaMaxBytes);
  if (!pem.ok()) return HttpResponse::Text(503, kText, pem.status().message() + "\n");
  return HttpResponse::Text(200, "application/x-pem-file", *std::move(pem));
}

HttpResponse Serving::Metrics() const {
  MetricsText metrics;
  static constexpr const char* kNames[] = {"registry", "assets", "other"};
  metrics.Family("airgap_requests_total", "counter", "Requests by what they were for.");
  for (int i = 0; i < kRouteClasses; ++i) {
    metrics.Value(requests_[i], "class=\"" + std::string(kNames[i]) + "\"");
  }
  AddConnectionMetrics(Counters(), &metrics);
  AddBundleMetrics(ReportBundles(*source_->catalog()), &metrics);
  return HttpResponse::Text(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
}

HttpServerCounters Serving::Counters() const {
  const HttpServer* server = server_;
  return server == nullptr ? HttpServerCounters() : server->counters();
}

ServiceSnapshot Serving::Snapshot() const {
  HttpServerCounters counters = Counters();
  ServiceSnapshot snapshot;
  snapshot.service = service_;
  snapshot.version = kVersion;
  snapshot.pid = static_cast<uint64_t>(getpid());
  auto uptime = std::chrono::steady_clock::now() - started_;
  snapshot.uptime_s =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(uptime).count());
  snapshot.requests = counters.requests;
  snapshot.bytes_sent = counters.bytes_sent;
  snapshot.connections_open = counters.connections_open;
  snapshot.verification = verifier_.is_done() ? "done" : "running";
  snapshot.bundles = ReportBundles(*source_->catalog());
  clients_.ReportTo(&snapshot);
  snapshot.nodes = nodes_.Report();
  {
    std::lock_guard lock(images_mutex_);
    if (!images_user_.empty()) {
      snapshot.dependents.push_back(
          {"images", images_user_ + " fetches /image/... paths from this appliance"});
    }
  }
  snapshot.problems = source_->problems();
  for (const std::string& problem : push_->problems()) snapshot.problems.push_back(problem);
  for (std::string& problem : verifier_.problems()) snapshot.problems.push_back(problem);
  return snapshot;
}

}  // namespace airgap
