package main

import (
	"strings"

	"github.com/siderolabs/talos/pkg/machinery/config"
)

// What machine and cluster say, for there are no documents of these yet.
func factsOf(provider config.Provider) facts {
	told := facts{Mirrors: map[string]mirror{}, CAs: map[string]string{},
		Unchecked: map[string]bool{}, Hosts: map[string][]string{}}
	registries := provider.Machine().Registries()
	for name, one := range registries.Mirrors() {
		found := mirror{SkipFallback: one.SkipFallback()}
		for _, endpoint := range one.Endpoints() {
			found.Endpoints = append(found.Endpoints, endpoint.Endpoint())
			found.OverridePath = endpoint.OverridePath()
		}
		told.Mirrors[name] = found
	}
	for name, one := range registries.Config() {
		if one.TLS() != nil {
			told.CAs[name] = string(one.TLS().CA())
			told.Unchecked[name] = one.TLS().InsecureSkipVerify()
		}
	}
	for _, host := range provider.Machine().Network().ExtraHosts() {
		told.Hosts[host.IP()] = host.Aliases()
	}
	told.TimeServers = provider.Machine().Time().Servers()
	told.Discovery = provider.Cluster().Discovery().Enabled()
	if roots := provider.TrustedRoots(); roots != nil {
		told.Roots = strings.Join(roots.ExtraTrustedRootCertificates(), "")
	}
	return told
}
