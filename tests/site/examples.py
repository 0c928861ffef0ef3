#!/usr/bin/env python3
"""Site files, right and wrong ones; see schema_examples.py."""

import yaml

from schema_examples import judge

HASH = "$scrypt$ln=14,r=8,p=5$" + "c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43
USER = f"{{name: night, password: '{HASH}'}}"
LABEL = "a" * 63
# Of RFC 8032 7.1, test 1.
KEY_LINE = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def keys(*texts):
    """A site file with these bundle keys, each as a YAML string."""
    return yaml.safe_dump({"bundleKeys": list(texts)})


def pem(label="PUBLIC KEY", line=KEY_LINE):
    return f"-----BEGIN {label}-----\n{line}\n-----END {label}-----\n"


def network(*lines):
    """A site file with these lines below its network."""
    return "network:\n" + "".join(f"  {line}\n" for line in lines)


FIXED = network("interface: eth0", "addresses: [10.0.0.5/24]")


def netboot(*lines, dhcp=None):
    """A site file with these lines below netboot, and below its dhcp those."""
    if dhcp is not None:
        lines = ("mode: dhcp", "dhcp:", *(f"  {line}" for line in dhcp), *lines)
    return FIXED + "netboot:\n" + "".join(f"  {line}\n" for line in lines)


POOL = ["first: 10.0.0.100", "last: 10.0.0.199"]


def reservations(*lines):
    return netboot(dhcp=POOL + ["reservations:", *(f"  - {line}" for line in lines)])


REGISTRY = "registry: https://registry.cozy-system:5000/mirror"


def handoff(*lines):
    """A site file with these lines below handoff, besides its registry."""
    return "handoff:\n" + "".join(f"  {line}\n" for line in (REGISTRY, *lines))


EXAMPLES = {
    "nothing": "",
    "comment": "# to be filled in\n",
    "empty-mapping": "{}",
    "everything": f"name: Rack 7\nhostNames:\n  - seed.example.org\n  - seed\n"
                  f"push:\n  users:\n    - {USER}\n  loginToPull: true\n",
    "name-in-another-script": "name: Лефортово",
    "name-of-64": f"name: {'ж' * 64}",
    "name-quoted-number": "name: '7'",
    "push-of-nothing": "push: {}",
    "two-users": f"push: {{users: [{USER}, {USER.replace('night', 'day@site.example')}]}}",
    "pull-without-login": f"push: {{users: [{USER}], loginToPull: false}}",
    "control": f"control: {{users: [{USER}]}}",
    "control-of-nothing": "control: {}",
    "bad-control-list": "control: []",
    "bad-control-password": "control: {password: x}",
    "bad-control-users-empty": "control: {users: []}",
    "bad-control-user": "control: {users: [{name: a, password: shift-of-six}]}",
    "handoff": handoff(),
    "handoff-whole": handoff("address: 10.0.0.20", "username: seed", "password: 'of: six'",
                             "talos: false", "nodes: [{name: node1, address: 10.0.0.11}, {name: b}]",
                             "replaced: {dhcp: router, dns: router, ntp: x, images: 'https://i/'}"),
    "handoff-ca": yaml.safe_dump({"handoff": {"registry": "https://10.0.0.20",
                                              "ca": pem("CERTIFICATE")}}),
    "bad-handoff-empty": "handoff: {}",
    "bad-handoff-plain-http": "handoff: {registry: 'http://registry.example.org'}",
    "bad-handoff-no-url": "handoff: {registry: registry.example.org}",
    "bad-handoff-port": "handoff: {registry: 'https://registry.example.org:0'}",
    "bad-handoff-path": "handoff: {registry: 'https://registry.example.org/A'}",
    "bad-handoff-slash": "handoff: {registry: 'https://registry.example.org/'}",
    "bad-handoff-login": "handoff: {registry: 'https://u:p@registry.example.org'}",
    "bad-handoff-address": handoff("address: registry"),
    "bad-handoff-ca": handoff("ca: /etc/ca.pem"),
    "bad-handoff-name-alone": handoff("username: seed"),
    "bad-handoff-name": handoff("username: 'a:b'", "password: c"),
    "bad-handoff-talos": handoff("talos: 'yes'"),
    "bad-handoff-nodes": handoff("nodes: []"),
    "bad-handoff-nameless": handoff("nodes: [{address: 10.0.0.11}]"),
    "bad-handoff-node": handoff("nodes: [node1]"),
    "bad-handoff-replaced": handoff("replaced: {tftp: x}"),
    "bad-handoff-replaced-by-nothing": handoff("replaced: {dns: ''}"),
    "machine-configs": yaml.safe_dump({"machineConfigs": pem("CMS")}),
    "machine-configs-of-two-lines":
        yaml.safe_dump({"machineConfigs": pem("CMS", KEY_LINE + "\n" + KEY_LINE)}),
    "bad-machine-configs-mapping": "machineConfigs: {}",
    "bad-machine-configs-plain": "machineConfigs: 'version: v1alpha1'",
    "bad-machine-configs-label": yaml.safe_dump({"machineConfigs": pem("PKCS7")}),
    "bad-machine-configs-end": yaml.safe_dump({"machineConfigs": pem("CMS")[:-8]}),
    "bad-machine-configs-characters": yaml.safe_dump({"machineConfigs": pem("CMS", "a-b")}),
    "bad-machine-configs-empty": "machineConfigs: '-----BEGIN CMS-----'",
    "console": f"console: {{password: '{HASH}'}}",
    "console-of-nothing": "console: {}",
    "bad-console-password": "console: {password: open-sesame}",
    "bad-console-key": "console: {passwords: []}",
    "bundle-key": keys(pem()),
    "bundle-keys": keys(pem(), pem().rstrip()),
    "network-of-nothing": "network: {}",
    "network-dhcp": network("interface: enp1s0"),
    "network-mac": network("interface: '52:54:00:AB:cd:12'", "vlan: 20"),
    "network-fixed": network("interface: eth0", "addresses: [10.0.0.5/24, 'fd00::5/64']",
                             "gateway: 10.0.0.1", "dns: [10.0.0.1, 'fd00::1']"),
    "network-gateways": network("interface: eth0", "addresses: [10.0.0.5/24, 'fd00::5/64']",
                                "gateway: [10.0.0.1, 'fe80::1']"),
    "network-bond": network("bond: {interfaces: [eth0, eth1], mode: 802.3ad}", "vlan: 4094"),
    "network-bond-default": network("bond: {interfaces: [eth0, '52:54:00:12:34:56']}"),
    "network-servers": network("dns: [10.0.0.1]"),
    "network-time": network("ntp: [10.0.0.1, 'fd00::1', ntp.example.org]"),
    "netboot-of-nothing": "netboot: {}",
    "netboot-proxy": "netboot: {mode: proxy, armed: true, hours: 168}",
    "netboot-off": "netboot: {mode: 'off', armed: false}",
    "netboot-dhcp": netboot("armed: true", dhcp=POOL + [
        "leaseHours: 720", "router: 10.0.0.1", "dns: [10.0.0.2]", "ntp: [10.9.0.3]"]),
    "netboot-reservations": reservations(
        "{mac: '52:54:00:AB:cd:12', address: 10.0.0.100, name: node-1}",
        "{mac: '52:54:00:ab:cd:13', address: 10.0.0.9}"),
    "bad-netboot-mode": "netboot: {mode: both}",
    "bad-netboot-hours": "netboot: {hours: 169}",
    "bad-netboot-hours-text": "netboot: {hours: '2'}",
    "bad-netboot-armed": "netboot: {armed: 'true'}",
    "bad-netboot-key": "netboot: {pool: 7}",
    "bad-netboot-dhcp-alone": FIXED + "netboot: {dhcp: {first: 10.0.0.8, last: 10.0.0.9}}",
    "bad-netboot-dhcp-without": FIXED + "netboot: {mode: dhcp}",
    "netboot-relayed": netboot("relayed: [{router: 10.1.0.1/24}]"),
    "netboot-relayed-dhcp": netboot(
        "relayed: [{router: 10.1.0.1/24, first: 10.1.0.100, last: 10.1.0.199}]", dhcp=POOL),
    "bad-netboot-relayed-empty": netboot("relayed: []"),
    "bad-netboot-relayed-no-router": netboot("relayed: [{}]"),
    "bad-netboot-relayed-no-prefix": netboot("relayed: [{router: 10.1.0.1}]"),
    "bad-netboot-relayed-pool": netboot(
        "relayed: [{router: 10.1.0.1/24, first: 10.1.0.100, last: 10.1.0.199}]"),
    "bad-netboot-relayed-no-pool": netboot("relayed: [{router: 10.1.0.1/24}]", dhcp=POOL),
    "bad-netboot-relayed-no-last": netboot(
        "relayed: [{router: 10.1.0.1/24, first: 10.1.0.9}]", dhcp=POOL),
    "bad-netboot-no-last": netboot(dhcp=POOL[:1]),
    "bad-netboot-no-first": netboot(dhcp=POOL[1:]),
    "bad-netboot-lease": netboot(dhcp=POOL + ["leaseHours: 0"]),
    "bad-netboot-router": netboot(dhcp=POOL + ["router: 10.0.0.1/24"]),
    "bad-netboot-dns": netboot(dhcp=POOL + ["dns: []"]),
    "bad-netboot-ntp": netboot(dhcp=POOL + ["ntp: [ntp.example.org]"]),
    "bad-netboot-ipv6": netboot(dhcp=["first: 10.0.0.100", "last: 'fd00::9'"]),
    "bad-reservation-mac": reservations("{mac: '52-54-00-ab-cd-12', address: 10.0.0.8}"),
    "bad-reservation-no-mac": reservations("{address: 10.0.0.8}"),
    "bad-reservation-no-address": reservations("{mac: '52:54:00:ab:cd:12'}"),
    "bad-reservation-dots": reservations("{mac: '52:54:00:ab:cd:12', address: 10.0.0.8, name: a.b}"),
    "bad-reservation-name": reservations("{mac: '52:54:00:ab:cd:12', address: 10.0.0.8, name: '7'}"),
    "long-labels": f"hostNames: [{LABEL}.{LABEL}.org]",
    "digits-in-names": "hostNames: [7.example, 3com, x1-2]",
    "bad-list": "- name",
    "bad-text": "just text",
    "bad-unknown-key": "nome: Rack 7",
    "bad-unknown-key-in-push": "push: {user: []}",
    "bad-unknown-key-of-user": f"push: {{users: [{{name: a, password: '{HASH}', mail: a}}]}}",
    "bad-name-number": "name: 7",
    "bad-name-real": "name: 1.5",
    "bad-name-truth": "name: true",
    "bad-name-null": "name:",
    "bad-name-list": "name: [a]",
    "bad-name-empty": "name: ''",
    "bad-name-of-65": f"name: {'ж' * 65}",
    "bad-name-escape": 'name: "a\\eb"',
    "bad-name-c1": 'name: "a\\x9bb"',
    "bad-names-null": "hostNames: ~",
    "bad-names-text": "hostNames: seed",
    "bad-names-empty": "hostNames: []",
    "bad-names-65": "hostNames: [" + ", ".join(f"h{n}" for n in range(65)) + "]",
    "bad-names-twice": "hostNames: [seed, seed]",
    "bad-name-address": "hostNames: [10.0.0.1]",
    "bad-name-address-6": "hostNames: ['fd00::1']",
    "bad-name-underscore": "hostNames: [a_b]",
    "bad-name-dots": "hostNames: [a..b]",
    "bad-name-ends-with-dot": "hostNames: [a.]",
    "bad-name-hyphen": "hostNames: [-a]",
    "bad-name-hyphen-end": "hostNames: [a-.org]",
    "bad-name-wildcard": "hostNames: ['*.example.org']",
    "bad-name-comma": "hostNames: ['a,IP:1.2.3.4']",
    "bad-name-line": 'hostNames: ["a\\nb"]',
    "bad-label": f"hostNames: [{LABEL}a.org]",
    "bad-name-of-254": f"hostNames: [{'.'.join([LABEL] * 4)}]",
    "bad-network-list": "network: [eth0]",
    "bad-network-key": network("interfaces: [eth0]"),
    "bad-network-both": network("interface: eth0", "bond: {interfaces: [eth0, eth1]}"),
    "bad-network-adapter": network("interface: eth 0"),
    "bad-network-adapter-long": network("interface: enp0123456789012"),
    "bad-network-adapter-path": network("interface: ../eth0"),
    "bad-network-adapter-number": network("interface: 7"),
    "bad-network-mac-short": network("interface: '52:54:00:ab:cd'"),
    "bad-bond-of-one": network("bond: {interfaces: [eth0]}"),
    "bad-bond-of-nine": network("bond: {interfaces: [a, b, c, d, e, f, g, h, i]}"),
    "bad-bond-twice": network("bond: {interfaces: [eth0, eth0]}"),
    "bad-bond-text": network("bond: bond0"),
    "bad-bond-without-members": network("bond: {mode: active-backup}"),
    "bad-bond-mode": network("bond: {interfaces: [eth0, eth1], mode: balance-rr}"),
    "bad-bond-mode-number": network("bond: {interfaces: [eth0, eth1], mode: 4}"),
    "bad-vlan-0": network("interface: eth0", "vlan: 0"),
    "bad-vlan-4095": network("interface: eth0", "vlan: 4095"),
    "bad-vlan-text": network("interface: eth0", "vlan: '20'"),
    "bad-vlan-alone": network("vlan: 20"),
    "bad-address-without-prefix": network("interface: eth0", "addresses: [10.0.0.5]"),
    "bad-address-prefix-33": network("interface: eth0", "addresses: [10.0.0.5/33]"),
    "bad-address-prefix-0": network("interface: eth0", "addresses: [10.0.0.5/0]"),
    "bad-address-6-prefix-129": network("interface: eth0", "addresses: ['fd00::5/129']"),
    "bad-address-name": network("interface: eth0", "addresses: [seed/24]"),
    "bad-address-line": network("interface: eth0", 'addresses: ["10.0.0.5/24\\ngateway x"]'),
    "bad-addresses-text": network("interface: eth0", "addresses: 10.0.0.5/24"),
    "bad-addresses-twice": network("interface: eth0", "addresses: [10.0.0.5/24, 10.0.0.5/24]"),
    "bad-addresses-alone": network("addresses: [10.0.0.5/24]"),
    "bad-gateway-with-dhcp": network("interface: eth0", "gateway: 10.0.0.1"),
    "bad-gateway-prefix": network("interface: eth0", "addresses: [10.0.0.5/24]",
                                  "gateway: 10.0.0.1/24"),
    "bad-gateways": network("interface: eth0", "addresses: [10.0.0.5/24]", "gateway: []"),
    "bad-ntp-url": network("ntp: ['ntp://10.0.0.1']"),
    "bad-ntp-5": network("ntp: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5]"),
    "bad-dns-name": network("dns: [ns.example.org]"),
    "bad-dns-4": network("dns: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]"),
    "bad-push-list": "push: []",
    "bad-users-empty": "push: {users: []}",
    "bad-users-mapping": f"push: {{users: {USER}}}",
    "bad-users-65": "push: {users: [" + ", ".join(
        USER.replace("night", f"u{n}") for n in range(65)) + "]}",
    "bad-user-without-password": "push: {users: [{name: a}]}",
    "bad-user-without-name": f"push: {{users: [{{password: '{HASH}'}}]}}",
    "bad-user-colon": f"push: {{users: [{{name: 'a:b', password: '{HASH}'}}]}}",
    "bad-user-begin": f"push: {{users: [{{name: '#a', password: '{HASH}'}}]}}",
    "bad-user-long": f"push: {{users: [{{name: {'a' * 65}, password: '{HASH}'}}]}}",
    "bad-password-plain": "push: {users: [{name: a, password: shift-of-six}]}",
    "bad-password-padded": f"push: {{users: [{{name: a, password: '{HASH}='}}]}}",
    "bad-password-short": f"push: {{users: [{{name: a, password: '{HASH[:-1]}'}}]}}",
    "bad-password-scheme": f"push: {{users: [{{name: a, password: '{HASH.replace('14', '15')}'}}]}}",
    "bad-keys-text": "bundleKeys: " + KEY_LINE,
    "bad-keys-empty": "bundleKeys: []",
    "bad-keys-17": keys(*[pem()] * 17),
    "bad-key-line": keys(KEY_LINE),
    "bad-key-number": "bundleKeys: [7]",
    "bad-key-private": keys(pem("PRIVATE KEY")),
    "bad-key-short": keys(pem(line=KEY_LINE[:-4])),
    "bad-key-of-another-kind": keys(pem(line=KEY_LINE.replace("BQYDK2VwAyEA", "BQYDK2VuAyEA"))),
    "bad-key-twice-in-one": keys(pem() + pem()),
    "bad-key-with-a-comment": keys("ours: " + pem()),
    "bad-pull-text": f"push: {{users: [{USER}], loginToPull: 'true'}}",
    "bad-pull-number": f"push: {{users: [{USER}], loginToPull: 1}}",
    "bad-pull-without-users": "push: {loginToPull: true}",
    "bad-pull-without-users-either": "push: {loginToPull: false}",
}

judge(EXAMPLES)
