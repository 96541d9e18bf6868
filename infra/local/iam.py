"""Starts the local AWS, which then also writes down what its IAM decided: one line of JSON for each decision that
differs from those before, to the file that IAM_DECISIONS names."""

import json
import os
import sys
import threading

from ministack.core import iam_evaluator

decisions = open(os.environ["IAM_DECISIONS"], "a", buffering=1, encoding="utf-8")
seen = set()
alone = threading.Lock()
evaluate = iam_evaluator.evaluate


def written(ctx, policies, *limits):
    result = evaluate(ctx, policies, *limits)
    decision = (ctx.principal_arn, ctx.action, ctx.resource_arn, result.decision)
    with alone:
        if decision not in seen:
            seen.add(decision)
            names = ("principal", "action", "resource", "decision")
            decisions.write(json.dumps(dict(zip(names, decision))) + "\n")
    return result


# Before anything else takes it under its name.
iam_evaluator.evaluate = written

from ministack.app import main  # noqa: E402

sys.exit(main())
