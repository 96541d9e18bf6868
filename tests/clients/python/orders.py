"""Orders come in as lines of JSON, the first one with the settings; each is answered with one line. So one client
lives through a whole test, as it does in a program, and the test can look in between."""

import json
import sys


def serve(set_up):
    """`set_up(settings)` gives the function that carries out an order."""
    carry_out = set_up(json.loads(sys.stdin.readline()))
    print("{}", flush=True)
    for line in sys.stdin:
        print(json.dumps(carry_out(json.loads(line))), flush=True)
