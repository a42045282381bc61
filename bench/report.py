#!/usr/bin/env python3
"""Makes tables of the samples that the rooms of the benchmark have written.

Usage: bench/report.py RESULTS [ROOM...] [--into DIR]
       bench/report.py RESULTS --unexplained LOAD
Prints them, of all rooms or of some; --into writes DIR/benchmarks.md and DIR/benchmarks.json, too. --unexplained: the states in
one line, and the workloads in another, of what costs more than a public tool for no known reason.
"""

import collections
import json
import math
import pathlib
import statistics
import sys

# What does the same work as a public tool. '-alone' has attached only the hooks that it needs, as the tool has.
PAIRS = [
    ("schedule-alone", "runqlat", "run-queue delay of every process, as a histogram"),
    ("schedule-alone", "bpftrace", "run-queue delay, as a histogram"),
    ("schedule-alone", "perf", "run-queue delay, from a record of every switch"),
    ("keytime=1-alone", "cpudist", "time on a CPU"),
    ("keytime=1-target-alone", "perf", "slices of a target; the tool records every process"),
    ("keytime=1-target-alone", "offcputime", "stacks of waits, and slices; the tool has stacks of every process"),
    ("keytime=0-alone", "execsnoop", "births, execs and deaths; the tool tells of execs alone"),
    ("keytime=0-alone", "exitsnoop", "births, execs and deaths; the tool tells of deaths alone"),
    ("syscall=10-alone", "syscount", "calls of every process, with times"),
    ("syscall=10-alone", "bpftrace-calls", "calls of every process, with times"),
    ("syscall=10-target-alone", "perf-trace", "calls of a target"),
    ("syscall=10-target-alone", "strace", "calls of a target"),
    ("lock=contention-alone", "bpftrace-futex", "waits for locks of every process"),
    ("lock=contention-target-alone", "perf-trace-futex", "waits for locks of a target"),
    ("lock-target-alone", "bpftrace-mutex", "every lock of a target, by probes"),
]

# Why ours costs more where it does: the first that fits pair and workload. What fits none is called unexplained.
BIRTHS = {"fork", "exec", "shell1", "shell8", "build"}
SWITCHES = {"pipe", "yield", "futex", "redis", "pgbench"}
# Tools that do not look at what their target starts: there the work is not the same.
ALONE = {"perf-trace", "perf-trace-futex", "bpftrace-mutex"}
REASONS = [
    (lambda ours, peer, work: peer in ("execsnoop", "exitsnoop") and work in BIRTHS,
     "births, execs and deaths make a portrait: storage from the birth on, and a record at the death, which the loader keeps; the tool "
     "prints a line for one of them and keeps nothing"),
    (lambda ours, peer, work: work in BIRTHS,
     "an imaged process has storage from its birth on and a record at its death, which the loader keeps; the tool has no figures by life"),
    (lambda ours, peer, work: ours.startswith("lock-target") and work != "mutex",
     "exact locks come with the waits for them, which are seen at the hooks of every system call; the tool has probes in the target alone"),
    (lambda ours, peer, work: ours.startswith("lock=contention"),
     "waits for locks are seen at the hooks of every system call; the tool's are those of futex alone, with which other calls pay less"),
    (lambda ours, peer, work: ours.startswith("keytime=1-target") and work in SWITCHES,
     "a slice, two stacks and the waker for each wait; the tool has one of these"),
    (lambda ours, peer, work: ours in ("keytime=0-alone", "keytime=1-alone") and peer != "execsnoop" and work == "execl",
     "key times tell of each exec, with the file and the arguments, which the tool does not; execsnoop, which does, costs no less"),
    (lambda ours, peer, work: peer in ("execsnoop", "exitsnoop") and work in SWITCHES,
     "the hook of the scheduler belongs to key times at either level; the tool has none there"),
]
UNEXPLAINED = "unexplained"
NOISE = 0.02
DOUBT = 0.07 # at most, that the median lies beyond its interval: so five rounds have one, all five of them

WORDS = {
    "getppid": "the cheapest system call", "mix": "five cheap system calls", "pipe": "a byte through two pipes and back",
    "throughput": "512 bytes through a pipe, one process", "yield": "sched_yield of two processes", "fork": "fork and exit",
    "exec": "fork and exec of true", "execl": "a process becomes itself again",
    "copy256": "256 bytes from file to file", "copy": "1 KiB from file to file", "copy4096": "4 KiB from file to file",
    "mutex": "a free mutex taken and given back", "futex": "two processes wait for each other",
    "shell1": "a shell script", "shell8": "eight shell scripts at once", "build": "make -j2 of four C files",
    "redis": "a set or a get, one client", "pgbench": "a transaction, one client",
}


def middle(values):
    return statistics.median(values)


def amount(value, unit):
    if unit == "ns":
        for size, name in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
            if abs(value) >= size:
                return f"{value / size:.3g} {name}" if value / size < 1000 else f"{value / size:,.0f} {name}"
        return f"{value:.0f} ns"
    if unit == "B":
        return f"{value / 1e6:,.1f} MB" if value >= 1e6 else f"{value:,.0f} B"
    return f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"


class Report:
    """Paragraphs and tables, for a terminal and for Markdown."""

    def __init__(self):
        self.parts = []

    def title(self, text):
        self.parts.append(("title", text))

    def text(self, *lines):
        self.parts.append(("text", " ".join(lines)))

    def table(self, head, rows):
        if rows:
            self.parts.append(("table", [head] + [[str(cell) for cell in row] for row in rows]))

    def markdown(self):
        out = []
        for kind, part in self.parts:
            if kind == "title":
                out.append(f"## {part}")
            elif kind == "text":
                out.append(part)
            else:
                right = ["---:" if column else "---" for column in range(len(part[0]))]
                out.append("\n".join("| " + " | ".join(row) + " |" for row in [part[0], right, *part[1:]]))
        return "\n\n".join(out) + "\n"

    def plain(self):
        out = []
        for kind, part in self.parts:
            if kind != "table":
                out.append(part.upper() if kind == "title" else part)
                continue
            widths = [max(map(len, column)) for column in zip(*part)]
            out.append("\n".join(
                "  ".join(cell.ljust(width) if not at else cell.rjust(width)
                          for at, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in part))
        return "\n\n".join(out) + "\n"


class Samples:
    """The lines of a room, and its notes."""

    def __init__(self, folder, room):
        file = folder / f"{room}.tsv"
        lines = [line.split("\t") for line in file.read_text().splitlines()] if file.exists() else []
        self.begun = next((dict(zip(("date", "commit", "load", "kernel"), line[1:])) for line in lines if line[0] == "begun"), None)
        self.rows = [line for line in lines if line[0] not in ("begun", "note")]
        self.notes = [line[1] for line in lines if line[0] == "note"]


class Overhead:
    """ns per operation by workload and state, by round."""

    def __init__(self, samples):
        self.notes = samples.notes
        self.by = collections.defaultdict(lambda: collections.defaultdict(dict))
        self.links = None
        for _, work, state, round_, value in samples.rows:
            if work == "links":
                self.links = max(self.links or 0, int(value))
            else:
                self.by[work][state][int(round_)] = float(value)

    def ratios(self, work, state, other):
        """Within a round, since a virtual machine is not always equally fast."""
        states = self.by.get(work, {})
        ours, theirs = states.get(state, {}), states.get(other, {})
        return sorted(ours[r] / theirs[r] for r in ours if theirs.get(r))

    def ratio(self, work, state, other):
        ratios = self.ratios(work, state, other)
        return middle(ratios) if ratios else None


def show(ratio):
    return "-" if ratio is None else f"{ratio:.3f}"


def peers_of(state):
    return [peer for ours, peer, _ in PAIRS if ours == state]


def overhead_tables(report, overhead, what):
    out = []
    for work, states in overhead.by.items():
        rows = []
        for state, rounds in states.items():
            values = list(rounds.values())
            peers = {peer: overhead.ratio(work, state, peer) for peer in peers_of(state)}
            entry = {"workload": work, "state": state, "rounds": len(values), "median_ns": middle(values), "min_ns": min(values),
                     "max_ns": max(values), "to_nothing": overhead.ratio(work, state, "nothing"),
                     "to_empty": overhead.ratio(work, state, "empty"), "to_peers": peers}
            out.append(entry)
            rows.append([state, amount(entry["median_ns"], "ns"), amount(entry["min_ns"], "ns"), amount(entry["max_ns"], "ns"),
                         show(entry["to_nothing"]), show(entry["to_empty"]),
                         ", ".join(f"{show(ratio)} {peer}" for peer, ratio in peers.items() if ratio is not None)])
        report.text(f"{what}: {work}, {WORDS.get(work, work)}; {max(map(len, states.values()))} rounds")
        report.table(["state", "median", "min", "max", "to nothing", "to empty", "to peers"], rows)
    return out


def interval(ratios):
    """Where the median lies, whatever the distribution: of sorted samples, as many are left out on each side as doubt allows."""
    count, beyond, left_out = len(ratios), 0, 0
    while 2 * left_out < count - 1:
        beyond += math.comb(count, left_out) / 2 ** count
        if 2 * beyond > DOUBT:
            break
        left_out += 1
    first = max(left_out - 1, 0)
    return ratios[first], ratios[count - 1 - first]


def compare(ours, peer, work, load, ratios):
    median, (low, high) = middle(ratios), interval(ratios)
    same = abs(median - 1) <= NOISE or low <= 1 <= high
    entry = {"ours": ours, "peer": peer, "load": load, "workload": work, "rounds": len(ratios), "ratio": median, "low": low,
             "high": high, "verdict": "even" if same else "cheaper" if median < 1 else "dearer"}
    if entry["verdict"] == "dearer":
        entry["reason"] = next((text for fits, text in REASONS if fits(ours, peer, work)), UNEXPLAINED)
    return entry


def ratios_to_peer(overhead, work, ours, peer):
    return [] if peer in ALONE and work in BIRTHS | {"pgbench"} else overhead.ratios(work, ours, peer)


def print_unexplained(overhead, load):
    found = [(ours, peer, work) for ours, peer, _ in PAIRS for work in overhead.by
             if (ratios := ratios_to_peer(overhead, work, ours, peer)) and compare(ours, peer, work, load, ratios).get("reason") == UNEXPLAINED]
    if found:
        print(*dict.fromkeys(state for ours, peer, _ in found for state in (ours, peer)))
        print(*dict.fromkeys(work for _, _, work in found))


def peer_tables(report, rooms):
    """Ours beside each peer that does the same work, on every workload; where ours costs more, in all rounds that there are."""
    rows, dearer, out, reasons, again_rows = [], [], [], {}, []
    for ours, peer, what in PAIRS:
        for load, overhead, again in rooms:
            counts = collections.Counter()
            every = []
            for work in overhead.by:
                ratios = ratios_to_peer(overhead, work, ours, peer)
                if not ratios:
                    continue
                entry = compare(ours, peer, work, load, ratios)
                if entry["verdict"] == "dearer" and (more := again.ratios(work, ours, peer)):
                    first, entry = entry, compare(ours, peer, work, load, sorted(ratios + more))
                    again_rows.append([f"{ours} to {peer}", load, work, f"{first['ratio']:.3f} in {first['rounds']}",
                                       f"{entry['ratio']:.3f} ({entry['low']:.3f} to {entry['high']:.3f}) in {entry['rounds']}"])
                out.append(entry)
                median, verdict = entry["ratio"], entry["verdict"]
                counts[verdict] += 1
                every.append(median)
                if verdict == "dearer":
                    reason = entry["reason"]
                    letter = reasons.setdefault(reason, chr(ord("a") + len(reasons)))
                    dearer.append([f"{ours} to {peer}", load, work, f"{median:.3f} ({entry['low']:.3f} to {entry['high']:.3f})", letter])
            if every:
                rows.append([f"{ours} to {peer}", load, counts["cheaper"], counts["even"], counts["dearer"], f"{min(every):.3f}",
                             f"{max(every):.3f}", what])
    report.title("Beside public tools that do the same work")
    report.text(f"On how many workloads ours costs less, the same within the noise ({NOISE:.0%}, or 1 lies in the interval of the median), or more;",
                "lowest and highest ratio. A workload that neither has a hook for is the same but for the noise. "
                f"{', '.join(sorted(ALONE))} do not look at what their target starts: workloads that start programs are left out there.")
    report.table(["pair", "load", "less", "same", "more", "lowest", "highest", "work"], rows)
    if dearer:
        report.text("Where it costs more, and why:", "; ".join(f"({letter}) {reason}" for reason, letter in reasons.items()) + ".")
        report.table(["pair", "load", "workload", "ratio (interval)", "why"], dearer)
    elif rows:
        report.text("There is no workload on which ours costs more.")
    if again_rows:
        report.text("Some of what cost more was measured in more rounds, with fewer states; all rounds together count.")
        report.table(["pair", "load", "workload", "ratio in rounds", "together (interval)"], again_rows)
    return out


def by_key(rows, *fields):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[tuple(row[field] for field in fields)].append(float(row[-1]))
    return groups


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, round(part * (len(values) - 1)))]


def activation_table(report, samples):
    out = []
    for (load, tool, moment), values in by_key(samples.rows, 0, 1, 2).items():
        out.append({"load": load, "tool": tool, "from": moment, "runs": len(values), "p50_ns": percentile(values, 0.5),
                    "p99_ns": percentile(values, 0.99) if len(values) > 100 else None, "min_ns": min(values), "max_ns": max(values)})
    if out:
        report.title("Activation: to the first collected event")
        report.text("'start' is the start of the command, 'write' the moment right before the controller writes the policy. 'beside': with 16",
                    "hogs and a fork storm, among which the target and the commands have their share of the CPUs: what waits for one is in the figures.")
        report.table(["tool", "load", "from", "runs", "p50", "p99", "min", "max"],
                     [[e["tool"], e["load"], e["from"], e["runs"], *("-" if e[k] is None else amount(e[k], "ns") for k in ("p50_ns", "p99_ns", "min_ns", "max_ns"))]
                      for e in out])
    starts = {(e["load"], e["tool"]): e["p50_ns"] for e in out if e["from"] == "start"}
    sooner = [f"{tool} ({load})" for (load, tool), p50 in starts.items() if p50 < starts.get((load, "controller"), 0)
              and tool in ("bpftrace", "perf-trace", "strace")]
    if sooner:
        report.text("Sooner than the controller from the start of the command:", ", ".join(sooner) + ".",
                    "What the controller takes is nearly all the start of a .NET program, as the figures from the write show; strace loads",
                    "nothing into the kernel, and stops its target at each call.")
    return out


SCALE = [("activation", "activation", "ns"), ("first-scrape", "first scrape", "ns"), ("scrape", "scrape", "ns"), ("loader", "loader", "B"), ("kernel", "kernel, by thread", "B"),
         ("maps", "maps", "B"), ("cpu", "CPU by second", "ns")]


def scale_tables(report, samples):
    groups = by_key(samples.rows, 0, 1, 2, 3)
    shapes = dict.fromkeys((t, p, i) for (figure, t, p, i) in groups if figure == "activation")
    out = {"figures": [{"figure": f, "threads": int(t), "processes": int(p), "images": i, "median": middle(v), "min": min(v), "max": max(v)}
                       for (f, t, p, i), v in groups.items()]}
    if not shapes:
        return out
    report.title("Scale")
    report.text("Medians, with lowest and highest where several were taken. 'basic' is resource and schedule, 'five' all images of the build.",
                "CPU is what the loader takes while nobody scrapes. Memory of the kernel is that of the whole machine.")
    rows = []
    for shape in shapes:
        row = [shape[0], shape[1], shape[2]]
        for figure, _, unit in SCALE:
            values = groups.get((figure, *shape), [])
            row.append("-" if not values else amount(middle(values), unit) if len(values) == 1 else
                       f"{amount(middle(values), unit)} ({amount(min(values), unit)} to {amount(max(values), unit)})")
        rows.append(row)
    report.table(["threads", "processes", "images"] + [name for _, name, _ in SCALE], rows)
    one = {figure: values for (figure, *_), values in groups.items()}
    if "scrape-policies" in one:
        report.text(f"1,000 policies: one more activation {amount(middle(one['activation-policies']), 'ns')}, a scrape",
                    f"{amount(middle(one['scrape-policies']), 'ns')}.")
    for ring, what, each in (("events", "with all five images of every process", "programs"),
                             ("slices", "with key times 1 of a target", "bytes through two pipes")):
        rates = {int(key[1]): values[0] for key, values in groups.items() if key[0] == f"{ring}-rate"}
        losses = {int(key[1]): values[0] for key, values in groups.items() if key[0] == f"{ring}-lost"}
        if rates:
            report.text(f"Ring buffer of {ring}, {what}: {each} in a second, and what was lost.")
            report.table(["at a time", "in a second", "lost"],
                         [[copies, f"{rates[copies]:,.0f}", f"{losses[copies]:,.0f}"] for copies in rates])
            if f"{ring}-room" in one:
                report.text(f"While no loader takes them: the first loss is after {one[f'{ring}-room'][0]:,.0f} {each}, or a few hundred before.")
    return out


GROWTH = 0.02 # over the last third, at most: by then heaps and tables are as large as they get


def slope(points):
    """By least squares: how much more for each process."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0


def day_table(report, samples):
    series = collections.defaultdict(list)
    for figure, so_far, value in samples.rows:
        series[figure].append((int(so_far), float(value)))
    if not series.get("loader"):
        return {}
    total = series["loader"][-1][0]
    out = {"processes": total, "exits_counted": series["exits"][0][1] if "exits" in series else None, "grows": {}}
    report.title(f"A day in short: {total:,} processes")
    seconds = series["time"][-1][1] / 1e9
    report.text(f"{total / seconds:,.0f} processes a second with all five images of every process; the loader took",
                f"{(series['cpu'][-1][1] - series['cpu'][0][1]) / series['time'][-1][1]:.2f} of a CPU; {series['lost'][-1][1]:,.0f} events,",
                f"tasks or calls were lost; deaths counted: {out['exits_counted'] or 0:,.0f}, those of other processes of the machine with them.")
    units = {"loader": "B", "maps": "B", "kernel": "B", "series": ""}
    points = list(zip(*(series[figure] for figure in units)))
    report.table(["processes", "loader", "maps", "kernel (whole machine)", "series"],
                 [[f"{row[0][0]:,}"] + [amount(cell[1], unit) for cell, unit in zip(row, units.values())] for row in points])
    rows = []
    for figure, unit in units.items():
        last = [point for point in series[figure] if point[0] >= total * 2 / 3]
        grown = slope(last) * (last[-1][0] - last[0][0])
        share = grown / middle([value for _, value in last])
        out["grows"][figure] = {"per_process": slope(last), "last_third": grown, "share": share}
        rows.append([figure, f"{slope(last):+.2f} {unit or 'series'} by process", f"{share:+.2%} over the last third",
                     "flat" if share <= GROWTH else "grows"])
    report.text(f"Slope over the last third, by least squares; flat is at most {GROWTH:.0%}.")
    report.table(["figure", "slope", "growth", "result"], rows)
    return out


def budget_table(report, budgets, scale, day):
    rows, out = [], []

    def row(what, bound, figure, holds, by, text=None):
        verdict = "not measured" if figure is None else "holds" if holds else "MISSED"
        out.append({"budget": what, "bound": bound, "figure": figure, "verdict": verdict, "room": by})
        rows.append([what, bound, "-" if figure is None else text or f"{figure:.3f}", verdict, by])

    def ratio(what, bound, work, state, other):
        ratios = budgets.ratios(work, state, other)
        figure = middle(ratios) if ratios else None
        text = None
        if ratios:
            low, high = interval(ratios)
            text = f"{figure:.{3 if figure <= bound else 4}f} ({low:.3f} to {high:.3f})"
        row(what, f"at most {bound}", figure, figure is not None and figure <= bound, "budgets", text)

    for work in ("getppid", "pipe", "yield", "fork"):
        ratio(f"preloaded, nothing active, to empty programs: {work}", 1.05, work, "preloaded", "empty")
    row("standby: programs attached", "0", budgets.links, budgets.links == 0, "budgets", f"{budgets.links}")
    for work in ("getppid", "pipe"):
        ratio(f"standby, to nothing: {work}", 1.01, work, "standby", "nothing")
    ratio("-S of all tasks, to empty programs: pipe", 1.05, "pipe", "schedule-all", "empty")
    for state in ("all", "target"):
        ratio(f"-s of {state}, to empty programs: getppid", 1.6, "getppid", f"syscall=10-{state}", "empty")
        ratio(f"-s of {state}, to syscount -L: getppid", 0.75, "getppid", f"syscall=10-{state}", "syscount")
    for work in ("getppid", "pipe", "yield", "mutex"):
        ratio(f"-r, nothing per event, to preloaded: {work}", 1.03, work, "resource-all", "preloaded")
    ratio("locks of another process, to before: mutex", 1.03, "mutex", "lock-other", "preloaded")
    for work in ("mutex", "getppid", "pipe", "fork"):
        ratio(f"locks after -d, to before: {work}", 1.03, work, "lock-ended", "preloaded")

    figures = by_key(scale.rows, 0, 1, 2, 3)
    for threads, processes, bound in ((100, 1, 1), (1000, 1, 10), (10000, 10, 50), (10000, 10000, 50)):
        values = figures.get(("activation", str(threads), str(processes), "basic"))
        figure = middle(values) if values else None
        row(f"activation, to the last of {threads:,} threads ({processes:,} processes)", f"under {bound} ms", figure,
            figure is not None and figure < bound * 1e6, "scale", figure and amount(figure, "ns"))
    for processes, images in ((10, "basic"), (10000, "basic"), (10, "five"), (10000, "five")):
        for name, what, bound, unit, size in (
                ("first-scrape", "first scrape", 100, "ns", 1e6), ("scrape", "scrape", 100, "ns", 1e6),
                ("loader", "memory of the loader", 100, "B", 1e6)):
            values = figures.get((name, "10000", str(processes), images))
            figure = middle(values) if values else None
            row(f"{what} with 10,000 threads ({processes:,} processes{', all five images' if images == 'five' else ''})",
                f"under {bound} {'ms' if unit == 'ns' else 'MB'}", figure, figure is not None and figure < bound * size, "scale",
                figure and amount(figure, unit))
    naps = {key[0]: middle(values) for key, values in figures.items() if "naps" in key[0]}
    # .NET and its server have clocks of their own.
    for name, what in (("none", "without a server"), ("127", "with the HTTP server")):
        figure = naps.get(f"naps-{name}")
        row(f"loader with nothing active: wake-ups a second of its own threads, {what}", "0", figure, figure == 0, "scale",
            None if figure is None else f"{figure:.2f}; those of .NET {naps.get(f'runtime-naps-{name}', 0):.2f}")
    for figure in ("loader", "maps", "series"):
        share = day.get("grows", {}).get(figure, {}).get("share")
        row(f"a day in short, growth of the last third: {figure}", f"at most {GROWTH:.0%}", share, share is not None and share <= GROWTH,
            "day", None if share is None else f"{share:+.2%}")
    report.title("Budgets")
    report.text("As they stood before the first line was written, each beside what was measured: medians of ratios within a round, with the",
                f"interval of the median (it lies there but for {DOUBT:.0%}); medians of the rest.")
    report.table(["what", "budget", "measured", "result", "room"], rows)
    return out


def main():
    arguments = sys.argv[1:]
    into = None
    if "--into" in arguments:
        at = arguments.index("--into")
        into = pathlib.Path(arguments[at + 1])
        del arguments[at:at + 2]
    folder, rooms = pathlib.Path(arguments[0]), arguments[1:]
    if rooms[:1] == ["--unexplained"]:
        print_unexplained(Overhead(Samples(folder, {"idle": "workloads", "beside": "beside"}[rooms[1]])), rooms[1])
        return
    everything = not rooms
    machine_file = folder / "machine.tsv"
    machine = [line.split("\t") for line in machine_file.read_text().splitlines()] if machine_file.exists() else []
    overhead_rooms = ("budgets", "workloads", "again-idle", "beside", "again-beside", "overhead")
    other_rooms = ("activation", "scale", "day")
    samples = {room: Samples(folder, room) for room in overhead_rooms + other_rooms}
    overheads = {room: Overhead(samples[room]) for room in overhead_rooms}
    others = {room: samples[room] for room in other_rooms}
    report, body, result = Report(), Report(), {"machine": {key: value for key, value in machine if key != "missing"},
                                                "missing": [value for key, value in machine if key == "missing"]}
    if everything or "activation" in rooms:
        result["activation"] = activation_table(body, others["activation"])
    if everything or "scale" in rooms:
        result["scale"] = scale_tables(body, others["scale"])
    if everything or "day" in rooms:
        result["day"] = day_table(body, others["day"])
    loads = [(load, overheads[room], overheads[f"again-{load}"]) for load, room in (("idle", "workloads"), ("beside", "beside"))] \
        if everything else [("", overheads[room], Overhead(Samples(folder, ""))) for room in rooms if room in overheads]
    if everything:
        report.text("Written by `bench/run.sh`; `benchmarks.json` has the same figures, of each state its median, lowest and highest; every sample stays in `out/bench`.")
        report.table(["machine", ""], [[key, value] for key, value in machine])
        begun = result["rooms"] = {room: part.begun for room, part in samples.items() if part.rows}
        report.table(["room", "begun", "commit", "load of the machine before", "kernel"],
                     [[room, *(part or dict.fromkeys("1234", "not known")).values()] for room, part in begun.items()])
        result["budgets"] = budget_table(report, overheads["budgets"], others["scale"], result["day"])
    result["peers"] = peer_tables(report, loads)
    report.parts += body.parts
    for load, room in (("idle, for the budgets", "budgets"), ("idle", "workloads"), ("with twice as many hogs as CPUs", "beside"),
                       ("idle", "overhead")):
        if (everything and room != "overhead") or room in rooms:
            if overheads[room].by:
                report.title(f"Every state and workload: {load}")
                report.text("ns and the like by operation; ratios are medians of those within a round.")
                result[room] = overhead_tables(report, overheads[room], room)
    notes = [[room, text] for room, part in {**overheads, **others}.items() for text in part.notes if everything or room in rooms]
    if notes:
        report.title("What is not there")
        report.table(["room", "what"], notes)
    result["notes"] = notes
    sys.stdout.write(report.plain())
    if into:
        (into / "benchmarks.md").write_text("# Benchmarks\n\n" + report.markdown())
        (into / "benchmarks.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
