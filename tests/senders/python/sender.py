"""Sends one push as message-revoke wants it: python sender.py TASK. API and SENDER_KEY say where, and as whom."""

import os
import sys
from datetime import datetime, timezone

from message_revoke import AuthenticatedClient, models
from message_revoke.api.sending import check_task_gate, record_task_deliveries, register_task, take_receipts

api, task = AuthenticatedClient(base_url=os.environ["API"], token=os.environ["SENDER_KEY"]), sys.argv[1]
tokens = [f"{task}-device-{number}" for number in range(3)]


def must(kind, answer):
    if not isinstance(answer, kind):  # a models.Problem, or None: no answer is not a yes
        sys.exit(f"not answered as hoped: {answer}")
    return answer


# Before sending.
push = models.TaskRegistration(title="Autumn sale", type_=models.TaskRegistrationType.BATCH, sent_at=datetime.now(timezone.utc))
must(models.RegisteredPush, register_task.sync(task, client=api, body=push))
# Before each batch: may I go on?
gate = must(models.Gate, check_task_gate.sync(task, client=api, channel=models.Channel.HUAWEI)).gate
held_back = gate is not models.GateState.OPEN
# ... here the vendor is asked to send to `tokens`, with notify id 730021, unless it is held back ...
deliveries = [models.Delivery(token=token, target=f"user of {token}") for token in tokens]
batch = models.Recording("b1", models.Channel.HUAWEI, deliveries, notify_id=730021, held_back=held_back)
recorded = must(models.Recorded, record_task_deliveries.sync(task, client=api, body=batch))
# What became of a delivery, when its device says so: who opened it is left alone.
receipt = models.Receipt("b1", models.ReceiptEvent.OPENED, task, models.PushKind.TASK, tokens[0])
taken = must(models.ReceiptsTaken, take_receipts.sync(client=api, body=models.Receipts([receipt])))
print(f"gate {gate}, recorded {recorded.recorded}, receipts {taken.accepted}")
