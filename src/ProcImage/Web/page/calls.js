// System calls of one life: which, how long, and what each thread is in.
import { fill, make, number, row, show, unfolding } from "./dom.js";
import { count, mean, share, time } from "./format.js";
import { histogram } from "./histogram.js";

const mostCalls = 20;
const mostOpen = 3;
const opened = new Map();

// An error is told by its name; what succeeds is a number.
const hasFailed = (result) => /^e/i.test(result);

function failed(call) {
  if (!call.errors) return "0";
  const [commonest] = Object.entries(call.errnos);
  return commonest ? `${count(call.errors)} (${count(commonest[1])} ${commonest[0]})` : count(call.errors);
}

function byCall(call, all) {
  return row(
    make("th", { scope: "row" }, call.name),
    number(count(call.count)), number(failed(call)),
    ...call.time_ns
      ? [time(call.time_ns), share(call.time_ns, all), mean(call.time_ns, call.timed), time(call.max_ns)].map(number)
      : ["", "", "", ""].map(number));
}

function told(call) {
  const end = call.time_ns === undefined ? "" : `, ${time(call.time_ns)}`;
  return hasFailed(call.result)
    ? make("li", { className: "failed" }, `${call.name} failed: ${call.result}${end}`)
    : make("li", {}, `${call.name} = ${call.result}${end}`);
}

function inside(call) {
  if (!call) return "in no call";
  return call.time_ns === undefined
    ? `in ${call.name} since before it was imaged`
    : `in ${call.name} for ${time(call.time_ns)}`;
}

// Those with the latest calls first.
function latest(a, b) {
  const begin = ({ sequence }) => sequence.at(-1)?.begin_ns ?? 0;
  return begin(b) - begin(a);
}

function thread({ tid, comm, inside: call, sequence }, at) {
  const summary = `${tid} (${comm}): ${inside(call)}`;
  if (!sequence.length) return make("p", {}, summary);
  return unfolding(opened, tid, at < mostOpen, summary, make("ol", { className: "sequence" }, ...sequence.map(told)));
}

function atDeath({ tid, name, time_ns: ns }) {
  return make("p", {}, `${tid} has died in ${name}${ns === undefined ? "" : ` after ${time(ns)}`}`);
}

export function showCalls({ calls, errors, by_call: each, latency: own, system_latency: system, threads, at_death: deaths = [] }) {
  document.getElementById("calls-total").textContent =
    `${count(calls)} system calls, ${count(errors)} failed, ${time(own.sum_ns)} in them`;
  fill("by-call", each.slice(0, mostCalls).map((call) => byCall(call, own.sum_ns)));
  const more = each.length - mostCalls;
  document.getElementById("more-calls").textContent = more > 0 ? `and ${more} more, with less time` : "";
  fill("latencies", [
    histogram("This process", "own", own),
    ...system ? [histogram("All tasks of the machine", "system", system)] : [],
  ]);
  document.getElementById("threads-title").textContent =
    deaths.length ? "What its threads were in when it died" : "What its threads are in, and what they have called last";
  show("threads", threads.length + deaths.length > 0);
  fill("by-thread", [...deaths.map(atDeath), ...threads.sort(latest).map(thread)]);
}
