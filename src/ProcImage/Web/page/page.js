// Asks for the list of portraits every two seconds and shows it as a table; of the one that the address names, where its
// time goes and what it asks of the kernel.
import { ask } from "./api.js";
import { show } from "./dom.js";
import { showLife } from "./life.js";
import { showList } from "./list.js";

const period = 2000;
const state = document.getElementById("state");
const pause = document.getElementById("pause");
let paused = false;

async function refresh() {
  try {
    const { processes } = await ask("api/v1/processes");
    showList(processes);
    show("empty", !processes.length);
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
