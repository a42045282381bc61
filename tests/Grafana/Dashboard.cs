using System.Text.Json.Nodes;

namespace ProcImage.Tests.Grafana;

/// <summary>What the checks read of a dashboard. Also compiled into the tests that ask a real Prometheus.</summary>
public sealed class Dashboard(JsonNode root)
{
    public JsonNode Root { get; } = root;

    public string Title => Text(Root, "title");

    /// <summary>Rows are panels too; these are the others.</summary>
    public IEnumerable<JsonNode> Panels => AllPanels.Where(panel => Text(panel, "type") != "row");

    public IEnumerable<JsonNode> AllPanels => Items(Root, "panels");

    public IEnumerable<JsonNode> Variables => Items(Root["templating"], "list");

    /// <summary>Those that come from Prometheus.</summary>
    public IEnumerable<JsonNode> Annotations => Items(Root["annotations"], "list").Where(each => each["expr"] is not null);

    public static Dashboard Parse(string text) => new(JsonNode.Parse(text)!);

    public static IEnumerable<JsonNode> Items(JsonNode? node, string key) =>
        node?[key]?.AsArray().Select(each => each!) ?? [];

    /// <summary>The text of a member, or nothing.</summary>
    public static string Text(JsonNode? node, string key) =>
        node?[key] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    public JsonNode? Variable(string name) => Variables.SingleOrDefault(each => Text(each, "name") == name);

    /// <summary>Every PromQL expression, with the place where it stands.</summary>
    public IEnumerable<(string Place, string Expression)> Queries()
    {
        foreach (var panel in Panels)
            foreach (var target in Items(panel, "targets"))
                yield return ($"{Title}, {Text(panel, "title")} {Text(target, "refId")}", Text(target, "expr"));
        foreach (var annotation in Annotations)
            yield return ($"{Title}, annotation {Text(annotation, "name")}", Text(annotation, "expr"));
        foreach (var variable in Variables.Where(each => Text(each, "type") == "query"))
            yield return ($"{Title}, variable {Text(variable, "name")}", VariableQuery.Parse(variable).Expression);
    }
}
