// The part of a Talos node that the network sees before there is a cluster, with Talos's own code for
// its kernel command line, its machine config and its registries. The init script beside it has done
// DHCP; BusyBox's ntpd sets the time.
//
//	node config FILE    fetches the machine config that the kernel command line names; prints its
//	                    time servers
//	node pull FILE      pulls machine.install.image of that config as its mirrors say, checks every
//	                    digest, and says what it got
//	node pull FILE REFERENCE
//	                    the same with a probe's image, and runs it, as a container of this node
package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/siderolabs/go-procfs/procfs"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/constants"
)

const (
	attempts  = 10
	bodyLimit = 1 << 30
)

// parameter is one of the kernel command line, which must be there.
func parameter(name string) (string, error) {
	value := procfs.ProcCmdline().Get(name).First()
	if value == nil {
		return "", fmt.Errorf("the kernel command line has no %s", name)
	}
	return *value, nil
}

// earlyRoots are the CAs that Talos trusts before it has its config.
func earlyRoots() (*x509.CertPool, error) {
	text, err := parameter(constants.KernelParamConfigEarly)
	if err != nil {
		return nil, err
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	provider, err := configloader.NewFromReader(decoder)
	if err != nil {
		return nil, fmt.Errorf("talos.config.early: %w", err)
	}
	pool := x509.NewCertPool()
	for _, pem := range provider.TrustedRoots().ExtraTrustedRootCertificates() {
		if !pool.AppendCertsFromPEM([]byte(pem)) {
			return nil, errors.New("talos.config.early has no certificate")
		}
	}
	return pool, nil
}

// nodeName is what the cluster calls a node that runs a probe.
const nodeName = "node1"

func get(client *http.Client, where string, header http.Header) ([]byte, *http.Response, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, where, nil)
	if err != nil {
		return nil, nil, err
	}
	request.Header = header
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", where, response.Status, bytes.TrimSpace(body))
	}
	return body, response, err
}

func fetchConfig(file string) error {
	where, err := parameter(constants.KernelParamConfig)
	if err != nil {
		return err
	}
	roots, err := earlyRoots()
	if err != nil {
		return err
	}
	client := &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		Timeout:   time.Minute,
	}
	var body []byte
	for attempt := range attempts {
		if body, _, err = get(client, where, nil); err == nil {
			break
		}
		fmt.Fprintf(os.Stderr, "attempt %d: %v\n", attempt+1, err)
		time.Sleep(time.Second)
	}
	if err != nil {
		return err
	}
	provider, err := configloader.NewFromBytes(body)
	if err != nil {
		return err
	}
	if times := provider.NetworkTimeSyncConfig(); times != nil {
		fmt.Println(strings.Join(times.Servers(), "\n"))
	}
	return os.WriteFile(file, body, 0o600)
}

// reference splits "ghcr.io/org/name:tag".
func reference(image string) (host, name, tag string, err error) {
	host, rest, found := strings.Cut(image, "/")
	name, tag, tagged := strings.Cut(rest, "@")
	if !tagged {
		name, tag, tagged = strings.Cut(rest, ":")
	}
	if !found || !tagged {
		return "", "", "", fmt.Errorf("image %q has no registry or no tag", image)
	}
	return host, name, tag, nil
}

// registry is the mirror of an upstream.
type registry struct {
	client   *http.Client
	endpoint string
	upstream string
}

func mirrorOf(provider config.Provider, upstream string) (*registry, error) {
	mirror := provider.RegistryMirrorConfigs()[upstream]
	if mirror == nil || len(mirror.Endpoints()) == 0 {
		return nil, fmt.Errorf("the config has no mirror of %s", upstream)
	}
	endpoint, err := url.Parse(mirror.Endpoints()[0].Endpoint())
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if entry := provider.RegistryTLSConfigs()[endpoint.Host]; entry != nil {
		roots.AppendCertsFromPEM(entry.CA())
	}
	hosts := map[string]string{}
	for _, host := range provider.NetworkStaticHostConfig() {
		for _, alias := range host.Aliases() {
			hosts[alias] = host.IP()
		}
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		name, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if ip, known := hosts[name]; known {
			address = net.JoinHostPort(ip, port)
		}
		return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}}
	base := strings.TrimSuffix(endpoint.String(), "/")
	if !mirror.Endpoints()[0].OverridePath() && !strings.HasSuffix(base, "/v2") {
		base += "/v2"
	}
	return &registry{&http.Client{Transport: transport}, base, upstream}, nil
}

func (r *registry) get(name, kind, what string) ([]byte, string, error) {
	where := fmt.Sprintf("%s/%s/%s/%s?ns=%s", r.endpoint, name, kind, what, r.upstream)
	accept := http.Header{"Accept": {
		"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
		"application/vnd.docker.distribution.manifest.list.v2+json",
		"application/vnd.docker.distribution.manifest.v2+json", "*/*",
	}}
	body, response, err := get(r.client, where, accept)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(body)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	if strings.HasPrefix(what, "sha256:") && what != digest {
		return nil, "", fmt.Errorf("%s has digest %s", where, digest)
	}
	return body, response.Header.Get("Docker-Content-Digest"), nil
}

type descriptor struct {
	Digest   string
	Platform struct{ Architecture string }
}

type manifest struct {
	Manifests []descriptor
	Config    descriptor
	Layers    []descriptor
}

// unpack writes the files of a layer below folder.
func unpack(layer []byte, folder string) error {
	reader := tar.NewReader(bytes.NewReader(layer))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return err
		}
		mode := header.FileInfo().Mode()
		if err := os.WriteFile(filepath.Join(folder, header.Name), content, mode); err != nil {
			return err
		}
	}
}

// run starts the image in a root of its own, as this node.
func (r *registry) run(name, what string) error {
	text, _, err := r.get(name, "manifests", what)
	if err != nil {
		return err
	}
	var parsed manifest
	if err := json.Unmarshal(text, &parsed); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("/run", "root")
	if err != nil {
		return err
	}
	for _, layer := range parsed.Layers {
		body, _, err := r.get(name, "blobs", layer.Digest)
		if err != nil {
			return err
		}
		if err := unpack(body, folder); err != nil {
			return err
		}
	}
	text, _, err = r.get(name, "blobs", parsed.Config.Digest)
	if err != nil {
		return err
	}
	var image struct{ Config struct{ Entrypoint []string } }
	if err := json.Unmarshal(text, &image); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	entry := image.Config.Entrypoint
	command := exec.CommandContext(ctx, entry[0], entry[1:]...)
	command.Env = []string{"NODE_NAME=" + nodeName}
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: folder}
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}

// pulled tells how many bytes the image has of which digest; says when the first blob was there.
func (r *registry) pulled(name, what string) (int, string, error) {
	text, digest, err := r.get(name, "manifests", what)
	if err != nil {
		return 0, "", err
	}
	var parsed manifest
	if err := json.Unmarshal(text, &parsed); err != nil {
		return 0, "", err
	}
	if len(parsed.Manifests) > 0 {
		size, _, err := r.pulled(name, parsed.Manifests[0].Digest)
		return size, digest, err
	}
	total := len(text)
	for number, blob := range append([]descriptor{parsed.Config}, parsed.Layers...) {
		body, _, err := r.get(name, "blobs", blob.Digest)
		if err != nil {
			return 0, "", err
		}
		total += len(body)
		if number == 0 {
			fmt.Println("node: has its first blob")
		}
	}
	return total, digest, nil
}

func pull(file, image string) error {
	provider, err := configloader.NewFromFile(file)
	if err != nil {
		return err
	}
	isProbe := image != ""
	if !isProbe {
		image = provider.Machine().Install().Image()
	}
	upstream, name, tag, err := reference(image)
	if err != nil {
		return err
	}
	mirror, err := mirrorOf(provider, upstream)
	if err != nil {
		return err
	}
	size, digest, err := mirror.pulled(name, tag)
	if err != nil {
		return err
	}
	fmt.Printf("node: pulled %s from %s, %d bytes, %s\n", image, mirror.endpoint, size, digest)
	if !isProbe {
		return nil
	}
	return mirror.run(name, tag)
}

func main() {
	err := errors.New("usage: node config|pull FILE [REFERENCE]")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "config":
		err = fetchConfig(os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "pull":
		err = pull(os.Args[2], "")
	case len(os.Args) == 4 && os.Args[1] == "pull":
		err = pull(os.Args[2], os.Args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}
