// Locks of one life: who waits for whom now, where it has waited, its deadlocks, and where probes are in it each lock that is taken.
import { fill, make, number, row, show, unfolding } from "./dom.js";
import { clock, count, mean, share, time } from "./format.js";
import { histogram } from "./histogram.js";
import { begun } from "./line.js";

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

function deadlocked(deadlock) {
  const isOver = deadlock.ended_ns !== undefined;
  const many = deadlock.threads.length;
  const title = `Deadlock of ${many} ${many === 1 ? "thread" : "threads"}, ${deadlock.made_ns ? "made" : "found"} at ${clock(begun(deadlock))}`
    + (isOver ? `, over at ${clock(deadlock.ended_ns)}` : "");
  return make("div", {},
    make("h4", { className: isOver ? "" : "failed" }, title),
    make("ul", {}, ...deadlock.threads.map((thread) => stuck(deadlock, thread))));
}

function byUse(use) {
  const { hold, longest_hold: longest, holder } = use;
  return row(
    make("th", { scope: "row" }, nameOf(use)), make("td", {}, use.kind),
    number(count(use.acquisitions)),
    number(count(use.contended)), number(share(use.contended, use.acquisitions)),
    number(count(use.failed)),
    number(time(hold.time_ns)), number(mean(hold.time_ns, hold.count)), number(hold.count ? time(hold.max_ns) : ""),
    make("td", {}, longest ? threadOf(longest) : ""),
    make("td", {}, holder ? `thread ${holder.tid} since ${clock(holder.since_ns)}` : ""),
    make("td", {}, ...longest ? stack(`${use.kind} ${use.address}`, longest.stack) : []));
}

const ofHolds = { one: "hold", many: "holds", takes: "lasts" };
const ofRequests = { one: "contended lock", many: "contended locks", takes: "takes" };

// Of the kinds that have any.
function byKind(kinds, what, words) {
  return Object.entries(kinds).filter(([, figures]) => figures[what].count).map(([kind, figures]) =>
    histogram(kind, "own", { ...figures[what], sum_ns: figures[what].time_ns }, words));
}

function showUses({ by_kind: kinds, by_lock: each }) {
  const sum = (figure) => Object.values(kinds).reduce((all, kind) => all + kind[figure], 0);
  const taken = sum("acquisitions"), contended = sum("contended");
  document.getElementById("uses-total").textContent = `${count(taken)} ${taken === 1 ? "lock" : "locks"} taken, `
    + `${count(contended)} contended (${share(contended, taken)}), ${count(sum("failed"))} failed`;
  show("uses-table", each.length > 0);
  fill("by-use", each.slice(0, mostLocks).map(byUse));
  const more = each.length - mostLocks;
  document.getElementById("more-uses").textContent = more > 0 ? `and ${count(more)} more, held for less time` : "";
  const holds = byKind(kinds, "hold", ofHolds), requests = byKind(kinds, "acquire", ofRequests);
  show("holds-part", holds.length > 0);
  fill("holds", holds);
  show("requests-part", requests.length > 0);
  fill("requests", requests);
}

// Stands beside the state in the list: a deadlock says more than that threads wait.
export function lockMark(lock) {
  if (lock?.deadlocked) return `, ${count(lock.deadlocked)} in a deadlock`;
  return lock?.waiting_threads ? `, ${count(lock.waiting_threads)} waiting for locks` : "";
}

export function showLocks({ waits, wait_ns: all, by_kind: { futex, mutex }, by_lock: each, waiting: now, deadlocks, exact }) {
  document.getElementById("locks-total").textContent = `${count(waits)} ${waits === 1 ? "wait" : "waits"} for locks, ${time(all)} in them; `
    + `${count(futex.returned_at_once + mutex.returned_at_once)} calls came back at once`;
  fill("deadlocks", deadlocks.toReversed().map(deadlocked));
  show("waiting", now.length > 0);
  fill("waiting-now", now.map(waiting));
  show("locks-table", each.length > 0);
  fill("by-lock", each.toSorted((a, b) => b.wait_ns + b.waiting_ns - a.wait_ns - a.waiting_ns).slice(0, mostLocks).map(byLock));
  const more = each.length - mostLocks;
  document.getElementById("more-locks").textContent = more > 0 ? `and ${count(more)} more, with less time` : "";
  show("uses", Boolean(exact));
  show("waits-only", !exact);
  if (exact) showUses(exact);
}
