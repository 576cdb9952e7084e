"""The figures as Markdown: a table for each row, and one of all rows for the README."""

import statistics

BEGIN, END = "<!-- scripts/bench --readme writes this -->\n", "<!-- to here -->\n"
NONE = "—"

PREFACE = """# The tools beside other ACME clients

{date}, {processors} processors ({processor}), Linux {kernel}. Pebble is the CA, on this machine; {roots} roots are
trusted. The machine's load was {before:.1f} before and {after:.1f} after. Versions:

{versions}

Medians, least and most in parentheses, and how many times that of ours it is. Processor time is that of all processes,
memory that of the largest. Requests and connections are what the CA saw. Every certificate was verified. The account is
there beforehand, and so is the site's key unless a note says that the client makes one; the request is made by all.

Where the CA is far away, a relay delays what goes to and fro. On an open connection a question takes {direct:.1f} ms
without it, {idle:.1f} ms by it without a delay, {near:.1f} ms by it at 50 ms, and {far:.1f} ms at 200 ms. Connections are
counted by it, too, in a run that isn't measured. No figure can be smaller than what a run of `true` shows, {wall:.1f} ms
and {memory:.1f} MiB."""


def tables(result):
    parts = [preface(result)]
    for row in result["rows"]:
        parts += [f"## {row['name']}: {row['title']}", table(row, result["machine"]["least"]["memory"]), notes(row)]
    return "\n\n".join(part for part in parts if part) + "\n"


def preface(result):
    machine = result["machine"]
    direct, idle, near, far = (machine["roundTrips"][name][0] * 1000 for name in ("direct", "0", "50", "200"))
    versions = "\n".join(f"- {name} {version}" for name, version in result["versions"].items())
    return PREFACE.format(**machine, versions=versions, before=machine["load"][0], after=machine["load"][-1],
                          wall=machine["least"]["wall"] * 1000, memory=machine["least"]["memory"] / 2**20,
                          direct=direct, idle=idle, near=near, far=far)


def ordered(row):
    """The cells that have figures, the quickest first."""
    return sorted((cell for cell in row["cells"] if cell["samples"]), key=lambda cell: median(cell, "wall"))


def base(row):
    """What the others are compared with: the first of ours."""
    return next((cell for cell in row["cells"] if cell["ours"] and cell["samples"]), None)


def values(cell, name):
    if name == "connections":
        return cell["connections"]
    if name == "beyond":
        return [sample["wall"] - sample["slept"] for sample in cell["samples"]]
    return [sample[name] for sample in cell["samples"] if name in sample]


def median(cell, name):
    return statistics.median(values(cell, name))


def table(row, least):
    def megabytes(value):
        """What is no more than what measures it isn't known better."""
        return f"{value / 2**20:.1f}" if value > 1.03 * least else f"≤ {least / 2**20:.1f}"

    unit = "ms" if row["milliseconds"] else "s"
    time = (lambda value: f"{value * 1000:.1f}") if row["milliseconds"] else seconds
    columns = [("wall", f"wall, {unit}", time, True), ("cpu", f"processor, {unit}", time, True),
               ("memory", "memory, MiB", megabytes, True)]
    if any(values(cell, "slept") for cell in ordered(row)):
        columns.insert(1, ("beyond", "beyond the longest sleep, s", seconds, False))
    columns += [(name, name, count, False) for name in ("requests", "connections")
                if any(values(cell, name) for cell in ordered(row))]
    head, rule = [""], ["---"]
    if row["certificates"] > 1:
        head, rule = [*head, "certificates a second"], [*rule, "---:"]
    for _, title, _, compared in columns:
        head, rule = [*head, title, *["×"] * compared], [*rule, *["---:"] * (1 + compared)]
    lines = [head, rule]
    first = base(row)
    for cell in ordered(row):
        line = [f"**{cell['name']}**" if cell["ours"] else cell["name"]]
        if row["certificates"] > 1:
            line.append(f"{row['certificates'] / median(cell, 'wall'):.1f}")
        for name, _, shown, compared in columns:
            line.append(spread(values(cell, name), shown))
            if compared:
                line.append(times(cell, first, name))
        lines.append(line)
    lines += [[cell["name"], *[NONE] * (len(head) - 1)] for cell in row["cells"] if not cell["samples"]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def notes(row):
    """What sets a contestant apart, and why one has no figures."""
    return "\n".join(f"- {cell['name']}: {'; '.join(filter(None, (cell['note'], why_not(cell), how_often(cell))))}"
                     for cell in row["cells"])


def why_not(cell):
    return f"no figures, because: {cell['reason']}" if "reason" in cell else ""


def how_often(cell):
    return f"{len(cell['samples'])} run{'s' * (len(cell['samples']) != 1)}" if cell["samples"] else ""


def times(cell, first, name):
    if first is None or not median(first, name):
        return NONE
    ratio = median(cell, name) / median(first, name)
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2f}" if ratio < 2 else f"{ratio:.1f}"


def spread(found, shown):
    if not found:
        return NONE
    low, middle, high = (shown(value) for value in (min(found), statistics.median(found), max(found)))
    return middle if low == high else f"{middle} ({low}–{high})"


def seconds(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def count(value):
    return f"{value:.0f}"


def summary(result):
    """A line for each row: ours, and the quickest of the others."""
    lines = [["", "these tools", "processor time", "memory", "requests, connections", "the quickest other", "×"],
             ["---", "---:", "---:", "---:", "---:", "---", "---:"]]
    for row in result["rows"]:
        first = base(row)
        if first is None:
            continue
        time = (lambda value: f"{value * 1000:.1f} ms") if row["milliseconds"] else (
            lambda value: f"{seconds(value)} s")
        other = next((cell for cell in ordered(row) if not cell["ours"]), None)
        seen = [count(median(first, name)) for name in ("requests", "connections") if values(first, name)]
        lines.append([row["title"], time(median(first, "wall")), time(median(first, "cpu")),
                      f"{median(first, 'memory') / 2**20:.1f} MiB", ", ".join(seen),
                      f"{other['name']} {time(median(other, 'wall'))}" if other else NONE,
                      times(other, first, "wall") if other else NONE])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def into(readme, text):
    """The README with the text between its marks."""
    before, mark, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert mark and end, "the README has no place for it"
    return f"{before}{mark}\n{text}\n{end}{after}"
