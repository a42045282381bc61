using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Grafana;

/// <summary>What a variable asks Prometheus: <c>label_values(selector, label)</c> or <c>query_result(expression)</c>.</summary>
/// <param name="Expression">The selector or expression; empty where it is neither.</param>
/// <param name="Label">Whose values it wants; empty for query_result.</param>
public sealed partial record VariableQuery(string Expression, string Label)
{
    public static VariableQuery Parse(JsonNode variable)
    {
        string query = Dashboard.Text(variable["query"], "query");
        if (LabelValues().Match(query) is { Success: true } values)
            return new VariableQuery(values.Groups[1].Value, values.Groups[2].Value);
        return QueryResult().Match(query) is { Success: true } result
            ? new VariableQuery(result.Groups[1].Value, "")
            : new VariableQuery("", "");
    }

    [GeneratedRegex(@"^label_values\((.+),\s*(\w+)\)$", RegexOptions.Singleline)]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"^query_result\((.+)\)$", RegexOptions.Singleline)]
    private static partial Regex QueryResult();
}
