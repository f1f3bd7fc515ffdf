# SPDX-License-Identifier: Apache-2.0
"""The tables of a finished run, as Markdown."""

import statistics

COLUMNS = ("server", "requests/s", "CPU us/request (min-max)", "x its floor (min-max)",
           "user / sys us", "p50 us", "p99 us", "vol. switches/request", "syscalls/request",
           "busy: server, load", "foreign CPUs", "errors")


def figure(value, form):
    return "-" if value is None else format(value, form)


def spread(values, form=".2f"):
    """Median, and how far the repetitions lay apart."""
    if not values:
        return "-"
    middle = format(statistics.median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({format(min(values), form)}-{format(max(values), form)})"


def ratios(runs, floor_runs):
    """Each repetition against the floor of the same repetition, measured moments apart."""
    floor_of = {run["rep"]: run["cpu_us"] for run in floor_runs}
    return [run["cpu_us"] / floor_of[run["rep"]] for run in runs if floor_of.get(run["rep"])]


def row(result, name, label):
    runs = result["runs"][name][label]
    floor = result["floors"][name]

    def middle(key):
        values = [run[key] for run in runs if run[key] is not None]
        return statistics.median(values) if values else None

    against = ratios(runs, result["runs"].get(floor, {}).get(label, []))
    return (name, figure(middle("per_second"), ",.0f"), spread([run["cpu_us"] for run in runs]),
            "1" if name == floor else spread(against),
            f"{middle('user_us'):.2f} / {middle('system_us'):.2f}",
            figure(middle("p50_us"), ".0f"), figure(middle("p99_us"), ".0f"),
            figure(middle("switches"), ".3f"),
            figure(result["syscalls"].get(name, {}).get(label), ".2f"),
            f"{middle('server_busy'):.2f}, {middle('load_busy'):.2f}",
            f"{middle('foreign'):.2f}", str(sum(run["errors"] for run in runs)))


def table(result, label):
    differ = ", every head another one" if label.endswith("d") else ""
    rows = [row(result, name, label)
            for name, points in result["runs"].items() if label in points]
    return f"**{label}**{differ}\n\n" + markdown(COLUMNS, rows)


def markdown(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def summary(result):
    """The two tables of docs/benchmarks.md: a row for each server, a column for each point."""
    ratio_rows, cpu_rows = [], []
    for name, points in result["runs"].items():
        floor = result["floors"][name]
        against = [ratios(points.get(label, []), result["runs"].get(floor, {}).get(label, []))
                   for label in result["points"]]
        if name != floor:
            ratio_rows.append((name, *map(spread, against)))
        cpu_rows.append((name, *(user_and_system(points.get(label, []))
                                 for label in result["points"])))
    return "\n\n".join([markdown(("x its floor (min-max)", *result["points"]), ratio_rows),
                        markdown(("CPU us/request, user / sys", *result["points"]), cpu_rows)])


def user_and_system(runs):
    if not runs:
        return "-"
    user, system = (statistics.median(run[key] for run in runs) for key in ("user_us", "system_us"))
    return f"{user:.2f} / {system:.2f}"


def noisy_runs(result):
    kept = [run for points in result["runs"].values() for runs in points.values() for run in runs]
    return sum(run["foreign"] > result["noisy_above"] for run in kept), len(kept)


def whole(result):
    noisy, kept = noisy_runs(result)
    parts = [f"{result['when']}, {result['machine']}; {result['reps']} repetitions of "
             f"{result['seconds']} s, medians. Server on CPU {result['server_cpu']}, load on CPU "
             f"{result['load_cpu']}. {noisy} of {kept} runs stayed noisy (more than "
             f"{result['noisy_above']} CPUs used by others)."]
    parts.append(summary(result))
    parts += [table(result, label) for label in result["points"]]
    parts += [f"**{name} failed:** {why}" for name, why in result["failed"].items()]
    return "\n\n".join(parts)
