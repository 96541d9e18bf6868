"""Starts the local AWS, which then also writes down what its IAM decided: one line of JSON for each decision that
differs from those before, to the file that IAM_DECISIONS names."""

import json
import os
import sys
import threading

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id

decisions = open(os.environ["IAM_DECISIONS"], "a", buffering=1, encoding="utf-8")
seen = set()
alone = threading.Lock()
enforce = iam_evaluator.enforce


def written(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    refusal = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    if isinstance(refusal, iam_evaluator.AuthError):
        return refusal
    verdict = refusal.decision if refusal else "Allow"
    who = iam_evaluator.resolve_principal(access_key_id or "", get_account_id())
    decision = (getattr(who, "arn", ""), iam_action, resource_arn, verdict)
    with alone:
        if decision not in seen:
            seen.add(decision)
            names = ("principal", "action", "resource", "decision")
            decisions.write(json.dumps(dict(zip(names, decision))) + "\n")
    return refusal


# Before anything else takes it under its name.
iam_evaluator.enforce = written

from ministack.app import main  # noqa: E402

sys.exit(main())
