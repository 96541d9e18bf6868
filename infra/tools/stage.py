#!/usr/bin/env python3
"""Deploys, shows, freezes, packages or destroys the stack of one stage: `make deploy`, `outputs`, `freeze`, `thaw`,
`packaged`, `destroy`.

    stage.py parameters STAGE [NAME=VALUE ...]            what would be deployed, as JSON
    stage.py deploy STAGE [NAME=VALUE ...]
    stage.py outputs STAGE                                what the documentation's lines need of it, for a shell
    stage.py freeze STAGE                                 no function runs any more
    stage.py thaw STAGE                                   they run again, with the workers that were kept for them
    stage.py packaged STAGE BUCKET [NAME=VALUE ...]       for Terraform, into target/packaged
    stage.py destroy STAGE

The stages are those of infra/samconfig.toml. TEMPLATE names another copy of the template.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import tomlkit


ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = pathlib.Path(os.environ.get("TEMPLATE", ROOT / "infra/template.yaml"))
PROTECTED = "production"
# Under which names the documentation's lines and the commands know an output of the stack.
VARIABLES = {
    "ApiUrl": ["API", "REVOKE_API"],
    "AccessKeysTableName": ["ACCESS_KEYS_TABLE"],
    "RpcSecretsKeyId": ["RPC_SECRETS_KEY"],
}


def refuse(why):
    sys.stderr.write(f"{why}\n")
    raise SystemExit(2)


def stages():
    config = tomlkit.parse((ROOT / "infra/samconfig.toml").read_text()).unwrap()
    return {name: stage["deploy"]["parameters"] for name, stage in config.items() if isinstance(stage, dict)}


def stage_of(name):
    known = stages()
    if name not in known:
        refuse(f"there is no stage {name!r}: STAGE is one of {', '.join(known)}")
    return known[name]


def parameters(stage, more):
    """The stage's, and those of the command line, which win."""
    merged = {}
    for one in [*stage["parameter_overrides"], *more]:
        name, equals, value = one.partition("=")
        if not equals:
            refuse(f"not a parameter, NAME=VALUE: {one}")
        merged[name] = value
    text = TEMPLATE.read_text().split("\nMappings:")[0]
    unknown = sorted(set(merged) - set(re.findall(r"^  (\w+):$", text, re.M)))
    if unknown:
        refuse(f"the template has no parameter {', '.join(unknown)}")
    return merged


def packages():
    """What `make package` must have made."""
    paths = set(re.findall(r"CodeUri: (\S+)", TEMPLATE.read_text()))
    missing = sorted(path for path in paths if not (TEMPLATE.parent / path).exists())
    if missing:
        refuse(f"not packaged, run `make package`: {', '.join(missing)}")


def sam(*arguments):
    command = [str(pathlib.Path(sys.executable).parent / "sam"), *arguments]
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        raise SystemExit(1)


def deploy(name, more):
    stage = stage_of(name)
    given = parameters(stage, more)
    packages()
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as overrides:
        # JSON is YAML. A file, because a value may have spaces.
        json.dump(given, overrides)
        overrides.flush()
        sam(
            "deploy", "--stack-name", stage["stack_name"], "--template-file", str(TEMPLATE), "--resolve-s3",
            "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
            "--no-progressbar", "--tags", f"stage={name}", "--parameter-overrides", f"file://{overrides.name}",
        )  # fmt: skip
    if name == PROTECTED:
        import boto3

        client = boto3.client("cloudformation")
        client.update_termination_protection(StackName=stage["stack_name"], EnableTerminationProtection=True)
        print(f"CloudFormation refuses to delete {stage['stack_name']}")


def outputs(name):
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    stack = stage_of(name)["stack_name"]
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    except (BotoCoreError, ClientError) as error:
        refuse(f"no outputs of {stack}: {error}")
    values = {output["OutputKey"]: output["OutputValue"] for output in found}
    variables = {"STACK": stack}
    for output, names in VARIABLES.items():
        variables |= dict.fromkeys(names, values[output])
    for variable, value in variables.items():
        print(f"export {variable}={shlex.quote(value)}")


def frozen(stack):
    """Which functions were stopped, and how many workers each had had for itself: nothing else remembers it."""
    return ROOT / f".tools/frozen-{stack}.json"


def freeze(name):
    import boto3

    stack = stage_of(name)["stack_name"]
    functions = boto3.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    names = [one["FunctionName"] for page in pages for one in page["Functions"]]
    names = [one for one in names if one.startswith(f"{stack}-")]
    if not names:
        refuse(f"{stack} has no functions")
    note = frozen(stack)
    kept = json.loads(note.read_text()) if note.exists() else {}
    for one in names:
        if one not in kept:
            kept[one] = functions.get_function_concurrency(FunctionName=one).get("ReservedConcurrentExecutions")
    # Before the first is stopped: a second run must not take nothing for what there was.
    note.write_text(json.dumps(kept, indent=2) + "\n")
    for one in names:
        functions.put_function_concurrency(FunctionName=one, ReservedConcurrentExecutions=0)
    print(f"{len(names)} functions of {stack} are stopped; {note.relative_to(ROOT)} says what they had: keep it for thaw")


def thaw(name):
    import boto3

    stack = stage_of(name)["stack_name"]
    note = frozen(stack)
    if not note.exists():
        refuse(f"{stack} was not frozen from here: there is no {note.relative_to(ROOT)}")
    functions = boto3.client("lambda")
    kept = json.loads(note.read_text())
    for one, workers in kept.items():
        if workers is None:
            functions.delete_function_concurrency(FunctionName=one)
        else:
            functions.put_function_concurrency(FunctionName=one, ReservedConcurrentExecutions=workers)
    note.unlink()
    print(f"{len(kept)} functions of {stack} run again")


def packaged(name, bucket, more):
    given = parameters(stage_of(name), more)
    packages()
    folder = ROOT / "target/packaged"
    folder.mkdir(parents=True, exist_ok=True)
    sam(
        "package", "--template-file", str(TEMPLATE), "--s3-bucket", bucket, "--s3-prefix", "message-revoke",
        "--no-progressbar", "--output-template-file", str(folder / "template.yaml"),
    )  # fmt: skip
    (folder / "parameters.json").write_text(json.dumps(given, indent=2) + "\n")


def destroy(name):
    stage = stage_of(name)
    if name == PROTECTED:
        refuse(f"{PROTECTED} is not destroyed by a command: docs/deploy.md says what somebody would do")
    sam("delete", "--stack-name", stage["stack_name"], "--no-prompts", *region())


def region():
    import boto3

    found = boto3.session.Session().region_name
    return ["--region", found] if found else []


def main(arguments):
    match arguments:
        case ["parameters", stage, *more]:
            print(json.dumps(parameters(stage_of(stage), more), indent=2))
        case ["deploy", stage, *more]:
            deploy(stage, more)
        case ["outputs", stage]:
            outputs(stage)
        case ["freeze", stage]:
            freeze(stage)
        case ["thaw", stage]:
            thaw(stage)
        case ["packaged", stage, bucket, *more]:
            packaged(stage, bucket, more)
        case ["destroy", stage]:
            destroy(stage)
        case _:
            refuse(__doc__.strip())


if __name__ == "__main__":
    main(sys.argv[1:])
