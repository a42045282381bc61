// Takes pictures of the page of a proc_image: the list, and the life of one process:
// node page.mjs --packages DIRECTORY --exporter URL --process PID --theme light|dark --into DIRECTORY
// The packages have the node_modules of package.json.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const names = ["packages", "exporter", "process", "theme", "into"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
const require = createRequire(join(resolve(given.packages, "node_modules"), "package.json"));
const { chromium } = require("playwright-core");

const margin = 14;
const faults = [];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 1840, height: 300 }, colorScheme: given.theme });
  // The browser asks for an icon by itself.
  page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico")
    && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(given.exporter);
  const link = page.getByRole("link", { name: given.process, exact: true });
  await link.waitFor();
  await page.screenshot({ path: join(given.into, "page.png") });

  await link.click();
  await page.locator("#by-thread").waitFor();
  // Nothing is to change while it is looked at.
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(500);
  const { x, y, width, height } = await page.locator("#life").boundingBox();
  const clip = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  await page.screenshot({ path: join(given.into, "life.png"), fullPage: true, clip });
} finally {
  await browser.close();
}
console.log("page.png, life.png");
faults.forEach((fault) => console.error(fault));
process.exitCode = faults.length ? 1 : 0;
