using System.Runtime.CompilerServices;
using System.Text;
using ProcImage.Metrics;

namespace ProcImage.Tests.Unit.Metrics;

/// <summary>docs/metrics.md, as the catalog says it has to be.</summary>
internal static class MetricsDocument
{
    /// <summary>Set to 1: the file is written anew.</summary>
    public const string Update = "PROC_IMAGE_UPDATE_DOCS";

    private const string Head = $"""
        # Series

        Every family that `/metrics` has. This file is generated from the catalog (`src/ProcImage/Metrics/Catalog.cs`)
        by `{Update}=1 dotnet test tests/Unit --filter MetricsDocument`; a test compares the two.

        Names are those of the text format; OpenMetrics names the family of a counter without `_total`, and has
        `_created` where a series begins with an activation. A histogram has the label `le` besides. `tgid` and `start_id`
        name one life for good; series of a thread that is a target (`controller -p`) have `tid` besides.

        | name | type | labels | help |
        |---|---|---|---|

        """;

    public static string Path { get; } = Find();

    public static string Render()
    {
        var text = new StringBuilder(Head);
        foreach (var family in Catalog.All)
            text.AppendJoin(" | ", "| `" + family.Name + "`", TypeOf(family), LabelsOf(family), Cell(family.Help)).Append(" |\n");
        return text.ToString();
    }

    private static string TypeOf(MetricFamily family) => family.Type.ToString().ToLowerInvariant();

    private static string LabelsOf(MetricFamily family) => string.Join(", ", family.Labels.Select(label => $"`{label}`"));

    private static string Cell(string text) => text.Replace("|", "\\|");

    // From the source: the binaries may stand anywhere.
    private static string Find([CallerFilePath] string here = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "../../../docs/metrics.md"));
}
