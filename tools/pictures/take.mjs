// Takes a picture of each row of the shipped dashboards, with what a Prometheus has of the time between FROM and TO:
// node take.mjs --packages DIRECTORY --prometheus URL --from MS --to MS --process NAME --locks NAME --theme light|dark --into DIRECTORY
// The row of locks has that other process.
// The packages have the node_modules of package.json, and get the bundle. Ends with status 1 if a panel could not be drawn.
import { createReadStream, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const names = ["packages", "prometheus", "from", "to", "process", "locks", "theme", "into"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
const source = dirname(fileURLToPath(import.meta.url));
const dashboards = join(source, "../../grafana/dashboards");
const modules = resolve(given.packages, "node_modules");
const bundle = join(given.packages, "bundle");
const require = createRequire(join(modules, "package.json"));
const { build } = require("esbuild");
const { chromium } = require("playwright-core");

await build({
  entryPoints: [join(source, "scene.jsx")], outdir: bundle, bundle: true, format: "esm", splitting: true, jsx: "automatic",
  nodePaths: [modules], loader: { ".ttf": "file" }, define: { "process.env.NODE_ENV": '"production"' }, logLevel: "error",
});

const kinds = {
  ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

// What the page asks for, and a Grafana server would have.
function place(path) {
  if (path === "/") {
    return join(source, "page.html");
  }
  if (path.startsWith("/dashboards/")) {
    return join(dashboards, path.slice("/dashboards/".length));
  }
  // The packages name Grafana's font, in each weight, but do not have it.
  if (path.startsWith("/public/fonts/inter/")) {
    return join(modules, "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
  }
  if (path.startsWith("/public/")) {
    return join(modules, "@grafana/ui/dist", path.replace("/public/build/", "/public/"));
  }
  return join(bundle, path);
}

const server = createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url, "http://localhost");
  // A page may ask its own server alone, so that one hands on what is for Prometheus.
  if (pathname.startsWith("/api/v1/")) {
    const answer = await fetch(`${given.prometheus}${pathname}${search}`);
    response.writeHead(answer.status, { "Content-Type": "application/json" }).end(await answer.text());
    return;
  }
  const path = place(pathname);
  createReadStream(path)
    .on("open", () => response.setHeader("Content-Type", kinds[extname(path)] ?? "application/octet-stream"))
    .on("error", () => response.writeHead(404).end())
    .pipe(response);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const faults = [];

async function take(page, dashboard, row, title) {
  const { from, to, theme } = given;
  const chosen = title.startsWith("Locks") ? given.locks : given.process;
  const query = new URLSearchParams({ dashboard, row, from, to, process: chosen, theme });
  await page.goto(`http://127.0.0.1:${server.address().port}/?${query}`);
  await page.waitForFunction(() => window.fault || window.panels?.().every(({ state }) => /Done|Error/.test(state)))
    .catch(() => faults.push(`${dashboard}, ${title}: not every panel had its data within 30 s`));
  // A table draws itself when it is seen first.
  await page.locator("#scene").evaluate((scene) => scene.scrollIntoView({ block: "end" }));
  // Everything has its data; fonts, and panels that measure themselves, take a moment more.
  await page.waitForTimeout(1500);

  const [word] = title.toLowerCase().replace(/^the /, "").match(/\w+/);
  const file = `${dashboard}-${word}.png`;
  await page.locator("#scene").screenshot({ path: join(given.into, file) });
  const { fault, panels } = await page.evaluate(() => ({ fault: window.fault, panels: window.panels?.() ?? [] }));
  faults.push(...fault ? [fault] : []);
  faults.push(...panels.flatMap(({ title: panel, errors = [] }) => errors.map((error) => `${panel}: ${error}`)));
  const empty = panels.filter(({ frames }) => !frames).map(({ title: panel }) => panel);
  console.log(empty.length ? `${file}, no data: ${empty.join(", ")}` : file);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  for (const file of readdirSync(dashboards).sort()) {
    const { panels } = JSON.parse(readFileSync(join(dashboards, file), "utf8"));
    for (const [row, { title }] of panels.filter(({ type }) => type === "row").entries()) {
      await take(page, file.replace(/\.json$/, ""), row, title);
    }
  }
} finally {
  await browser.close();
  server.close();
}
faults.forEach((fault) => console.error(fault));
process.exitCode = faults.length ? 1 : 0;
