"""Overwrites notifications at APNs with aioapns: `apns.py <host:port> <ca file> <requests> <streams> <key file>`.
Prints what it took: seconds, and seconds of CPU."""

import asyncio
import json
import pathlib
import resource
import ssl
import sys
import time

from aioapns import APNs, NotificationRequest, PushType
from aioapns.connection import APNsProductionClientProtocol

ADDRESS, CA, REQUESTS, STREAMS, KEY = sys.argv[1:]


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main():
    host, port = ADDRESS.split(":")
    # The client's own way to another address: its protocol class names it.
    APNsProductionClientProtocol.APNS_SERVER = host
    APNsProductionClientProtocol.APNS_PORT = int(port)
    context = ssl.create_default_context(cafile=CA)
    client = APNs(
        key=pathlib.Path(KEY).read_text(),
        key_id="K000000001",
        team_id="TEAM000001",
        topic="example.shop",
        max_connections=1,
        ssl_context=context,
    )
    alert = {"aps": {"alert": {"title": "Message revoked", "body": "Message revoked"}}}

    async def one(nth):
        request = NotificationRequest(
            device_token=f"{nth:064x}",
            message=alert,
            time_to_live=604800,
            priority=10,
            collapse_key="autumn-sale",
            push_type=PushType.ALERT,
        )
        told = await client.send_notification(request)
        assert told.is_successful, told.description

    async def many(count):
        numbers = iter(range(count))

        async def worker():
            for nth in numbers:
                await one(nth)

        await asyncio.gather(*(worker() for _ in range(int(STREAMS))))

    await many(int(STREAMS))
    began, before = time.perf_counter(), cpu()
    await many(int(REQUESTS))
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu_seconds": cpu() - before}))


asyncio.run(main())
