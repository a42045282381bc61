using static ProcImage.Tests.Grafana.Fault;

namespace ProcImage.Tests.Grafana;

/// <summary>Grafana's own types say what a dashboard is; Grafana itself ignores in silence what it does not know.</summary>
public sealed class SchemaTests(SchemaPackages packages) : IClassFixture<SchemaPackages>
{
    private static readonly Fault[] _faults =
    [
        new("misspelt key", root => root["timezon"] = "utc", "timezon"),
        new("misspelt key of a panel", root => Panel(root, "CPU")["descripton"] = "x", "descripton"),
        new("misspelt option", root => Panel(root, "Age")["options"]!["colourMode"] = "value", "colourMode"),
        new("misspelt custom key", root => Panel(root, "CPU")["fieldConfig"]!["defaults"]!["custom"]!["linewidth"] = 1, "linewidth"),
        new("wrong type", root => root["schemaVersion"] = "41", "/schemaVersion: must be number"),
        new("wrong enum", root => Variable(root, "job")["refresh"] = 7, "/refresh: must be equal to one of"),
        new("wrong enum of an option", root => Panel(root, "Age")["options"]!["graphMode"] = "lines", "/graphMode"),
        new("wrong enum of a custom key", root => Panel(root, "CPU")["fieldConfig"]!["defaults"]!["custom"]!["drawStyle"] = "curve", "/drawStyle"),
        new("misspelt kind of panel", root => Panel(root, "CPU")["type"] = "timeserie", "no type Options"),
    ];

    public static TheoryData<string> FaultNames => [.. _faults.Select(fault => fault.Name)];

    [Fact]
    public void The_dashboards_are_what_the_types_say() =>
        SchemaPackages.Check(Shipped.DashboardPath("overview"), Shipped.DashboardPath("portrait")).AssertDone();

    [Theory]
    [MemberData(nameof(FaultNames))]
    public void It_finds(string name)
    {
        var fault = _faults.Single(each => each.Name == name);
        packages.Check(fault.Planted()).AssertComplains(fault.Found);
    }
}
