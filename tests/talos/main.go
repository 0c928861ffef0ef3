// Talos's own code for machine configs, of one version: makes one, applies patches to it, validates
// it and tells what Talos would do.
//
//	talosconf gen                     a control plane's config, as `talosctl gen config` makes it
//	talosconf apply CONFIG PATCH...   the patched config on standard output
//	talosconf facts CONFIG            JSON: what it says about registries, time, hosts, discovery
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/configpatcher"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/constants"
)

type mirror struct {
	Endpoints    []string `json:"endpoints"`
	OverridePath bool     `json:"overridePath"`
	SkipFallback bool     `json:"skipFallback"`
}

type facts struct {
	Mirrors     map[string]mirror   `json:"mirrors"`
	CAs         map[string]string   `json:"cas"`
	Unchecked   map[string]bool     `json:"unchecked"`
	Hosts       map[string][]string `json:"hosts"`
	TimeServers []string            `json:"timeServers"`
	Discovery   bool                `json:"discovery"`
	Roots       string              `json:"roots"`
}

// A machine of metal.
type metal struct{}

func (metal) String() string        { return "metal" }
func (metal) RequiresInstall() bool { return true }
func (metal) InContainer() bool     { return false }

func generated() ([]byte, error) {
	input, err := generate.NewInput("t", "https://10.0.0.10:6443", constants.DefaultKubernetesVersion,
		generate.WithInstallDisk("/dev/vda"))
	if err != nil {
		return nil, err
	}
	provider, err := input.Config(machine.TypeControlPlane)
	if err != nil {
		return nil, err
	}
	return provider.Bytes()
}

func load(path string) (config.Provider, error) {
	return configloader.NewFromFile(path)
}

func applied(path string, names []string) ([]byte, error) {
	provider, err := load(path)
	if err != nil {
		return nil, err
	}
	var patches []configpatcher.Patch
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		patch, err := configpatcher.LoadPatch(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		patches = append(patches, patch)
	}
	output, err := configpatcher.Apply(configpatcher.WithConfig(provider), patches)
	if err != nil {
		return nil, err
	}
	return output.Bytes()
}

func told(path string) ([]byte, error) {
	provider, err := load(path)
	if err != nil {
		return nil, err
	}
	warnings, err := provider.Validate(metal{})
	if err != nil {
		return nil, err
	}
	for _, warning := range warnings {
		fmt.Fprintln(os.Stderr, "warning:", warning)
	}
	return json.MarshalIndent(factsOf(provider), "", "  ")
}

func run(arguments []string) ([]byte, error) {
	switch {
	case len(arguments) == 1 && arguments[0] == "gen":
		return generated()
	case len(arguments) > 1 && arguments[0] == "apply":
		return applied(arguments[1], arguments[2:])
	case len(arguments) == 2 && arguments[0] == "facts":
		return told(arguments[1])
	}
	return nil, fmt.Errorf("usage: talosconf gen | apply CONFIG PATCH... | facts CONFIG")
}

func main() {
	output, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "talosconf:", err)
		os.Exit(1)
	}
	os.Stdout.Write(output)
}
