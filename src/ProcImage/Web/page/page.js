// Asks for the list of portraits every two seconds and shows it as a table; of the one that the address names, where its
// time goes.
const period = 2000;
const mostStacks = 20;
const inKernel = 1, innermost = 4; // functions that are shown of each stack before it is opened
const scheduler = ["__schedule", "schedule"]; // in every stack
const rows = document.getElementById("processes");
const state = document.getElementById("state");
const empty = document.getElementById("empty");
const pause = document.getElementById("pause");
const life = document.getElementById("life");
const opened = new Set(); // stacks that are shown as a whole
let paused = false;

const units = ["B", "KiB", "MiB", "GiB", "TiB"];
function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit ? 1 : 0)} ${units[unit]}`;
}

function time(ns) {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(2)} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(2)} ms`;
  return `${(ns / 1e3).toFixed(1)} µs`;
}

function make(name, properties, ...children) {
  const element = document.createElement(name);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

function number(text) {
  return make("td", { className: "number" }, text);
}

function address(process) {
  return `${process.tgid}-${process.start_id}${process.tid ? `-${process.tid}` : ""}`;
}

function title(process) {
  return process.tid ? `${process.tgid}, thread ${process.tid}` : `${process.tgid}`;
}

function ending(process) {
  if (process.state !== "dead") return process.state;
  return process.exit_signal ? `dead, signal ${process.exit_signal}` : `dead, exit ${process.exit_code}`;
}

function cells(process) {
  const { resource, schedule } = process;
  const mean = schedule && schedule.delay_count ? schedule.delay_sum_ns / schedule.delay_count : 0;
  return [
    [make("a", { href: `#${address(process)}` }, title(process))],
    [process.comm],
    [ending(process) + (process.complete ? "" : ", incomplete")],
    [process.images.join(", ")],
    [resource && time(resource.cpu_user_ns), "number"],
    [resource && time(resource.cpu_system_ns), "number"],
    [resource && !process.tid && bytes(resource.resident_bytes), "number"],
    [resource && resource.threads, "number"],
    [resource && bytes(resource.read_chars), "number"],
    [resource && bytes(resource.written_chars), "number"],
    [resource && resource.voluntary_switches + resource.involuntary_switches, "number"],
    [schedule && schedule.delay_count, "number"],
    [schedule && time(mean), "number"],
    [schedule && time(schedule.delay_max_ns), "number"],
  ];
}

// Those with the most CPU time first.
function busiest(a, b) {
  const cpu = ({ resource }) => (resource ? resource.cpu_user_ns + resource.cpu_system_ns : 0);
  const delay = ({ schedule }) => (schedule ? schedule.delay_sum_ns : 0);
  return cpu(b) - cpu(a) || delay(b) - delay(a);
}

function row(process) {
  const line = make("tr", { className: process.state });
  for (const [content, kind] of cells(process))
    line.append(make("td", { className: kind ?? "" }, content === undefined || content === false ? "" : content));
  return line;
}

// Widths are attributes: the content policy allows no style here.
function showStates(states) {
  const all = Object.values(states).reduce((sum, ns) => sum + ns, 0) || 1;
  let at = 0;
  document.getElementById("bar").replaceChildren(...Object.entries(states).map(([name, ns]) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ class: name, x: at, width: ns / all, height: 1 }))
      part.setAttribute(key, value);
    at += ns / all;
    return part;
  }));
  document.getElementById("states").replaceChildren(...Object.entries(states).map(([name, ns]) =>
    make("tr", {},
      make("th", { scope: "row", className: name }, name), number(time(ns)), number(`${(100 * ns / all).toFixed(1)} %`))));
}

function stack(site) {
  const frames = [...site.kernel, ...site.user];
  const whole = frames.join("\n");
  const waits = site.kernel.filter((frame) => !scheduler.includes(frame)).slice(0, inKernel);
  const details = make("details", { open: opened.has(whole) },
    make("summary", {}, [...waits, ...site.user.slice(0, innermost)].join(" < ")),
    make("ol", {}, ...frames.map((frame) => make("li", {}, frame))));
  details.addEventListener("toggle", () => (details.open ? opened.add(whole) : opened.delete(whole)));
  return make("tr", {},
    number(time(site.seconds * 1e9)), number(site.count), number(time(site.max_seconds * 1e9)),
    make("td", {}, site.state), make("td", {}, details));
}

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

// Those with a time in each state alone have more to show.
async function showLife(processes) {
  const process = processes.find((each) => address(each) === location.hash.slice(1));
  const states = process?.keytime?.state_ns;
  life.hidden = !states;
  if (!states) return;
  document.getElementById("name").textContent = `${process.comm} (${title(process)})`;
  document.getElementById("timeline").href = `api/v1/processes/${address(process)}/timeline`;
  showStates(states);
  const sites = await ask(`api/v1/processes/${address(process)}/offcpu.json`);
  document.getElementById("stacks").replaceChildren(...sites.slice(0, mostStacks).map(stack));
}

async function refresh() {
  try {
    const { processes } = await ask("api/v1/processes");
    rows.replaceChildren(...processes.sort(busiest).map(row));
    empty.hidden = processes.length > 0;
    await showLife(processes);
    state.textContent = `${processes.length} shown, ${new Date().toLocaleTimeString()}`;
  } catch (error) {
    state.textContent = `no answer: ${error.message}`;
  }
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? "Go on" : "Pause";
});
addEventListener("hashchange", refresh);
setInterval(() => paused || refresh(), period);
refresh();
