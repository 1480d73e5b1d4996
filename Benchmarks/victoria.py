#!/usr/bin/env python3
"""forecastd beside VictoriaMetrics, in the same minutes: CPU of taking the same lines, acknowledgements, queries, bytes.

    Benchmarks/victoria.py --forecastd BINARY --lines FILE [--limit LINES] [--rounds N] [--queries]

FILE is Influx line protocol in time order. forecastd takes it over its Unix socket with a `sync` (an fsync) every 10 000
lines, training off; VictoriaMetrics (Debian: victoria-metrics) by HTTP, 10 000 lines a request, without any fsync. CPU is
user + system of the process, from the first line to when it rests. `--queries` asks both for the same things over one
kept connection; the series must be those of the fleet set (2000 series of 40 hosts)."""
import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_megabytes(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024


def folder_bytes(folder):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(folder) for f in files)


def blocks(path, lines, limit):
    """Blocks of whole lines, with how many there are in each."""
    with open(path, "rb") as f:
        block, count, total = [], 0, 0
        for line in f:
            block.append(line)
            count += 1
            total += 1
            if count == lines:
                yield b"".join(block), count
                block, count = [], 0
            if limit and total >= limit:
                break
        if block:
            yield b"".join(block), count


class UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect(self.path)


class Daemon:
    """One process with its folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="compare-")

    def wait(self, ready):
        for _ in range(600):
            try:
                ready()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit(f"{self.name} did not start")

    def get(self, path):
        self.connection.request("GET", path)
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            sys.exit(f"{self.name}: {path}: {reply.status} {body[:300]}")
        return body

    def rest(self):
        """CPU when the process has done what it had put off: less than a hundredth of a core for three seconds."""
        for _ in range(60):
            before = cpu_seconds(self.process.pid)
            time.sleep(3)
            after = cpu_seconds(self.process.pid)
            if after - before < 0.03:
                break
        return after

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        size = folder_bytes(self.folder)
        shutil.rmtree(self.folder)
        return size


class Forecastd(Daemon):
    name = "forecastd"

    def __init__(self, binary):
        super().__init__()
        configuration = self.folder + "/c.yaml"
        with open(configuration, "w") as f:
            f.write("training:\n  enabled: false\nlimits:\n  new_series_per_minute: 100000\n")
        self.process = subprocess.Popen(
            [binary, "run", "--config", configuration, "--state-directory", self.folder, "--runtime-directory", self.folder],
            stderr=subprocess.DEVNULL)
        self.connection = UnixHTTP(self.folder + "/api.sock")
        self.wait(self.connection.connect)

    def take(self, path, limit):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(self.folder + "/ingest.sock")
        answers = stream.makefile("rb")
        for block, _ in blocks(path, 10_000, limit):
            stream.sendall(block + b"sync\n")
            if not answers.readline().startswith(b"ok"):
                sys.exit("forecastd: no acknowledgement")
        answers.close()
        stream.close()

    def compact(self):
        self.connection.request("POST", "/v1/admin/compact")
        self.connection.getresponse().read()

    def points(self):
        return json.loads(self.get("/v1/status"))["store"]["points"]

    def last(self, field, host, more=""):
        return "/v1/series?match=" + urllib.parse.quote(f'{field}{{host="{host}"{more}}}')

    def samples(self, match, begin, end, step=None, aggregate="mean"):
        path = f"/v1/samples?match={urllib.parse.quote(match)}&from={begin}&to={end}"
        return path + (f"&step={step}&aggregate={aggregate}" if step else "")


class Victoria(Daemon):
    name = "VictoriaMetrics"

    def __init__(self, binary):
        super().__init__()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [binary, f"-storageDataPath={self.folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y",
             "-search.latencyOffset=0s", "-search.disableCache", "-loggerLevel=ERROR"], stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.wait(self.connection.connect)

    def take(self, path, limit):
        for block, _ in blocks(path, 10_000, limit):
            self.connection.request("POST", "/write", body=block)
            reply = self.connection.getresponse()
            reply.read()
            if reply.status != 204:
                sys.exit(f"VictoriaMetrics: {reply.status}")

    def compact(self):
        self.get("/internal/force_flush")
        self.get("/internal/force_merge")
        time.sleep(5)

    def range(self, query, begin, end, step):
        return "/api/v1/query_range?" + urllib.parse.urlencode({"query": query, "start": begin, "end": end, "step": step})


def median_ms(daemon, path, times=30):
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        body = daemon.get(path)
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken[times // 5:]), len(body)


def queries(ours, theirs):
    begin, end = 1_767_225_600, 1_767_225_600 + 86_400
    table = [
        ("last point of one series",
         ours.last("cpu_time_user", "h003", ',cpu="cpu0"'),
         "/api/v1/query?" + urllib.parse.urlencode(
             {"query": 'cpu_time_user{host="h003",cpu="cpu0"}', "time": end})),
        ("one series, 24 h, mean per 5 min",
         ours.samples('mem_memfree{host="h003"}', begin, end, "5m"),
         theirs.range('avg_over_time(mem_memfree{host="h003"}[5m])', begin + 300, end, "5m")),
        ("one series, 24 h, raw",
         ours.samples('mem_memfree{host="h003"}', begin, end),
         "/api/v1/export?" + urllib.parse.urlencode({"match[]": 'mem_memfree{host="h003"}', "start": begin, "end": end})),
        ("40 series, 24 h, mean per 5 min",
         ours.samples("mem_memfree", begin, end, "5m"),
         theirs.range("avg_over_time(mem_memfree[5m])", begin + 300, end, "5m")),
        ("rate of 80 counters, 24 h, per 5 min",
         ours.samples("cpu_time_user", begin, end, "5m", "rate"),
         theirs.range("rate(cpu_time_user[5m])", begin + 300, end, "5m")),
    ]
    for what, mine, other in table:
        a, size_a = median_ms(ours, mine)
        b, size_b = median_ms(theirs, other)
        print(f"  {what:36} {a:8.2f} ms {b:8.2f} ms  {a / b:5.2f} x   ({size_a} and {size_b} bytes)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forecastd", required=True)
    parser.add_argument("--victoria", default="victoria-metrics")
    parser.add_argument("--lines", required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--queries", action="store_true")
    options = parser.parse_args()
    print("                                       forecastd   Victoria   ratio")
    for _ in range(options.rounds):
        running, cpu, wall = [], [], []
        for kind, binary in ((Forecastd, options.forecastd), (Victoria, options.victoria)):
            daemon = kind(binary)
            before = cpu_seconds(daemon.process.pid)
            begin = time.perf_counter()
            daemon.take(options.lines, options.limit)
            wall.append(time.perf_counter() - begin)
            cpu.append(daemon.rest() - before)
            running.append(daemon)
        ours, theirs = running
        millions = ours.points() / 1e6
        print(f"  CPU a million points ({millions:.2f} M)        {cpu[0] / millions:8.3f} s  {cpu[1] / millions:8.3f} s  "
              f"{cpu[0] / cpu[1]:5.2f} x")
        print(f"  seconds until the last answer        {wall[0]:8.1f} s  {wall[1]:8.1f} s  {wall[0] / wall[1]:5.2f} x")
        memory = [resident_megabytes(d.process.pid) for d in running]
        print(f"  resident                             {memory[0]:8.0f} MB {memory[1]:8.0f} MB {memory[0] / memory[1]:5.2f} x")
        if options.queries:
            queries(ours, theirs)
        for daemon in running:
            daemon.compact()
        size = [d.stop() / (millions * 1e6) for d in running]
        print(f"  bytes a point, merged                {size[0]:8.3f}    {size[1]:8.3f}    {size[0] / size[1]:5.2f} x", flush=True)


if __name__ == "__main__":
    main()
