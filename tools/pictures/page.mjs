// Takes pictures of the page of a proc_image: the list, and the lives of two processes, the other one for its locks:
// node page.mjs --packages DIRECTORY --exporter URL --process PID --locks PID --theme light|dark --into DIRECTORY
// The packages have the node_modules of package.json.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const names = ["packages", "exporter", "process", "locks", "theme", "into"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
const require = createRequire(join(resolve(given.packages, "node_modules"), "package.json"));
const { chromium } = require("playwright-core");

const margin = 14;
const faults = [];
const linkOf = (page, process) => page.getByRole("link", { name: process, exact: true });

async function life(page, process, part, file) {
  await linkOf(page, process).click();
  await page.locator(part).waitFor();
  // Nothing is to change while it is looked at.
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(500);
  const { x, y, width, height } = await page.locator("#life").boundingBox();
  const clip = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  await page.screenshot({ path: join(given.into, file), fullPage: true, clip });
  await page.getByRole("button", { name: "Go on" }).click();
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 2080, height: 300 }, colorScheme: given.theme });
  // The browser asks for an icon by itself.
  page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico")
    && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(given.exporter);
  await linkOf(page, given.process).waitFor();
  await page.screenshot({ path: join(given.into, "page.png") });
  await life(page, given.process, "#by-thread", "life.png");
  await life(page, given.locks, "#by-use", "locks.png");
} finally {
  await browser.close();
}
console.log("page.png, life.png, locks.png");
faults.forEach((fault) => console.error(fault));
process.exitCode = faults.length ? 1 : 0;
