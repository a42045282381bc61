// The one life that the address names: each part shows where its image is there.
import { address, ask, title } from "./api.js";
import { show } from "./dom.js";
import { showCalls } from "./calls.js";
import { showLine } from "./line.js";
import { showLocks } from "./locks.js";
import { showStacks, showStates } from "./states.js";

export async function showLife(processes) {
  const wanted = location.hash;
  const process = processes.find((each) => address(each) === wanted.slice(1));
  const states = process?.keytime?.state_ns;
  const hasCalls = Boolean(process?.syscall);
  const hasLocks = Boolean(process?.lock);
  const path = process && `api/v1/processes/${address(process)}`;
  const [sites, whole] = await Promise.all([states && ask(`${path}/offcpu.json`), (process?.keytime || hasCalls || hasLocks) && ask(path)]);
  if (wanted !== location.hash) return; // another one is wanted by now
  if (states) {
    document.getElementById("timeline").href = `${path}/timeline`;
    showStates(states);
    showStacks(sites);
  }
  showLine(whole);
  if (hasCalls) showCalls(whole.syscall);
  if (hasLocks) showLocks(whole.lock);
  show("states", Boolean(states));
  show("calls", hasCalls);
  show("locks", hasLocks);
  show("life", Boolean(states) || hasCalls || hasLocks);
  if (process) document.getElementById("name").textContent = `${process.comm} (${title(process)})`;
}
