// A data source for scenes: what Grafana's own one (with its server half) makes of the answers of Prometheus, as far as
// the shipped dashboards use it.
import { FieldType, LoadingState, createDataFrame, getDefaultTimeRange, rangeUtil } from "@grafana/data";
import { setRunRequest } from "@grafana/runtime";
import { RuntimeDataSource, sceneGraph, sceneUtils } from "@grafana/scenes";
import { catchError, concat, from, map, of } from "rxjs";

export const uid = "prometheus";

// timeInterval of grafana/provisioning/datasources, and scrape_interval of tools/pictures.sh.
const scrapeMs = 5000;

async function ask(path, parameters) {
  const answer = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = await answer.json();
  if (body.status !== "success") {
    throw new Error(`${body.error}: ${JSON.stringify(parameters)}`);
  }
  return body.data;
}

const seconds = (ms) => (ms / 1000).toFixed(3);
const duration = (ms) => rangeUtil.secondsToHms(ms / 1000);

// As in Grafana's own: $__rate_interval holds four scrapes, and no step less than it.
function intervals(request) {
  const step = Math.max(request.intervalMs, scrapeMs);
  const range = Math.round(request.range.to.diff(request.range.from) / 1000);
  const entry = (value) => ({ text: value, value });
  return {
    step,
    variables: {
      ...request.scopedVars,
      __interval: entry(duration(step)),
      __interval_ms: entry(step),
      __range: entry(`${range}s`),
      __range_s: entry(range),
      __range_ms: entry(range * 1000),
      __rate_interval: entry(duration(Math.max(step + scrapeMs, 4 * scrapeMs))),
    },
  };
}

// Several values become an alternative; what is special in a regular expression is quoted, and quoted again for PromQL.
export function quoted(value, variable) {
  if (!variable.multi && !variable.includeAll) {
    return String(value).replace(/\\/g, "\\\\").replace(/"/g, '\\"');
  }
  const values = [value].flat().map((one) => String(one).replace(/\\/g, "\\\\\\\\").replace(/[$^*{}[\]+?.()|]/g, "\\\\$&"));
  return values.length === 1 ? values[0] : `(${values.join("|")})`;
}

function legend(format, labels) {
  if (!format) {
    const { __name__: name = "", ...others } = labels;
    return `${name}{${Object.entries(others).map(([key, value]) => `${key}="${value}"`).join(", ")}}`;
  }
  return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => labels[label] ?? "");
}

const number = (text) => text === null ? null : ({ NaN, "+Inf": Infinity, "-Inf": -Infinity })[text] ?? Number(text);

// Steps without a sample are gaps in a line: Grafana marks them by nulls, also before its beginning and after its end.
function withGaps(points, step) {
  const times = new Set(points.map(([time]) => time));
  const gaps = [...times].flatMap((time) => [time - step / 1000, time + step / 1000]).filter((time) => !times.has(time));
  return [...points, ...[...new Set(gaps)].map((time) => [time, null])].sort(([one], [other]) => one - other);
}

function toSeries({ metric, values, value }, target, step) {
  const points = values ? withGaps(values, step) : [value];
  return createDataFrame({
    refId: target.refId,
    meta: { type: "timeseries-multi" },
    fields: [
      { name: "Time", type: FieldType.time, values: points.map(([at]) => at * 1000), config: { interval: step } },
      {
        name: "Value", type: FieldType.number, values: points.map(([, text]) => number(text)), labels: metric,
        config: { displayNameFromDS: legend(target.legendFormat, metric) },
      },
    ],
  });
}

// One row for each series, one column for each label.
function toTable(result, target, alone) {
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return createDataFrame({
    refId: target.refId,
    meta: { preferredVisualisationType: "table" },
    fields: [
      { name: "Time", type: FieldType.time, values: result.map(({ value }) => value[0] * 1000) },
      ...labels.map((label) => ({
        name: label, type: FieldType.string, values: result.map(({ metric }) => metric[label] ?? ""),
        config: { filterable: true },
      })),
      {
        name: alone ? "Value" : `Value #${target.refId}`, type: FieldType.number,
        values: result.map(({ value }) => number(value[1])),
      },
    ],
  });
}

class Prometheus extends RuntimeDataSource {
  constructor() {
    super("prometheus", uid);
    this.interval = duration(scrapeMs);
  }

  async query(request) {
    const { step, variables } = intervals(request);
    const scene = request.scopedVars.__sceneObject.value.valueOf();
    const frames = await Promise.all(request.targets.map(async (target) => {
      const query = sceneGraph.interpolate(scene, target.expr, variables, quoted);
      const { from: start, to: end } = request.range;
      if (target.instant) {
        const { result } = await ask("query", { query, time: seconds(end.valueOf()) });
        if (target.format !== "table") {
          return result.map((one) => toSeries(one, target, step));
        }
        return result.length ? [toTable(result, target, request.targets.length === 1)] : [];
      }
      const { result } = await ask("query_range", {
        query, step: step / 1000, start: seconds(Math.floor(start / step) * step), end: seconds(Math.floor(end / step) * step),
      });
      return result.map((one) => toSeries(one, target, step));
    }));
    return { data: frames.flat() };
  }

  testDatasource() {
    return Promise.resolve({ status: "success", message: "" });
  }
}

export function register() {
  sceneUtils.registerRuntimeDataSource({ dataSource: new Prometheus() });
  setRunRequest((source, request) => {
    const state = (kind, series, errors) =>
      ({ state: kind, series, errors, request, timeRange: request.range ?? getDefaultTimeRange() });
    return concat(
      of(state(LoadingState.Loading, [])),
      from(source.query(request)).pipe(
        map(({ data }) => state(LoadingState.Done, data)),
        catchError(({ message }) => of(state(LoadingState.Error, [], [{ message }])))));
  });
}

// The values that a variable of the kind 'query' offers: [{ value, text }].
export async function offered(query, regex, to) {
  const labels = /^label_values\((?:(.*),\s*)?(\w+)\)$/s.exec(query);
  if (labels) {
    const [, selector, label] = labels;
    const values = await ask(`label/${label}/values`, selector ? { "match[]": selector } : {});
    return values.map((value) => ({ value, text: value }));
  }
  const [, expression] = /^query_result\((.*)\)$/s.exec(query);
  const { result } = await ask("query", { query: expression, time: seconds(to) });
  const pattern = new RegExp(regex.slice(1, regex.lastIndexOf("/")));
  return result.flatMap(({ metric, value }) => {
    const series = Object.keys(metric).sort().map((key) => `${key}="${metric[key]}"`).join(",");
    const { groups } = pattern.exec(`{${series}} ${value[1]} ${value[0] * 1000}`) ?? {};
    return groups ? [{ value: groups.value, text: groups.text }] : [];
  });
}
