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
    "bundle-key": keys(pem()),
    "bundle-keys": keys(pem(), pem().rstrip()),
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
