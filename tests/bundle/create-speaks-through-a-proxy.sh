#!/usr/bin/env bash
# The proxy that the environment names is used, not for what no_proxy names; a registry's host is
# never looked up then.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

port=$(free_port)
cat >"$WORK/proxy.py" <<PYTHON
import http.client, http.server, urllib.parse
class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        print(self.command, url.netloc, flush=True)
        upstream = http.client.HTTPConnection("$REGISTRY")
        upstream.request(self.command, url.path, headers=dict(self.headers))
        reply = upstream.getresponse()
        body = reply.read()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
    do_HEAD = do_GET
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", $port), Proxy).serve_forever()
PYTHON
background proxy python3 "$WORK/proxy.py"
wait_for 20 "the proxy" curl -s -o "$WORK/body" -x "http://127.0.0.1:$port" http://r.example/v2/

through() {
  http_proxy=http://127.0.0.1:$port timeout "$1" "$AIRGAP" bundle create --quiet --name t \
    --version 1 --file "$WORK/out/b.tar" --insecure-registry r.example \
    --image r.example/org/img0:v1
}
through 60
finds '^GET r.example$' <"$WORK/proxy.log" || fail "$(cat "$WORK/proxy.log")"
is_whole
asked=$(wc -l <"$WORK/proxy.log")
# There is no such host: it would be asked for again and again.
no_proxy=r.example through 2 2>"$WORK/err" && fail "create succeeded"
expect "requests through the proxy" "$(wc -l <"$WORK/proxy.log")" "$asked"
