// Locks of one life: who waits for whom now, where it has waited, and its deadlocks.
import { fill, make, number, row, show, unfolding } from "./dom.js";
import { count, mean, time } from "./format.js";

const mostLocks = 20;
const innermost = 4; // functions that are shown of a stack before it is opened
const opened = new Map();

const nameOf = (lock) => lock.name ?? lock.address;
const threadOf = ({ tid, comm }) => `thread ${tid} (${comm})`;

function stack(key, functions) {
  return functions.length
    ? [unfolding(opened, key, false, functions.slice(0, innermost).join(" < "),
      make("ol", { className: "frames" }, ...functions.map((name) => make("li", {}, name))))]
    : [];
}

function byLock(lock) {
  const { longest } = lock;
  return row(
    make("th", { scope: "row" }, nameOf(lock)), make("td", {}, lock.kind),
    number(count(lock.waits)), number(count(lock.returned_at_once)),
    number(time(lock.wait_ns)), number(mean(lock.wait_ns, lock.waits)), number(lock.waits ? time(lock.max_ns) : ""),
    number(lock.waiting ? `${count(lock.waiting)}, ${time(lock.waiting_ns)}` : ""),
    make("td", {}, longest ? threadOf(longest) : ""),
    make("td", {}, longest?.owner ? threadOf(longest.owner) : ""),
    make("td", {}, ...longest ? stack(lock.address, longest.stack) : []));
}

// A wait that began before anybody looked has no length.
function waiting(wait) {
  const long = wait.wait_ns === undefined ? "has waited since before it was imaged" : `waits ${time(wait.wait_ns)}`;
  const whom = wait.owner ? ` for ${threadOf(wait.owner)}` : "";
  return make("li", {}, `${threadOf(wait)} ${long}${whom} on ${nameOf(wait)}`);
}

function stuck(deadlock, thread) {
  return make("li", {},
    `${threadOf(thread)} waits for ${thread.owner ? threadOf(thread.owner) : "another one"} on ${nameOf(thread)}`,
    ...stack(`${deadlock.found_ns} ${thread.tid}`, thread.stack));
}

const clock = (ns) => new Date(ns / 1e6).toLocaleTimeString();

function deadlocked(deadlock) {
  const isOver = deadlock.ended_ns !== undefined;
  const title = `Deadlock of ${deadlock.threads.length} threads, found at ${clock(deadlock.found_ns)}`
    + (isOver ? `, over at ${clock(deadlock.ended_ns)}` : "");
  return make("div", {},
    make("h4", { className: isOver ? "" : "failed" }, title),
    make("ul", {}, ...deadlock.threads.map((thread) => stuck(deadlock, thread))));
}

// Stands beside the state in the list: a deadlock says more than that threads wait.
export function lockMark(lock) {
  if (lock?.deadlocked) return `, ${count(lock.deadlocked)} in a deadlock`;
  return lock?.waiting_threads ? `, ${count(lock.waiting_threads)} waiting for locks` : "";
}

export function showLocks({ waits, wait_ns: all, by_kind: { futex, mutex }, by_lock: each, waiting: now, deadlocks }) {
  document.getElementById("locks-total").textContent = `${count(waits)} ${waits === 1 ? "wait" : "waits"} for locks, ${time(all)} in them; `
    + `${count(futex.returned_at_once + mutex.returned_at_once)} calls came back at once`;
  fill("deadlocks", deadlocks.toReversed().map(deadlocked));
  show("waiting", now.length > 0);
  fill("waiting-now", now.map(waiting));
  show("locks-table", each.length > 0);
  fill("by-lock", each.toSorted((a, b) => b.wait_ns + b.waiting_ns - a.wait_ns - a.waiting_ns).slice(0, mostLocks).map(byLock));
  const more = each.length - mostLocks;
  document.getElementById("more-locks").textContent = more > 0 ? `and ${count(more)} more, with less time` : "";
}
