"""What a published schema thinks of examples, for tests that hold it against the checker."""

import json
import sys

import jsonschema
import yaml


def judge(examples):
    """usage: SCRIPT SCHEMA FOLDER

    Writes each example to FOLDER/NAME.yaml and prints "NAME good" or "NAME bad". Examples whose
    name begins with "bad" are wrong, all others are right; where the schema sees that differently
    the script says so and ends with 1.
    """
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    disagreed = 0
    for name, text in examples.items():
        with open(f"{sys.argv[2]}/{name}.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        verdict = "good" if validator.is_valid(yaml.safe_load(text)) else "bad"
        if (verdict == "bad") != name.startswith("bad"):
            print(f"{name}: the schema finds it {verdict}", file=sys.stderr)
            disagreed = 1
        print(name, verdict)
    sys.exit(disagreed)
