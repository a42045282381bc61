// Checks dashboards against Grafana's own types: node schema.mjs DIRECTORY DASHBOARD...
// DIRECTORY has the node_modules of package.json. One line for each fault; status 1 where there is one.
import { createRequire } from "node:module";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [given, ...dashboards] = process.argv.slice(2);
const directory = resolve(given);
const require = createRequire(join(directory, "package.json"));
const Ajv = require("ajv");
const raw = join(directory, "node_modules/@grafana/schema/dist/types/raw");

// What the data source adds to an annotation, and no type says.
const ofPrometheus = new Set(["expr", "step", "tagKeys", "titleFormat", "textFormat", "useValueForTime"]);

// The schema of one type, kept beside the packages: to make it takes seconds.
function schemaOf(path, type) {
  const kept = join(directory, `${path.replaceAll("/", "-")}-${type}.json`);
  if (!existsSync(kept)) {
    const { createGenerator } = require("ts-json-schema-generator");
    const schema = createGenerator({
      path: join(raw, path, "x/types.gen.d.ts"), type, skipTypeCheck: true, additionalProperties: false,
    }).createSchema(type);
    writeFileSync(kept, JSON.stringify(schema));
  }
  return JSON.parse(readFileSync(kept, "utf8"));
}

const ajv = new Ajv({ allErrors: true, strict: false, verbose: true });
const checks = new Map();

function check(path, type) {
  const key = `${path} ${type}`;
  if (!checks.has(key)) {
    checks.set(key, existsSync(join(raw, path)) ? ajv.compile(schemaOf(path, type)) : undefined);
  }
  return checks.get(key);
}

// Grafana fills in what is missing, and the alternatives of a union that do not apply say nothing.
function isFault(error) {
  return !["required", "anyOf", "if"].includes(error.keyword);
}

function* faults(path, type, value, where) {
  const validate = check(path, type);
  if (!validate) {
    yield `${where}: no type ${type} in ${path}`;
  } else if (!validate(value)) {
    for (const error of validate.errors.filter(isFault)) {
      const detail = error.params.additionalProperty ?? JSON.stringify(error.params.allowedValues ?? error.data);
      yield `${where}${error.instancePath}: ${error.message}: ${detail}`;
    }
  }
}

function* faultsOf(dashboard, name) {
  const outer = structuredClone(dashboard);
  for (const annotation of outer.annotations?.list ?? []) {
    ofPrometheus.forEach((key) => delete annotation[key]);
  }
  yield* faults("dashboard", "Dashboard", outer, name);
  for (const panel of dashboard.panels ?? []) {
    if (panel.type === "row") continue;
    const path = `composable/${panel.type.replaceAll("-", "")}/panelcfg`; // state-timeline is in statetimeline
    const where = `${name}, panel ${panel.title}`;
    yield* faults(path, "Options", panel.options ?? {}, `${where}, options`);
    const custom = panel.fieldConfig?.defaults?.custom;
    if (custom) yield* faults(path, "FieldConfig", custom, `${where}, custom`);
  }
}

let found = 0;
for (const file of dashboards) {
  for (const fault of faultsOf(JSON.parse(readFileSync(file, "utf8")), file)) {
    console.log(fault);
    found++;
  }
}
process.exitCode = found ? 1 : 0;
