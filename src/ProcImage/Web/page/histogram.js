// How long calls take, as bars: one for each power of two.
import { draw } from "./dom.js";
import { count, share, time } from "./format.js";

const firstBound = 11; // 2^11 ns, about 2 µs
const width = 12, height = 80, gap = 1, leastHeight = 2;
const ticks = ["2 µs", "33 µs", "0.5 ms", "8 ms", "0.1 s", "2 s"]; // below every fourth bar
const ticksEvery = 4;

function range(bucket, buckets) {
  const from = time(2 ** (firstBound + bucket - 1)), to = time(2 ** (firstBound + bucket));
  if (bucket === 0) return `up to ${to}`;
  return bucket === buckets.length - 1 ? `above ${from}` : `${from} to ${to}`;
}

// The bucket in which so much of all lies, from the shortest on.
function quantile(part, buckets, all) {
  let sum = 0;
  return buckets.findIndex((calls) => (sum += calls) >= part * all);
}

function words(name, { count: all, buckets }) {
  if (!all) return `${name}: no call has ended yet.`;
  const at = (part) => range(quantile(part, buckets, all), buckets);
  return `${name}: ${count(all)} calls. The median takes ${at(0.5)}, the 99th percentile ${at(0.99)}.`;
}

export function histogram(name, latency) {
  const { count: all, buckets } = latency;
  const most = Math.max(...buckets, 1);
  const bars = buckets.flatMap((calls, bucket) => {
    if (!calls) return [];
    const tall = Math.max(leastHeight, calls / most * height);
    return draw("rect", { x: bucket * width, y: height - tall, width: width - gap, height: tall },
      draw("title", {}, `${range(bucket, buckets)}: ${count(calls)} calls, ${share(calls, all)}`));
  });
  const whole = buckets.length * width;
  const marks = ticks.flatMap((text, i) => {
    const x = (i * ticksEvery + 1) * width;
    return [draw("line", { x1: x, x2: x, y1: height, y2: height + 4 }), draw("text", { x, y: height + 15 }, text)];
  });
  return draw("svg", { viewBox: `0 0 ${whole} ${height + 20}`, width: whole, height: height + 20, role: "img",
    "aria-label": words(name, latency) },
  ...bars, draw("line", { x1: 0, x2: whole, y1: height, y2: height }), ...marks);
}
