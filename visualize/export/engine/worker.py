"""Runs Graphviz on one graph. A script of its own: a crash in C ends it and nothing else.

Reads a JSON object ``{"dot", "formats": {name: arguments}}`` from standard input and writes one
of ``{name: base64}`` to standard output.
"""

import base64
import json
import sys

import pygraphviz


def main() -> None:
    """Draw the graph at its given places in every format asked for."""
    job = json.load(sys.stdin)
    images = {
        # A graph for each: arguments such as the resolution would stay with it.
        name: pygraphviz.AGraph(string=job["dot"]).draw(format=name, prog="nop2", args=arguments)
        for name, arguments in job["formats"].items()
    }
    json.dump({name: base64.b64encode(data).decode() for name, data in images.items()}, sys.stdout)


if __name__ == "__main__":
    main()
