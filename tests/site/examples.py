#!/usr/bin/env python3
"""Says of every example of a site file what the published schema thinks of it.

usage: examples.py SCHEMA FOLDER

Writes each example to FOLDER/NAME.yaml and prints "NAME good" or "NAME bad". Examples whose name
begins with "bad" are wrong, all others are right; where the schema sees that differently the
script says so and ends with 1.
"""

import json
import sys

import jsonschema
import yaml

HASH = "$scrypt$ln=14,r=8,p=5$" + "c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43
USER = f"{{name: night, password: '{HASH}'}}"
LABEL = "a" * 63
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
    "bad-pull-text": f"push: {{users: [{USER}], loginToPull: 'true'}}",
    "bad-pull-number": f"push: {{users: [{USER}], loginToPull: 1}}",
    "bad-pull-without-users": "push: {loginToPull: true}",
    "bad-pull-without-users-either": "push: {loginToPull: false}",
}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    disagreed = 0
    for name, text in EXAMPLES.items():
        with open(f"{sys.argv[2]}/{name}.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        verdict = "good" if validator.is_valid(yaml.safe_load(text)) else "bad"
        if (verdict == "bad") != name.startswith("bad"):
            print(f"{name}: the schema finds it {verdict}", file=sys.stderr)
            disagreed = 1
        print(name, verdict)
    sys.exit(disagreed)


main()
