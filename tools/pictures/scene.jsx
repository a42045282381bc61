// One row of a shipped dashboard, drawn by Grafana's packages. The address says which:
// ?dashboard=overview&row=0&from=MS&to=MS&process=NAME&theme=dark
import { EventBusSrv, ThemeContext, createTheme } from "@grafana/data";
import { LocationServiceProvider, config, locationService, setAppEvents, setPluginImportUtils } from "@grafana/runtime";
import {
  CustomVariable, EmbeddedScene, SceneDataTransformer, SceneGridItem, SceneGridLayout, SceneGridRow, SceneQueryRunner,
  SceneTimeRange, SceneVariableSet, VizPanel, sceneGraph,
} from "@grafana/scenes";
import { GlobalStyles, PortalContainer } from "@grafana/ui";
import { createRoot } from "react-dom/client";
import { registerPanels } from "./panels.jsx";
import { offered, quoted, register, uid } from "./prometheus.js";
import "./page.css";

const wanted = Object.fromEntries(new URLSearchParams(location.search));

// The variables in their order, each asked for with the values of those before it, at what a dashboard begins with: 'All'
// where it offers that, else the first, or the one that the address names.
async function variables(dashboard) {
  const scene = new EmbeddedScene({ body: undefined, $variables: new SceneVariableSet({ variables: [] }) });
  for (const { type, name, label, query, regex, multi, includeAll, allValue } of dashboard.templating.list) {
    let value = uid, text = uid;
    if (type === "query") {
      const values = await offered(sceneGraph.interpolate(scene, query.query, {}, quoted), regex, Number(wanted.to));
      if (!values.length) {
        throw new Error(`the variable ${name} has no value`);
      }
      const chosen = values.find((one) => one.text.startsWith(wanted[name])) ?? values[0];
      [value, text] = includeAll ? [["$__all"], ["All"]] : [chosen.value, chosen.text];
    }
    const one = new CustomVariable({ name, label, value, text, isMulti: multi, includeAll, allValue, query: "" });
    scene.state.$variables.setState({ variables: [...scene.state.$variables.state.variables, one] });
  }
  return scene.state.$variables.state.variables.map((one) => one.clone());
}

function panel({ id, type, title, description, targets, transformations = [], options, fieldConfig, interval, maxDataPoints }) {
  const queries = new SceneQueryRunner({
    datasource: { type: "prometheus", uid }, queries: targets, minInterval: interval, maxDataPoints,
    maxDataPointsFromWidth: true,
  });
  return new VizPanel({
    key: `panel-${id}`, pluginId: type, title, description, options, fieldConfig,
    $data: new SceneDataTransformer({ $data: queries, transformations }),
  });
}

// The row and what stands below it, up to the next row.
function rowOf(dashboard, index) {
  const starts = dashboard.panels.flatMap(({ type }, at) => type === "row" ? [at] : []);
  return dashboard.panels.slice(starts[index], starts[index + 1]);
}

async function main() {
  const dashboard = await (await fetch(`/dashboards/${wanted.dashboard}.json`)).json();
  config.theme2 = createTheme({ colors: { mode: wanted.theme } });
  setAppEvents(new EventBusSrv());
  setPluginImportUtils({
    getPanelPluginFromCache: () => undefined,
    importPanelPlugin: (id) => Promise.reject(new Error(`no panel ${id}`)),
  });
  register();
  registerPanels(dashboard.panels.map(({ type }) => type));

  const [row, ...panels] = rowOf(dashboard, Number(wanted.row));
  const { y: top } = row.gridPos;
  const vizPanels = panels.map(panel);
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: new Date(Number(wanted.from)).toISOString(), to: new Date(Number(wanted.to)).toISOString(),
    }),
    $variables: new SceneVariableSet({ variables: await variables(dashboard) }),
    body: new SceneGridLayout({
      isLazy: false,
      children: [
        new SceneGridRow({ title: row.title, y: 0, children: [] }),
        ...panels.map(({ gridPos: { x, y, w, h } }, at) =>
          new SceneGridItem({ x, y: y - top, width: w, height: h, body: vizPanels[at] })),
      ],
    }),
  });

  createRoot(document.getElementById("scene")).render(
    <ThemeContext.Provider value={config.theme2}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <scene.Component model={scene} />
      </LocationServiceProvider>
      <PortalContainer />
    </ThemeContext.Provider>);

  // What tools/pictures/take.mjs waits for, and what it says of panels that show nothing.
  window.panels = () => vizPanels.map((one) => {
    const { state, errors, series } = sceneGraph.getData(one).state.data ?? {};
    return { title: one.state.title, state, errors: errors?.map(({ message }) => message), frames: series?.length };
  });
}

main().catch((fault) => {
  window.fault = String(fault.stack ?? fault);
  console.error(fault);
});
