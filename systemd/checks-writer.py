"""A client of the ingest socket that never rests: one connection a line, each acknowledged (`sync`, `ok 1`).

usage: checks-writer.py SOCKET NAME SECONDS

Writes NAME value=N for N = 1, 2, ... with a time stamp of its own to each, and sends a line again until it was
acknowledged. At the end it prints: connects, refused connects, lines acknowledged, the longest wait in milliseconds.
Only modules of Debian's python3-minimal.
"""
import socket
import sys
import time

path, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
connects = refused = acknowledged = 0
longest = 0.0
base = time.time_ns() // 1_000_000_000 - 40_000
end = time.monotonic() + seconds

while time.monotonic() < end:
    number = acknowledged + 1
    begin = time.monotonic()
    while True:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(30)
        connects += 1
        try:
            client.connect(path)
        except OSError as error:
            refused += 1
            print("refused:", error, file=sys.stderr)
            time.sleep(0.01)
            continue
        answered = False
        try:
            client.sendall(f"{name} value={number} {(base + number) * 1_000_000_000}\nsync\n".encode())
            answered = client.recv(64).startswith(b"ok 1\n")
        except OSError:
            pass  # the daemon went away in the middle: the line was not acknowledged, so it is sent again
        client.close()
        if answered:
            break
    acknowledged = number
    longest = max(longest, time.monotonic() - begin)
    time.sleep(0.002)

print(connects, refused, acknowledged, int(longest * 1000))
