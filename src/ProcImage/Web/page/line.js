// What has happened in one life, as marks on a line that ends now, or with it.
import { draw, fill, show } from "./dom.js";
import { clock } from "./format.js";

const width = 1000, tall = 12, edge = 3;
const room = 70; // a label needs this much: of those that are closer the first one has it
const kept = ["exec", "oom", "death"];

function ofEvent(event) {
  const what = { exec: `exec ${event.file}`, oom: "chosen by the OOM killer", death: "death" }[event.event];
  return { at: event.time_ns, label: event.event, kind: event.event, what };
}

// When it was made where that is known, else when it was found.
export const begun = (deadlock) => deadlock.made_ns ?? deadlock.found_ns;

function ofDeadlock(deadlock) {
  const what = `deadlock of threads ${deadlock.threads.map(({ tid }) => tid).join(", ")}`;
  const isOver = deadlock.ended_ns !== undefined;
  return [
    { at: begun(deadlock), until: deadlock.ended_ns ?? Infinity, label: "deadlock", kind: "stuck", what },
    ...isOver ? [{ at: deadlock.ended_ns, label: "over", kind: "freed", what: `${what} is over` }] : [],
  ];
}

function marksOf({ keytime, lock }) {
  const events = (keytime?.events ?? []).filter(({ event }) => kept.includes(event)).map(ofEvent);
  return [...events, ...(lock?.deadlocks ?? []).flatMap(ofDeadlock)].sort((a, b) => a.at - b.at);
}

export function showLine(process) {
  const marks = process ? marksOf(process) : [];
  show("line-part", marks.length > 0);
  if (!marks.length) return;
  const { keytime, lock, syscall } = process;
  const begin = Math.min(marks[0].at, ...[keytime, lock, syscall].flatMap((image) => image?.since_ns ?? []));
  const end = Math.max(marks.at(-1).at, process.exit_time_ns ?? Date.now() * 1e6);
  const place = (time) => Math.min(1, (time - begin) / (end - begin || 1)) * width;
  const title = ({ at, what }) => draw("title", {}, `${clock(at)} ${what}`);
  let free = 0;
  const labels = marks.flatMap(({ at, label }) => {
    const x = place(at);
    if (x < free) return [];
    free = x + room;
    return draw("text", { x, y: tall + 2 * edge + 11, "text-anchor": x > width - room / 2 ? "end" : x < room / 2 ? "start" : "middle" }, label);
  });
  const spans = marks.filter(({ until }) => until).map((mark) =>
    draw("rect", { class: mark.kind, x: place(mark.at), y: edge, height: tall,
      width: Math.max(2, place(mark.until) - place(mark.at)) }, title(mark)));
  const ticks = marks.map((mark) =>
    draw("rect", { class: mark.kind, x: place(mark.at) - 1, y: 0, width: 2, height: tall + 2 * edge }, title(mark)));
  fill("line", [
    draw("svg", { viewBox: `0 0 ${width} ${tall + 2 * edge + 16}`, width, height: tall + 2 * edge + 16, role: "img",
      "aria-label": `From ${clock(begin)} to ${clock(end)}: ${marks.map(({ at, what }) => `${clock(at)} ${what}`).join(", ")}` },
    draw("rect", { class: "life", x: 0, y: edge, width, height: tall }), ...spans, ...ticks, ...labels),
  ]);
  document.getElementById("line-ends").textContent = `${clock(begin)} to ${clock(end)}`;
}
