using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Grafana;

/// <summary>
/// The rules of Grafana's dashboard-linter, for panels of every kind, and what can be known besides: that each series and
/// label exists, and that a death stands at its time.
/// </summary>
public sealed partial class Linter(Dashboard dashboard)
{
    private const string DataSource = "${datasource}";
    private static readonly string[] _rates = ["rate", "irate", "increase"];

    /// <summary>Panels that show no quantity.</summary>
    private static readonly string[] _withoutUnit = ["heatmap"];

    private readonly List<string> _faults = [];

    /// <summary>One line each; none is right.</summary>
    public static IReadOnlyList<string> Check(Dashboard dashboard)
    {
        var linter = new Linter(dashboard);
        linter.CheckDashboard();
        linter.CheckVariables();
        linter.CheckAnnotations();
        linter.CheckLayout();
        foreach (var panel in dashboard.Panels)
            linter.CheckPanel(panel);
        return linter._faults;
    }

    private void Require(bool condition, string fault)
    {
        if (!condition)
            _faults.Add($"{dashboard.Title}: {fault}");
    }

    private void CheckDashboard()
    {
        Require(dashboard.Root["editable"] is JsonValue editable && !editable.GetValue<bool>(), "editable is not false");
        Require(Dashboard.Text(dashboard.Root, "uid").Length > 0, "no uid");
        Require(Dashboard.Text(dashboard.Root, "description").Length > 0, "no description");
    }

    private void CheckVariables()
    {
        var source = dashboard.Variable("datasource");
        Require(Dashboard.Text(source, "type") == "datasource" && Dashboard.Text(source, "query") == "prometheus",
            "no variable datasource of type prometheus");
        Require(Dashboard.Text(source, "label") == "Data source", "variable datasource is not labelled 'Data source'");
        CheckTargetVariable("job", "Job", []);
        CheckTargetVariable("instance", "Instance", ["job"]);
        foreach (var variable in dashboard.Variables.Where(each => Dashboard.Text(each, "type") == "query"))
            CheckQueryVariable(variable);
    }

    private void CheckTargetVariable(string name, string label, string[] matched)
    {
        var variable = dashboard.Variable(name);
        Require(Dashboard.Text(variable, "type") == "query", $"no variable {name} that is a query");
        Require(Dashboard.Text(variable, "label") == label, $"variable {name} is not labelled '{label}'");
        Require(variable?["multi"]?.GetValue<bool>() == true, $"variable {name} is not multi");
        Require(Dashboard.Text(variable, "allValue") == ".+", $"variable {name} has not allValue .+");
        if (variable is not null)
            CheckSelectors(VariableQuery.Parse(variable).Expression, $"variable {name}", matched, "");
    }

    private void CheckQueryVariable(JsonNode variable)
    {
        string name = Dashboard.Text(variable, "name"), place = $"variable {name}";
        var query = VariableQuery.Parse(variable);
        Require(variable["refresh"]?.GetValue<int>() == 2, $"{place} is not refreshed with the time range");
        Require(Dashboard.Text(variable, "label").Length > 0, $"{place} has no label");
        Require(Dashboard.Text(variable["datasource"], "uid") == DataSource, $"{place} has not $datasource");
        Require(query.Expression.Length > 0, $"{place} is neither label_values nor query_result");
        if (query.Label.Length > 0)
            foreach (var selector in new Expression(query.Expression).Selectors)
                Require(SeriesCatalog.Labels(selector.Metric).Contains(query.Label), $"{place}: no label {query.Label}");
        if (name is not ("job" or "instance"))
            CheckSelectors(query.Expression, place, ["job", "instance"], "");
    }

    private void CheckAnnotations()
    {
        foreach (var annotation in dashboard.Annotations)
        {
            string place = $"annotation {Dashboard.Text(annotation, "name")}", expression = Dashboard.Text(annotation, "expr");
            Require(Dashboard.Text(annotation["datasource"], "uid") == DataSource, $"{place} has not $datasource");
            Require(annotation["useValueForTime"] is JsonValue value && value.TryGetValue(out bool use) && use,
                $"{place} does not stand at the time that is its value");
            Require(expression.Contains("_time_seconds", StringComparison.Ordinal)
                && expression.Contains("* 1000", StringComparison.Ordinal), $"{place} is not a time in milliseconds");
            CheckSelectors(expression, place, ["job", "instance"], "");
            CheckLegend(Dashboard.Text(annotation, "titleFormat"), expression, place);
        }
    }

    private void CheckPanel(JsonNode panel)
    {
        string title = Dashboard.Text(panel, "title"), place = $"panel '{title}'";
        var targets = Dashboard.Items(panel, "targets").ToList();
        Require(title.Length > 0, $"panel {panel["id"]} has no title");
        Require(Dashboard.Text(panel, "description").EndsWith('.'), $"{place} has no description");
        Require(targets.Count > 0, $"{place} has no targets");
        Require(Dashboard.Text(panel["datasource"], "uid") == DataSource, $"{place} has not $datasource");
        CheckUnits(panel, place);
        Require(targets.Select(target => Dashboard.Text(target, "refId")).Distinct().Count() == targets.Count,
            $"{place} has two targets of one refId");
        foreach (var target in targets)
        {
            string expression = Dashboard.Text(target, "expr");
            Require(expression.Length > 0, $"{place} has an empty query");
            Require(Dashboard.Text(target["datasource"], "uid") == DataSource, $"{place}: a target has not $datasource");
            CheckSelectors(expression, place, ["job", "instance"], title);
            CheckLegend(Dashboard.Text(target, "legendFormat"), expression, place);
            CheckLinks(panel, expression, place);
        }
    }

    private void CheckLinks(JsonNode panel, string text, string place)
    {
        var known = KnownLabels(new Expression(text));
        foreach (var link in Dashboard.Items(panel["fieldConfig"]?["defaults"], "links"))
            foreach (Match label in LabelInLink().Matches(Dashboard.Text(link, "url")))
                Require(known.Contains(label.Groups[1].Value), $"{place}: {label.Value} in a link, and no such label");
    }

    private void CheckUnits(JsonNode panel, string place)
    {
        var config = panel["fieldConfig"];
        string unit = Dashboard.Text(config?["defaults"], "unit");
        Require(unit.Length > 0 || _withoutUnit.Contains(Dashboard.Text(panel, "type")), $"{place} has no unit");
        var others = Dashboard.Items(config, "overrides").SelectMany(each => Dashboard.Items(each, "properties"))
            .Where(property => Dashboard.Text(property, "id") == "unit").Select(property => Dashboard.Text(property, "value"))
            .Append(Dashboard.Text(panel["options"]?["yAxis"], "unit"))
            .Append(Dashboard.Text(panel["options"]?["cellValues"], "unit"));
        foreach (string used in others.Append(unit).Where(each => each.Length > 0))
            Require(Units.Known.Contains(used), $"{place}: Grafana knows no unit '{used}'");
    }

    private void CheckSelectors(string text, string place, string[] variables, string title)
    {
        var expression = new Expression(text);
        foreach (var selector in expression.Selectors)
        {
            Require(SeriesCatalog.Has(selector.Metric), $"{place}: no series {selector.Metric}");
            foreach (string variable in variables)
                Require(selector.Matchers.Contains($"{variable}=~\"${variable}\""),
                    $"{place}: {selector.Metric} has not {variable}=~\"${variable}\"");
            foreach (string label in selector.MatchedLabels)
                Require(SeriesCatalog.Labels(selector.Metric).Contains(label), $"{place}: {selector.Metric} has no label {label}");
            CheckRate(selector, place, title);
        }

        var known = KnownLabels(expression);
        foreach (string label in expression.Labels)
            Require(known.Contains(label), $"{place}: no series of the query has a label {label}");
    }

    private void CheckRate(Selector selector, string place, string title)
    {
        bool isRate = _rates.Contains(selector.Function);
        bool isLastHour = title.Contains("last hour", StringComparison.Ordinal) && selector.Range == "1h";
        Require(isRate == SeriesCatalog.IsCounter(selector.Metric),
            $"{place}: {selector.Metric} is {(isRate ? "no counter" : "a counter")}, and its function is '{selector.Function}'");
        Require(selector.Range.Length == 0 || selector.Range == "$__rate_interval" || isLastHour,
            $"{place}: {selector.Metric} over {selector.Range}, not $__rate_interval");
    }

    private void CheckLegend(string format, string text, string place)
    {
        var known = KnownLabels(new Expression(text));
        foreach (Match label in Placeholder().Matches(format))
            Require(known.Contains(label.Groups[1].Value), $"{place}: {label.Value} in the legend, and no such label");
    }

    private static HashSet<string> KnownLabels(Expression expression) =>
        [.. expression.Selectors.SelectMany(selector => SeriesCatalog.Labels(selector.Metric)), .. expression.MadeLabels];

    private void CheckLayout()
    {
        var ids = dashboard.AllPanels.Select(panel => panel["id"]?.GetValue<int>() ?? 0).ToList();
        Require(ids.Distinct().Count() == ids.Count && !ids.Contains(0), "panels without an id of their own");
        var places = dashboard.AllPanels.Select(panel => (Title: Dashboard.Text(panel, "title"), Grid: Grid.Of(panel))).ToList();
        for (int i = 0; i < places.Count; i++)
        {
            Require(places[i].Grid.IsInside, $"panel '{places[i].Title}' is not within 24 columns");
            foreach (var other in places.Skip(i + 1).Where(other => other.Grid.Overlaps(places[i].Grid)))
                Require(false, $"panels '{places[i].Title}' and '{other.Title}' overlap");
        }
    }

    [GeneratedRegex(@"\$\{__field\.labels\.(\w+)\}")]
    private static partial Regex LabelInLink();

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex Placeholder();

    private readonly record struct Grid(int X, int Y, int Width, int Height)
    {
        public bool IsInside => X >= 0 && Y >= 0 && Width > 0 && Height > 0 && X + Width <= 24;

        public static Grid Of(JsonNode panel) =>
            new(Number(panel, "x"), Number(panel, "y"), Number(panel, "w"), Number(panel, "h"));

        public bool Overlaps(Grid other) =>
            X < other.X + other.Width && other.X < X + Width && Y < other.Y + other.Height && other.Y < Y + Height;

        private static int Number(JsonNode panel, string key) => panel["gridPos"]?[key]?.GetValue<int>() ?? -1;
    }
}
