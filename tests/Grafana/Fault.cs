using System.Text.Json.Nodes;

namespace ProcImage.Tests.Grafana;

/// <summary>A fault that is planted in the shipped portrait, to see it found.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Plant">Changes the dashboard.</param>
/// <param name="Found">What a complaint about it has to say.</param>
public sealed record Fault(string Name, Action<JsonNode> Plant, string Found)
{
    /// <summary>A shipped dashboard with the fault in it.</summary>
    public Dashboard Planted()
    {
        var dashboard = Shipped.Dashboard("portrait");
        Plant(dashboard.Root);
        return dashboard;
    }

    public static JsonNode Panel(JsonNode root, string title) =>
        root["panels"]!.AsArray().First(panel => Dashboard.Text(panel, "title") == title)!;

    public static JsonNode Target(JsonNode root, string title) => Panel(root, title)["targets"]![0]!;

    public static JsonNode Variable(JsonNode root, string name) =>
        root["templating"]!["list"]!.AsArray().First(each => Dashboard.Text(each, "name") == name)!;

    public static JsonNode Annotation(JsonNode root) =>
        root["annotations"]!["list"]!.AsArray().First(each => each!["expr"] is not null)!;

    /// <summary>Replaces text in a member; what is not there is an error of the test.</summary>
    public static void Replace(JsonNode node, string key, string old, string by)
    {
        string text = Dashboard.Text(node, key);
        Assert.Contains(old, text, StringComparison.Ordinal);
        node[key] = text.Replace(old, by, StringComparison.Ordinal);
    }

    public override string ToString() => Name;
}
