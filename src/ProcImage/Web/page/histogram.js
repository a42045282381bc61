// How long things take, as bars: one for each power of two.
import { draw, make } from "./dom.js";
import { count, mean, share, time } from "./format.js";

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
  return buckets.findIndex((those) => (sum += those) >= part * all);
}

function summary(name, { one, many, takes }, { count: all, buckets }) {
  if (!all) return `${name}: no ${one} has ended yet.`;
  const at = (part) => range(quantile(part, buckets, all), buckets);
  return `${name}: ${count(all)} ${many}. The median ${takes} ${at(0.5)}, the 99th percentile ${at(0.99)}.`;
}

function bars(name, words, figures) {
  const { count: all, buckets } = figures;
  const most = Math.max(...buckets, 1);
  const rects = buckets.flatMap((those, bucket) => {
    if (!those) return [];
    const tall = Math.max(leastHeight, those / most * height);
    return draw("rect", { x: bucket * width, y: height - tall, width: width - gap, height: tall },
      draw("title", {}, `${range(bucket, buckets)}: ${count(those)} ${words.many}, ${share(those, all)}`));
  });
  const whole = buckets.length * width;
  const marks = ticks.flatMap((text, i) => {
    const x = (i * ticksEvery + 1) * width;
    return [draw("line", { x1: x, x2: x, y1: height, y2: height + 4 }), draw("text", { x, y: height + 15 }, text)];
  });
  return draw("svg", { viewBox: `0 0 ${whole} ${height + 20}`, width: whole, height: height + 20, role: "img",
    "aria-label": summary(name, words, figures) },
  ...rects, draw("line", { x1: 0, x2: whole, y1: height, y2: height }), ...marks);
}

const ofCalls = { one: "call", many: "calls", takes: "takes" };

// With its name above and what no bar says below. Its time in all is sum_ns.
export function histogram(name, kind, figures, words = ofCalls) {
  return make("figure", { className: kind },
    make("figcaption", {}, name),
    bars(name, words, figures),
    make("p", {}, figures.count
      ? `shortest ${time(figures.min_ns)}, mean ${mean(figures.sum_ns, figures.count)}, longest ${time(figures.max_ns)}`
      : `no ${words.one} has ended yet`));
}
