#!/usr/bin/env python3
"""Starts a program and prints the seconds until it answers 200 over HTTPS at each PATH in turn.

usage: bench_start.py [--pidfile FILE] [--timeout SECONDS] PORT PATH... -- COMMAND...

COMMAND is stopped at the end (with --pidfile: the process whose id is in FILE).
"""

import argparse
import http.client
import os
import signal
import ssl
import subprocess
import sys
import time

POLL_S = 0.002


def answers(port, path, context):
    # What is timed is when it answers; the tests check certificates.
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(process, pidfile):
    if pidfile:
        with open(pidfile, encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGTERM)
    elif process.poll() is None:
        process.terminate()
    process.wait()


def main():
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--pidfile")
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("port", type=int)
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args(sys.argv[1:split])
    context = ssl._create_unverified_context()
    started = time.monotonic()
    process = subprocess.Popen(sys.argv[split + 1 :], stdout=subprocess.DEVNULL)
    times = []
    for path in options.paths:
        while not answers(options.port, path, context):
            ended = process.poll() is not None and (process.returncode or not options.pidfile)
            if ended or time.monotonic() - started > options.timeout:
                stop(process, None)
                sys.exit(f"bench_start.py: no answer at {path}")
            time.sleep(POLL_S)
        times.append(f"{time.monotonic() - started:.3f}")
    stop(process, options.pidfile)
    print(*times)


if __name__ == "__main__":
    main()
