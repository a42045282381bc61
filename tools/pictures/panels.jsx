// What a Grafana server adds to its packages: panel plugins. The components that draw are Grafana's own.
import {
  FieldType, PanelPlugin, cacheFieldDisplayNames, dataLinksOverrideProcessor, displayNameOverrideProcessor,
  getDisplayValueAlignmentFactors, getFieldDisplayValues, identityOverrideProcessor, numberOverrideProcessor,
  standardEditorsRegistry, standardFieldConfigEditorRegistry, standardTransformers, standardTransformersRegistry,
  stringOverrideProcessor, thresholdsOverrideProcessor, unitOverrideProcessor, valueMappingsOverrideProcessor,
} from "@grafana/data";
import { BigValueTextMode } from "@grafana/schema";
import { BigValue, TimeSeries, VizRepeater, useTheme2 } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import { sceneUtils } from "@grafana/scenes";
import { useMemo } from "react";

const none = () => null;
const option = (path, process = identityOverrideProcessor, defaultValue = undefined) =>
  ({ id: path, path, name: path, editor: none, override: none, process, shouldApply: () => true, defaultValue });

// Every field of a fieldConfig that is not of one kind of panel alone.
const standardOptions = () => [
  option("unit", unitOverrideProcessor), option("min", numberOverrideProcessor), option("max", numberOverrideProcessor),
  option("decimals", numberOverrideProcessor), option("displayName", displayNameOverrideProcessor),
  option("noValue", stringOverrideProcessor), option("color"), option("mappings", valueMappingsOverrideProcessor, []),
  option("links", dataLinksOverrideProcessor), option("filterable"), option("fieldMinMax"),
  option("thresholds", thresholdsOverrideProcessor,
    { mode: "absolute", steps: [{ value: -Infinity, color: "green" }, { value: 80, color: "red" }] }),
];

// With the defaults that Grafana's panels have.
const customOptions = {
  timeseries: {
    drawStyle: "line", lineInterpolation: "linear", lineWidth: 1, lineStyle: { fill: "solid" }, fillOpacity: 0,
    gradientMode: "none", fillBelowTo: undefined, transform: undefined, spanNulls: false, insertNulls: false,
    showPoints: "auto", showValues: false, pointSize: 5, barAlignment: 0, barWidthFactor: 0.6,
    stacking: { mode: "none", group: "A" }, scaleDistribution: { type: "linear" }, axisPlacement: "auto", axisLabel: "",
    axisColorMode: "text", axisBorderShow: false, axisCenteredZero: false, axisGridShow: undefined, axisWidth: undefined,
    axisSoftMin: undefined, axisSoftMax: undefined, hideFrom: { legend: false, tooltip: false, viz: false },
    thresholdsStyle: { mode: "off" },
  },
  table: {
    align: "auto", cellOptions: { type: "auto" }, filterable: false, inspect: false, width: undefined, minWidth: 150,
    wrapText: false, wrapHeaderText: false, "hideFrom.viz": undefined, "footer.reducers": [],
  },
};

// As the panel does: what is no finite number is a gap. A quantile of nothing is none, and axes with one have no range.
const withoutNaN = (field) => field.type === FieldType.number
  ? { ...field, values: field.values.map((value) => Number.isFinite(value) ? value : null) } : field;

function Series({ data, timeRange, timeZone, width, height, options }) {
  const frames = useMemo(() => data.series.filter((frame) => frame.fields.some((field) => field.type === FieldType.number))
    .map((frame) => ({ ...frame, fields: frame.fields.map(withoutNaN) })), [data.series]);
  if (!frames.length) {
    return <Missing>No data</Missing>;
  }
  return (
    <TimeSeries frames={frames} structureRev={data.structureRev} timeRange={timeRange} timeZone={[timeZone]} width={width}
      height={height} legend={options.legend} options={options} />
  );
}

// With 'auto' a value has its name if there are several.
function Stat({ data, width, height, options, fieldConfig, replaceVariables, timeZone, renderCounter }) {
  const theme = useTheme2();
  const values = () => getFieldDisplayValues({
    fieldConfig, reduceOptions: options.reduceOptions, replaceVariables, theme, timeZone, data: data.series,
    sparkline: options.graphMode !== "none",
  });
  const draw = ({ value, width: w, height: h, count, alignmentFactors }) => (
    <BigValue value={value.display} count={count} sparkline={value.sparkline} colorMode={options.colorMode} theme={theme}
      graphMode={options.graphMode} justifyMode={options.justifyMode} alignmentFactors={alignmentFactors} width={w} height={h}
      textMode={options.textMode === BigValueTextMode.Auto && count === 1 ? BigValueTextMode.Value : options.textMode} />
  );
  return (
    <VizRepeater getValues={values} renderValue={draw} width={width} height={height} source={data} autoGrid
      getAlignmentFactors={getDisplayValueAlignmentFactors} itemSpacing={3} renderCounter={renderCounter}
      orientation={options.orientation} />
  );
}

function Table({ data, width, height, options, fieldConfig, timeRange }) {
  cacheFieldDisplayNames(data.series);
  const [frame] = data.series;
  if (!frame?.length) {
    return <Missing>No data</Missing>;
  }
  return (
    <TableNG data={frame} width={width} height={height} noHeader={!options.showHeader} showTypeIcons={options.showTypeIcons}
      resizable sortBy={options.sortBy} cellHeight={options.cellHeight} timeRange={timeRange} fieldConfig={fieldConfig}
      structureRev={data.structureRev} enableVirtualization={false} />
  );
}

function Missing({ children }) {
  const { colors, typography } = useTheme2();
  return (
    <div style={{ height: "100%", display: "flex", alignItems: "center", justifyContent: "center", textAlign: "center",
      color: colors.text.secondary, fontSize: typography.body.fontSize }}>
      <span>{children}</span>
    </div>
  );
}

const NotDrawn = (kind) => function Kind() {
  return <Missing>Not drawn here: a {kind}, whose renderer Grafana does not publish as a package.</Missing>;
};

function register(id, component, custom = {}) {
  const plugin = new PanelPlugin(component);
  plugin.useFieldConfig({
    useCustomConfig: (builder) => {
      for (const [path, defaultValue] of Object.entries(custom)) {
        builder.addCustomEditor(option(path, identityOverrideProcessor, defaultValue));
      }
    },
  });
  sceneUtils.registerRuntimePanelPlugin({ pluginId: id, plugin });
}

export function registerPanels(kinds) {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(standardOptions);
  // By id, for some are listed under two names.
  const transformers = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));
  standardTransformersRegistry.setInit(() => [...transformers.values()]
    .map((one) => ({ id: one.id, name: one.name, transformation: () => Promise.resolve(one) })));
  register("timeseries", Series, customOptions.timeseries);
  register("stat", Stat);
  register("table", Table, customOptions.table);
  for (const kind of new Set(kinds).difference(new Set(["row", "timeseries", "stat", "table"]))) {
    register(kind, NotDrawn(kind));
  }
}
