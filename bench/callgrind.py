# SPDX-License-Identifier: Apache-2.0
"""What callgrind wrote, and the instructions of one call by the difference of two runs."""

import re


class NoTotal(Exception):
    """A file in which callgrind did not finish."""


def total(text):
    """Instructions of the whole run: the last `totals` line of callgrind's file."""
    found = re.findall(r"^totals: (\d+)", text, re.MULTILINE)
    if not found:
        raise NoTotal("callgrind wrote no total: the server did not end by itself")
    return int(found[-1])


def per_call(few, many):
    """Instructions of one call, from two (calls, instructions): what both runs share falls out."""
    (few_calls, few_total), (many_calls, many_total) = few, many
    if many_calls <= few_calls:
        raise ValueError("the second run must have more calls than the first")
    return (many_total - few_total) / (many_calls - few_calls)


def table(columns, rows):
    """Markdown: one row for each kind of head, one column for each depth."""
    lines = ["| instructions a call | " + " | ".join(columns) + " |",
             "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(f"{value:,.0f}" for value in values) + " |"
              for name, values in rows]
    return "\n".join(lines)
