# SPDX-License-Identifier: Apache-2.0
"""The tables of a finished run, as Markdown."""

import statistics

COLUMNS = ("server", "requests/s", "CPU us/request (min-max)", "x its floor (min-max)",
           "user / sys us", "p50 us", "p99 us", "vol. switches/request", "syscalls/request",
           "foreign CPUs", "errors")


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
            f"{middle('foreign'):.2f}", str(sum(run["errors"] for run in runs)))


def table(result, label):
    lines = [f"**{label}**", "", "| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    lines += ["| " + " | ".join(row(result, name, label)) + " |"
              for name, points in result["runs"].items() if label in points]
    return "\n".join(lines)


def noisy_runs(result):
    kept = [run for points in result["runs"].values() for runs in points.values() for run in runs]
    return sum(run["foreign"] > result["noisy_above"] for run in kept), len(kept)


def whole(result):
    noisy, kept = noisy_runs(result)
    parts = [f"{result['when']}, {result['machine']}; {result['reps']} repetitions of "
             f"{result['seconds']} s, medians. Server on CPU {result['server_cpu']}, load on CPU "
             f"{result['load_cpu']}. {noisy} of {kept} runs stayed noisy (more than "
             f"{result['noisy_above']} CPUs used by others)."]
    parts += [table(result, label) for label in result["points"]]
    parts += [f"**{name} failed:** {why}" for name, why in result["failed"].items()]
    return "\n\n".join(parts)
