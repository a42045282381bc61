using static ProcImage.Tests.Grafana.Fault;

namespace ProcImage.Tests.Grafana;

public sealed class LinterTests
{
    private const string Cpu = "CPU", Memory = "Memory", Mean = "Mean wait", Expr = "expr";

    private static readonly Fault[] _faults =
    [
        new("editable", root => root["editable"] = true, "editable"),
        new("no datasource variable", root => Variable(root, "datasource")["name"] = "ds", "no variable datasource"),
        new("datasource label", root => Variable(root, "datasource")["label"] = "Source", "'Data source'"),
        new("job label", root => Variable(root, "job")["label"] = "job", "'Job'"),
        new("job not multi", root => Variable(root, "job")["multi"] = false, "job is not multi"),
        new("instance allValue", root => Variable(root, "instance")["allValue"] = ".*", "instance has not allValue"),
        new("instance of any job", root => Replace(Variable(root, "instance")["query"]!, "query", "job=~\"$job\"", ""), "has not job"),
        new("refresh on load only", root => Variable(root, "comm")["refresh"] = 1, "comm is not refreshed"),
        new("variable query", root => Variable(root, "comm")["query"]!["query"] = "label_names()", "neither label_values"),
        new("variable label", root => Replace(Variable(root, "comm")["query"]!, "query", ", comm)", ", name)"), "no label name"),
        new("panel data source", root => Panel(root, Cpu)["datasource"]!["uid"] = "prometheus", "'CPU' has not $datasource"),
        new("target data source", root => Target(root, Cpu)["datasource"]!["uid"] = "x", "a target has not $datasource"),
        new("no title", root => Panel(root, Cpu)["title"] = "", "has no title"),
        new("no description", root => Panel(root, Cpu)["description"] = "", "'CPU' has no description"),
        new("no targets", root => Panel(root, Cpu)["targets"]!.AsArray().Clear(), "'CPU' has no targets"),
        new("same refId", root => Panel(root, Cpu)["targets"]![1]!["refId"] = "A", "two targets"),
        new("no unit", root => Panel(root, Memory)["fieldConfig"]!["defaults"]!["unit"] = "", "'Memory' has no unit"),
        new("wrong unit", root => Panel(root, Memory)["fieldConfig"]!["defaults"]!["unit"] = "byte", "no unit 'byte'"),
        new("wrong unit of cells", root => Panel(root, "Waits of this process")["options"]!["cellValues"]!["unit"] = "per s", "no unit 'per s'"),
        new("empty query", root => Target(root, Cpu)[Expr] = "", "empty query"),
        new("no job", root => Replace(Target(root, Cpu), Expr, "job=~\"$job\",", ""), "has not job=~"),
        new("no instance", root => Replace(Target(root, Cpu), Expr, "instance=~\"$instance\"", "instance=\"$instance\""), "has not instance=~"),
        new("fixed interval", root => Replace(Target(root, Cpu), Expr, "$__rate_interval", "5m"), "over 5m"),
        new("bare counter", root => Target(root, Cpu)[Expr] = "proc_image_process_cpu_seconds_total{job=~\"$job\",instance=~\"$instance\"}", "is a counter"),
        new("max of a counter", root => Replace(Target(root, Cpu), Expr, "rate(", "max_over_time("), "is a counter"),
        new("bare count", root => Replace(Target(root, Mean), Expr, "rate(", "avg_over_time("), "is a counter"),
        new("rate of a gauge", root => Replace(Target(root, Cpu), Expr, "process_cpu_seconds_total", "process_threads"), "is no counter"),
        new("no such series", root => Replace(Target(root, Memory), Expr, "resident_memory_bytes", "resident_bytes"), "no series"),
        new("no such label", root => Replace(Target(root, Cpu), Expr, "mode=", "kind="), "has no label kind"),
        new("no such label to join by", root => Replace(Variable(root, "process")["query"]!, "query", "by (start_id, text)", "by (start, text)"), "label start"),
        new("no such label in a legend", root => Target(root, "Process")["legendFormat"] = "{{name}}", "{{name}}"),
        new("no such label in a link", root => Replace(Panel(root, "Time in state")["fieldConfig"]!["defaults"]!["links"]![0]!, "url", "tgid", "pid"), "labels.pid}"),
        new("same id", root => Panel(root, Cpu)["id"] = Panel(root, Memory)["id"]!.GetValue<int>(), "an id of their own"),
        new("overlap", root => Panel(root, Cpu)["gridPos"]!["w"] = 13, "'CPU' and 'Memory' overlap"),
        new("too wide", root => Panel(root, Memory)["gridPos"]!["w"] = 13, "24 columns"),
        new("death in seconds", root => Replace(Annotation(root), Expr, "* 1000 ", ""), "in milliseconds"),
        new("death at the scrape", root => Annotation(root)["useValueForTime"] = false, "the time that is its value"),
    ];

    public static TheoryData<string> FaultNames => [.. _faults.Select(fault => fault.Name)];

    [Theory]
    [InlineData("overview")]
    [InlineData("portrait")]
    public void There_is_nothing_to_say_of(string dashboard) => Assert.Empty(Linter.Check(Shipped.Dashboard(dashboard)));

    [Theory]
    [MemberData(nameof(FaultNames))]
    public void It_finds(string name)
    {
        var fault = _faults.Single(each => each.Name == name);
        Assert.Contains(Linter.Check(fault.Planted()), found => found.Contains(fault.Found, StringComparison.Ordinal));
    }
}
