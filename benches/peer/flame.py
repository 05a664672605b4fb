"""A small flame graph from what perf recorded: perf script -F ip,sym | flame.py OUT.svg "title"

    perf record -F 500 --call-graph dwarf,32768 rollproof run --gate -C DISTRICT

Frames below half a percent are left out, so that the file stays small enough to keep.
"""

import re
import sys

LEAST = 0.005
WIDTH, ROW = 1200, 16


def short(name):
    name = re.sub(r"\+0x[0-9a-f]+$", "", name)
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    method = re.match(r"<(.+) as (.+)>::(\w+)$", name)
    if method:
        name = f"{method[1].split('<')[0]}::{method[3]}"
    return name.replace("rollproof::", "").replace("{{closure}}", "{}")


def stacks(lines):
    stack = []
    for line in lines:
        line = line.strip()
        if line:
            stack.append(short(line.split(" ", 1)[-1]))
        elif stack:
            yield stack[::-1]
            stack = []
    if stack:
        yield stack[::-1]


def ours(stack):
    """From the first frame of the program on; threads' and rayon's own frames say nothing."""
    dull = re.compile(r"^(std::|core::|alloc::|rayon|<rayon|__|_start|clone|start_thread|\[unknown\]|\(|main$|<|\?\?)")
    kept = [f for f in stack if not dull.match(f)]
    return kept or ["other"]


def add(node, stack):
    node[1] += 1
    for frame in stack:
        node = node[0].setdefault(frame, [{}, 0])
        node[1] += 1


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def draw(node, x, depth, total, out):
    for name, child in sorted(node[0].items()):
        share = child[1] / total
        if share >= LEAST:
            width = share * WIDTH
            hue = 20 + sum(name.encode()) % 30
            label = escape(name[: int(width / 6.5)]) if width > 30 else ""
            out.append((depth, x, width, hue, f"{escape(name)} {share * 100:.1f}%", label))
            draw(child, x, depth + 1, total, out)
        x += share * WIDTH


def main():
    root = [{}, 0]
    for stack in stacks(sys.stdin):
        add(root, ours(stack))
    out = []
    draw(root, 0, 0, root[1], out)
    height = (max(o[0] for o in out) + 3) * ROW
    with open(sys.argv[1], "w", encoding="utf-8") as svg:
        svg.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">\n'
            f'<text x="4" y="12">{escape(sys.argv[2])}</text>\n'
        )
        for depth, x, width, hue, title, label in out:
            y = height - (depth + 1) * ROW
            svg.write(
                f'<g><title>{title}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" '
                f'fill="hsl({hue},80%,65%)"/><text x="{x + 2:.1f}" y="{y + 11}">{label}</text></g>\n'
            )
        svg.write("</svg>\n")


main()
