#!/usr/bin/env python3
"""Makes tests/domain/golden_indicators.hpp: an invented price series and what the indicators' definitions say of it.

Independent of the C++: each value is computed anew from the whole series by the definition in a textbook, without
anything incremental. Run it from the repository root; it prints the header.
"""
import math
import random

BARS = 70
SEED = 20240229


def series():
    chance = random.Random(SEED)
    close = 100.0
    bars = []
    for _ in range(BARS):
        opened = close
        close = round(close * math.exp(chance.gauss(0.0005, 0.012)), 4)
        high = round(max(opened, close) * (1 + abs(chance.gauss(0, 0.004))), 4)
        low = round(min(opened, close) * (1 - abs(chance.gauss(0, 0.004))), 4)
        bars.append((high, low, close))
    return bars


def sma(xs, t, n):
    return sum(xs[t - n + 1:t + 1]) / n if t >= n - 1 else None


def ema(xs, t, n, seeded_at=None):
    """Seed: the simple mean of the n values that end at `seeded_at`; then the recursion up to t."""
    seeded_at = n - 1 if seeded_at is None else seeded_at
    if t < seeded_at:
        return None
    value = sum(xs[seeded_at - n + 1:seeded_at + 1]) / n
    k = 2 / (n + 1)
    for i in range(seeded_at + 1, t + 1):
        value = xs[i] * k + value * (1 - k)
    return value


def wilder(xs, n):
    value = sum(xs[:n]) / n
    for x in xs[n:]:
        value = (value * (n - 1) + x) / n
    return value


def rsi(closes, t, n):
    if t < n:
        return None
    steps = [closes[i] - closes[i - 1] for i in range(1, t + 1)]
    gain = wilder([max(s, 0) for s in steps], n)
    loss = wilder([max(-s, 0) for s in steps], n)
    return 100 - 100 / (1 + gain / loss)


def atr(bars, t, n):
    if t < n:
        return None
    ranges = []
    for i in range(1, t + 1):
        high, low, _ = bars[i]
        before = bars[i - 1][2]
        ranges.append(max(high - low, abs(high - before), abs(low - before)))
    return wilder(ranges, n)


def macd(closes, t, fast, slow, signal):
    def line(i):
        return ema(closes, i, fast, slow - 1) - ema(closes, i, slow)

    if t < slow - 1:
        return None, None
    lines = [line(i) for i in range(slow - 1, t + 1)]
    return lines[-1], ema(lines, len(lines) - 1, signal)


def deviation(xs, t, n):
    if t < n - 1:
        return None
    part = xs[t - n + 1:t + 1]
    mean = sum(part) / n
    return math.sqrt(sum((x - mean) ** 2 for x in part) / n)


def main():
    bars = series()
    closes = [b[2] for b in bars]

    def text(x):
        return "none" if x is None else repr(x)

    print("// Made by scripts/golden_indicators.py: an invented series and its indicators by their textbook definitions.")
    print("#pragma once\n\n#include <array>\n#include <limits>\n\nnamespace rltrader::golden {\n")
    print("inline constexpr double none = std::numeric_limits<double>::quiet_NaN();\n")
    print("struct row {\n  double high, low, close;\n  double sma20, ema21, rsi14, atr14;")
    print("  double macd, macd_signal;         ///< 12, 26, 9\n  double bb_upper, bb_lower;        ///< 20, 2")
    print("  double deviation20, z_score20;\n};\n")
    print("// clang-format off")
    print(f"inline constexpr std::array<row, {len(bars)}> rows{{{{")
    for t, (high, low, close) in enumerate(bars):
        mean, sd = sma(closes, t, 20), deviation(closes, t, 20)
        line, signal = macd(closes, t, 12, 26, 9)
        upper = None if sd is None else mean + 2 * sd
        lower = None if sd is None else mean - 2 * sd
        z = None if sd is None else (close - mean) / sd
        values = [high, low, close, mean, ema(closes, t, 21), rsi(closes, t, 14), atr(bars, t, 14), line, signal,
                  upper, lower, sd, z]
        print("    {" + ", ".join(text(v) for v in values) + "},")
    print("}};\n// clang-format on\n\n}  // namespace rltrader::golden")


if __name__ == "__main__":
    main()
