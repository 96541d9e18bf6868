#!/usr/bin/env python3
"""Checks infra/terraform as far as that goes without Terraform and its providers: the syntax, that every name that is
used is declared and the other way round, and that the outputs it reads are the template's. `make lint` runs it."""

import pathlib
import re
import sys

import hcl2

ROOT = pathlib.Path(__file__).resolve().parents[2]


def names(found, kind):
    """The blocks of a kind, by their labels: `aws_s3_object.template`."""
    for block in found.get(kind, []):
        labels = []
        while isinstance(block, dict) and len(keys := [key for key in block if not key.startswith("__")]) == 1:
            labels.append(keys[0].strip('"'))
            block = block[keys[0]]
            if len(labels) == (1 if kind in ("variable", "output") else 2):
                break
        yield ".".join(labels)


def faults(folder, template):
    declared, text = {}, ""
    for path in sorted(folder.glob("*.tf")):
        with path.open() as file:
            for kind, blocks in hcl2.load(file).items():
                declared.setdefault(kind, []).extend(blocks)
        text += path.read_text()
    text = re.sub(r"#.*", "", text)
    local = {key for block in declared.get("locals", []) for key in block if not key.startswith("__")}
    for kind, known, pattern in [
        ("variable", set(names(declared, "variable")), r"\bvar\.(\w+)"),
        ("local", local, r"\blocal\.(\w+)"),
        ("data", set(names(declared, "data")), r"\bdata\.(\w+\.\w+)"),
        ("resource", set(names(declared, "resource")), r"(?<!data\.)\b(aws_\w+\.\w+)"),
    ]:
        used = set(re.findall(pattern, text))
        yield from (f"{name}: there is no such {kind}" for name in sorted(used - known))
        yield from (f"{name}: nothing uses this {kind}" for name in sorted(known - used))
    outputs = set(re.findall(r"^  (\w+):$", template.split("\nOutputs:")[1], re.M))
    read = set(re.findall(r'\.outputs\["(\w+)"\]', text))
    yield from (f"{name}: the template has no such output" for name in sorted(read - outputs))


def main():
    found = list(faults(ROOT / "infra/terraform", (ROOT / "infra/template.yaml").read_text()))
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
