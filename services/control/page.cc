#include "control/page.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/format_bytes.h"
#include "base/json.h"
#include "base/limits.h"
#include "control/snapshot.h"

namespace airgap {
namespace {

constexpr unsigned kArmHours[] = {1, 12, 48};

// What a bundle or a machine calls itself is text, whatever is in it.
std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

constexpr char kHead[] = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 72em; margin: 1.5em auto; }
  body { padding: 0 1em; }
  h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin: 1.5em 0 .3em; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .2em .8em .2em 0; border-bottom: 1px solid #ccc; }
  code { font-size: .95em; overflow-wrap: anywhere; }
  form { display: inline; } button { font: inherit; }
  .problem { color: #a00000; } .note { color: #555; }
</style>
)";

class Html {
 public:
  void Raw(std::string_view html) { html_.append(html).append("\n"); }
  void Head(std::string_view title) { Raw("<h2>" + Escaped(title) + "</h2>"); }
  void Paragraph(std::string_view text, std::string_view kind = "") {
    Raw("<p" + (kind.empty() ? "" : " class=\"" + std::string(kind) + "\"") + ">" + Escaped(text) +
        "</p>");
  }
  void Row(const std::vector<std::string>& cells, const char* tag = "td") {
    std::string row = "<tr>";
    for (const std::string& cell : cells) {
      row.append("<").append(tag).append(">").append(Escaped(cell));
      row.append("</").append(tag).append(">");
    }
    Raw(row + "</tr>");
  }
  // A row whose last cell is HTML.
  void RowWith(const std::vector<std::string>& cells, const std::string& html) {
    std::string row = "<tr>";
    for (const std::string& cell : cells) row.append("<td>").append(Escaped(cell)).append("</td>");
    Raw(row + "<td>" + html + "</td></tr>");
  }
  const std::string& text() const { return html_; }

 private:
  std::string html_;
};

std::string Button(const std::string& action, const std::string& label) {
  return "<form method=\"post\" action=\"" + Escaped(action) + "\"><button>" + Escaped(label) +
         "</button></form>";
}

std::string VerificationOf(const BundleReport& bundle, bool is_done) {
  if (bundle.corrupt_count > 0) {
    return std::to_string(bundle.corrupt_count) + " blobs are damaged";
  }
  if (bundle.verified_bytes >= bundle.total_bytes) return "verified";
  if (is_done) return "not all could be read";
  return "verifying, " +
         std::to_string(bundle.verified_bytes * 100 / std::max<uint64_t>(bundle.total_bytes, 1)) +
         " %";
}

void AddLines(JsonView lines, std::string_view kind, Html* html) {
  lines.ForEach([&](JsonView line) {
    html->Paragraph(line.StringOr(""), kind);
    return true;
  });
}

void AddPlaces(JsonView root, Html* html) {
  html->Raw("<table>");
  std::string addresses;
  root["addresses"].ForEach([&](JsonView address) {
    addresses.append(addresses.empty() ? "" : ", ").append(address.StringOr(""));
    return true;
  });
  html->Row({"addresses", addresses});
  root["urls"].ForEach([&](JsonView url) {
    std::string text = url.StringOr("");
    html->RowWith({""}, "<code>" + Escaped(text) + "</code>");
    return true;
  });
  html->RowWith({"CA"}, "<a href=\"/ca.pem\">ca.pem</a> <code>" +
                            Escaped(root["caFingerprint"].StringOr("")) + "</code>");
  html->RowWith({"for a report"}, "<a href=\"/api/v1/support-bundle\">support bundle</a>");
  html->Raw("</table>");
}

void AddBundles(JsonView root, Html* html) {
  html->Head("Bundles");
  if (root["bundles"].size() == 0) {
    return html->Paragraph("none found yet: plug in a medium with a bundle on it");
  }
  bool is_done = root["verification"].StringOr("") == "done";
  html->Raw("<table>");
  html->Row({"bundle", "images", "size", ""}, "th");
  root["bundles"].ForEach([&](JsonView object) {
    BundleReport bundle = BundleReport::Read(object);
    html->Row({bundle.name + " " + bundle.version, std::to_string(bundle.images_count),
               FormatBytes(bundle.total_bytes), VerificationOf(bundle, is_done)});
    return true;
  });
  html->Raw("</table>");
}

std::string SeenOf(uint64_t idle_s) {
  if (idle_s < 60) return std::to_string(idle_s) + " s ago";
  return std::to_string(idle_s / 60) + " min ago";
}

void AddNodes(JsonView root, bool has_buttons, Html* html) {
  std::set<std::string> configured;
  root["configuredMachines"].ForEach([&](JsonView mac) {
    configured.insert(mac.StringOr(""));
    return true;
  });
  html->Head("Machines that boot over the network");
  if (root["nodes"].size() == 0 && configured.empty()) return html->Paragraph("none yet");
  auto last_cell = [&](const std::string& mac) -> std::string {
    if (configured.erase(mac) == 0) return "";
    std::string text = "boots from its disk ";
    if (has_buttons) text += Button(std::string(kResetPath) + "?mac=" + mac, "install it again");
    return text;
  };
  html->Raw("<table>");
  html->Row({"MAC", "address", "product, serial", "arch", "step", "sent", "seen", "error", ""},
            "th");
  root["nodes"].ForEach([&](JsonView object) {
    NodeReport node = NodeReport::Read(object);
    std::string product = node.product;
    if (!node.serial.empty()) product.append(product.empty() ? "" : ", ").append(node.serial);
    html->RowWith({node.mac, node.address, product, node.arch, node.step,
                   FormatBytes(node.bytes_sent), SeenOf(node.idle_s), node.error},
                  last_cell(node.mac));
    return true;
  });
  const std::set<std::string> others = configured;
  for (const std::string& mac : others) {
    html->RowWith({mac, "", "", "", "", "", "", ""}, last_cell(mac));
  }
  html->Raw("</table>");
}

void AddArming(Html* html) {
  std::string buttons;
  for (unsigned hours : kArmHours) {
    std::string number = std::to_string(hours);
    buttons +=
        Button(std::string(kArmPath) + "?hours=" + number, "arm netboot for " + number + " h");
    buttons += " ";
  }
  html->Raw("<p>" + buttons + Button(std::string(kArmPath) + "?hours=0", "end netboot") + "</p>");
}

void AddHandoff(JsonView handoff, bool has_buttons, Html* html) {
  if (!handoff.exists()) return;
  html->Head("Handoff to " + handoff["registry"].StringOr("the registry of the site file"));
  std::string step = handoff["step"].StringOr("");
  if (!step.empty()) html->Paragraph("now " + step);
  std::string missing = handoff["missing"]["line"].StringOr("");
  if (!missing.empty()) html->Paragraph("When it was looked at last, it lacked " + missing + ".");
  if (handoff["nodes"].size() > 0) {
    html->Raw("<table>");
    html->Row({"node", "", ""}, "th");
    handoff["nodes"].ForEach([&](JsonView node) {
      html->Row(
          {node["name"].StringOr(""), node["state"].StringOr(""), node["detail"].StringOr("")});
      return true;
    });
    html->Raw("</table>");
  }
  if (handoff["reasonsAgainstRetiring"].size() > 0) {
    html->Paragraph("It cannot be retired yet:");
    AddLines(handoff["reasonsAgainstRetiring"], "note", html);
  }
  html->Raw(
      "<p><a href=\"/api/v1/handoff/runbook\">what to do</a>, <a href=\"/api/v1/handoff\">journal"
      "</a></p>");
  if (!has_buttons) return;
  std::string buttons;
  for (auto [order, label] : {std::pair{"plan", "look what is missing there"},
                              {"start", "start the handoff"},
                              {"retire", "retire this appliance"},
                              {"rollback", "roll back to seeding"}}) {
    buttons += Button(std::string("/api/v1/handoff/") + order, label) + " ";
  }
  html->Raw("<p>" + buttons + "</p>");
}

void AddClients(JsonView root, Html* html) {
  html->Head("Clients");
  uint64_t rate = root["sendingBytesPerSecond"].Uint().value_or(0);
  html->Paragraph("sending " + FormatBytes(rate) + "/s");
  if (root["clients"].size() == 0) return;
  html->Raw("<table>");
  html->Row({"address", "requests", "sent", "seen"}, "th");
  root["clients"].ForEach([&](JsonView object) {
    ClientReport client = ClientReport::Read(object);
    html->Row({client.address, std::to_string(client.requests), FormatBytes(client.bytes_sent),
               SeenOf(client.idle_s)});
    return true;
  });
  html->Raw("</table>");
}

}  // namespace

Result<std::string> FormatPage(std::string_view status_text, bool has_buttons) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(status_text, limits::json_default_max_bytes, "the status"));
  JsonView root = document.root();
  if (!root["state"].String()) return InvalidArgument("the status names no state");
  std::string site = root["siteName"].StringOr("");
  if (site.empty()) site = root["hostName"].StringOr("");
  Html html;
  html.Raw(kHead);
  html.Raw("<title>" + Escaped(site) + " - cozy-airgap</title>");
  html.Raw("<h1>" + Escaped(site) + "</h1>");
  html.Paragraph("cozy-airgap " + root["version"].StringOr("") + ", " + root["state"].StringOr(""),
                 "note");
  AddLines(root["problems"], "problem", &html);
  AddLines(root["notices"], "note", &html);
  if (has_buttons) AddArming(&html);
  AddPlaces(root, &html);
  AddBundles(root, &html);
  AddHandoff(root["handoff"], has_buttons, &html);
  AddNodes(root, has_buttons, &html);
  AddClients(root, &html);
  return html.text();
}

}  // namespace airgap
