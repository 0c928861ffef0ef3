package main

import (
	"strings"

	"github.com/siderolabs/talos/pkg/machinery/config"
)

// Whatever form the config has it in: this is what Talos itself asks.
func factsOf(provider config.Provider) facts {
	told := facts{Mirrors: map[string]mirror{}, CAs: map[string]string{},
		Unchecked: map[string]bool{}, Hosts: map[string][]string{}}
	for name, one := range provider.RegistryMirrorConfigs() {
		found := mirror{SkipFallback: one.SkipFallback()}
		for _, endpoint := range one.Endpoints() {
			found.Endpoints = append(found.Endpoints, endpoint.Endpoint())
			found.OverridePath = endpoint.OverridePath()
		}
		told.Mirrors[name] = found
	}
	for name, one := range provider.RegistryTLSConfigs() {
		told.CAs[name] = string(one.CA())
		told.Unchecked[name] = one.InsecureSkipVerify()
	}
	for _, host := range provider.NetworkStaticHostConfig() {
		told.Hosts[host.IP()] = host.Aliases()
	}
	if times := provider.NetworkTimeSyncConfig(); times != nil {
		told.TimeServers = times.Servers()
	}
	told.Discovery = provider.Cluster().Discovery().Enabled()
	if roots := provider.TrustedRoots(); roots != nil {
		told.Roots = strings.Join(roots.ExtraTrustedRootCertificates(), "")
	}
	return told
}
