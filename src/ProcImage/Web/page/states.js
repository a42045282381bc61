// Where the time of a life goes: by state, and by the stacks on which it waits.
import { draw, fill, make, number, row, unfolding } from "./dom.js";
import { count, share, time } from "./format.js";

const mostStacks = 20;
const inKernel = 1, innermost = 4; // functions that are shown of each stack before it is opened
const scheduler = ["__schedule", "schedule"]; // in every stack
const opened = new Map();

export function showStates(states) {
  const all = Object.values(states).reduce((sum, ns) => sum + ns, 0) || 1;
  let at = 0;
  fill("bar", Object.entries(states).map(([name, ns]) => {
    const part = draw("rect", { class: name, x: at, width: ns / all, height: 1 });
    at += ns / all;
    return part;
  }));
  fill("by-state", Object.entries(states).map(([name, ns]) =>
    row(make("th", { scope: "row", className: name }, name), number(time(ns)), number(share(ns, all)))));
}

function stack(site) {
  const frames = [...site.kernel, ...site.user];
  const waits = site.kernel.filter((frame) => !scheduler.includes(frame)).slice(0, inKernel);
  return row(
    number(time(site.seconds * 1e9)), number(count(site.count)), number(time(site.max_seconds * 1e9)),
    make("td", {}, site.state),
    make("td", {}, unfolding(opened, frames.join("\n"), false,
      [...waits, ...site.user.slice(0, innermost)].join(" < "),
      make("ol", { className: "frames" }, ...frames.map((frame) => make("li", {}, frame))))));
}

export function showStacks(sites) {
  fill("stacks", sites.slice(0, mostStacks).map(stack));
}
