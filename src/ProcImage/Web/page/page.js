// Asks for the list of portraits every two seconds and shows it as a table.
const period = 2000;
const rows = document.getElementById("processes");
const state = document.getElementById("state");
const empty = document.getElementById("empty");
const pause = document.getElementById("pause");
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

function ending(process) {
  if (process.state !== "dead") return process.state;
  return process.exit_signal ? `dead, signal ${process.exit_signal}` : `dead, exit ${process.exit_code}`;
}

function cells(process) {
  const { resource, schedule } = process;
  const mean = schedule && schedule.delay_count ? schedule.delay_sum_ns / schedule.delay_count : 0;
  return [
    [process.tid ? `${process.tgid}, thread ${process.tid}` : process.tgid],
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
  const line = document.createElement("tr");
  line.className = process.state;
  for (const [text, kind] of cells(process)) {
    const cell = document.createElement("td");
    cell.textContent = text === undefined || text === false ? "" : text;
    if (kind) cell.className = kind;
    line.append(cell);
  }
  return line;
}

async function refresh() {
  if (paused) return;
  try {
    const answer = await fetch("api/v1/processes");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { processes } = await answer.json();
    rows.replaceChildren(...processes.sort(busiest).map(row));
    empty.hidden = processes.length > 0;
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
setInterval(refresh, period);
refresh();
