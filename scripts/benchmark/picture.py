"""The wall times as a picture: a bar for each contestant, on a logarithmic scale, ours marked."""

import html
import math

from benchmark.report import base, median, ordered, seconds, values

WIDTH, LABEL, RIGHT = 840, 150, 128  # of all, of the names on the left, of the figures on the right
BAR, STEP, TITLE, GAP, TOP = 12, 17, 24, 14, 58

# A page shows it as an image, so it asks the reader's system by itself whether it is dark.
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.head { font-weight: 600; font-size: 15px; }
.small { font-size: 11px; fill: #59636e; }
.ours { font-weight: 600; }
rect.ground { fill: #ffffff; }
rect.bar { fill: #9aa7b4; }
rect.bar.ours { fill: #0969da; }
line.grid { stroke: #d1d9e0; }
line.range { stroke: #1f2328; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
  rect.ground { fill: #0d1117; }
  rect.bar { fill: #656f7a; }
  rect.bar.ours { fill: #4493f8; }
  line.grid { stroke: #2f3742; }
  line.range { stroke: #f0f6fc; }
}
"""


def draw(result):
    rows = [row for row in result["rows"] if ordered(row)]
    scale = Scale([value for row in rows for cell in ordered(row) for value in values(cell, "wall")])
    parts, y = [], TOP
    for row in rows:
        parts += [text(16, y + 14, row["title"], "title")]
        y += TITLE
        for cell in ordered(row):
            parts += bar(cell, base(row), scale, y)
            y += STEP
        y += GAP
    height = y + 10
    ticks = [part for value in scale.ticks for part in tick(scale, value, height)]
    machine = result["machine"]
    head = [text(16, 24, "Wall time, on a logarithmic scale", "head"),
            text(WIDTH - 16, 24, "medians, with the least and the most; "
                 f"{machine['date']}, {machine['processors']} processors", "small", "end")]
    words = "\n".join([*head, *ticks, *parts])
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'role="img" aria-label="Wall times of the tools and of other ACME clients">\n<style>{STYLE}</style>\n'
            f'<rect class="ground" width="{WIDTH}" height="{height}"/>\n{words}\n</svg>\n')


class Scale:
    """From the power of ten below the least value to the one above the greatest, or close to it."""

    def __init__(self, found):
        self.low = 10 ** math.floor(math.log10(min(found, default=0.1)))
        self.high = max(max(found, default=1.0) * 1.1, self.low * 10)
        decades = range(round(math.log10(self.low)), math.ceil(math.log10(self.high)))
        self.ticks = [10.0 ** decade for decade in [*decades, decades.stop] if 10.0 ** decade <= self.high]

    def x(self, value):
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return round(LABEL + part * (WIDTH - LABEL - RIGHT), 1)


def bar(cell, first, scale, y):
    name = "ours" if cell["ours"] else ""
    low, middle, high = (scale.x(value) for value in (min(values(cell, "wall")), median(cell, "wall"),
                                                      max(values(cell, "wall"))))
    ratio = f" · {shown_ratio(median(cell, 'wall') / median(first, 'wall'))}×" if first and cell is not first else ""
    return [text(LABEL - 8, y + 10, cell["name"], name, "end"),
            f'<rect class="bar {name}" x="{LABEL}" y="{y}" width="{max(round(middle - LABEL, 1), 1)}" height="{BAR}" '
            'rx="2"/>',
            f'<line class="range" x1="{low}" y1="{y + BAR / 2}" x2="{high}" y2="{y + BAR / 2}"/>',
            text(max(high, middle) + 6, y + 10, span(median(cell, "wall")) + ratio, name)]


def tick(scale, value, height):
    x = scale.x(value)
    return [f'<line class="grid" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{height - 10}"/>',
            text(x, TOP - 12, span(value, whole=True), "small", "middle")]


def span(value, whole=False):
    if value < 1:
        return f"{value * 1000:.0f} ms" if whole or value >= 0.1 else f"{value * 1000:.1f} ms"
    return f"{value:.0f} s" if whole else f"{seconds(value)} s"


def shown_ratio(ratio):
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 2 else f"{ratio:.2f}"


def text(x, y, words, name="", anchor="start"):
    return f'<text x="{x}" y="{y}" class="{name}" text-anchor="{anchor}">{html.escape(words)}</text>'
