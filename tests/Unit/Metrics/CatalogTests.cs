using ProcImage.Metrics;

namespace ProcImage.Tests.Unit.Metrics;

public class CatalogTests
{
    private static readonly string[] _otherUnits =
    [
        "ns", "us", "ms", "nanoseconds", "microseconds", "milliseconds", "minutes", "hours",
        "kb", "mb", "kilobytes", "megabytes", "pages", "sectors", "percent",
    ];

    private static readonly IEnumerable<MetricFamily> _ofProcesses = SubjectMetrics.All.Select(metric => metric.Process);

    private static readonly IEnumerable<MetricFamily> _ofThreads =
        SubjectMetrics.All.Select(metric => metric.Thread).OfType<MetricFamily>();

    [Fact]
    public void Help_is_a_sentence_in_one_line() =>
        Assert.All(Catalog.All, family => Assert.Matches("^[A-Z0-9][^\\n]*\\.$", family.Help));

    [Fact]
    public void No_two_families_have_the_same_name_or_the_same_help()
    {
        Assert.Empty(Twice(family => family.Name));
        Assert.Empty(Twice(family => family.BaseName));
        Assert.Empty(Twice(family => family.Help));
    }

    [Fact]
    public void Counters_end_in_total_and_only_they_do() => Assert.All(Catalog.All, family =>
        Assert.Equal(family.Type == MetricType.Counter, family.Name.EndsWith("_total", StringComparison.Ordinal)));

    [Fact]
    public void Names_and_labels_are_what_Prometheus_allows() => Assert.All(Catalog.All, family =>
    {
        Assert.Matches("^(proc_image_|process_)[a-z0-9_]+$", family.Name);
        Assert.All(family.Labels, label => Assert.Matches("^[a-z][a-z0-9_]*$", label));
        Assert.DoesNotContain("le", family.Labels);
        Assert.Equal(family.Labels.Distinct(), family.Labels);
    });

    [Fact]
    public void Units_are_base_units() => Assert.All(Catalog.All, family =>
    {
        var words = family.BaseName.Split('_');
        Assert.Empty(words.Intersect(_otherUnits));
        if (words.Intersect(["time", "delay", "duration", "cpu", "lifetime"]).Any())
            Assert.Equal("seconds", words[^1]);
        if (words.Contains("memory"))
            Assert.Equal("bytes", words[^1]);
    });

    [Fact]
    public void The_labels_of_a_process_begin_with_the_life() =>
        Assert.All(_ofProcesses, family => Assert.Equal(["tgid", "start_id"], family.Labels.Take(2)));

    [Fact]
    public void The_series_of_a_thread_never_mix_with_those_of_processes() => Assert.All(_ofThreads, family =>
    {
        Assert.StartsWith("proc_image_thread_", family.Name, StringComparison.Ordinal);
        Assert.Equal(["tgid", "start_id", "tid"], family.Labels.Take(3));
    });

    [Fact]
    public void Identity_is_a_label_of_info_alone()
    {
        var families = _ofProcesses.Where(family => family.Labels.Intersect(["comm", "exe", "cgroup"]).Any());
        Assert.Equal("proc_image_process_info", Assert.Single(families).Name);
    }

    [Fact]
    public void What_counts_says_since_when() => Assert.All(
        Catalog.All.Where(family => family.Type != MetricType.Gauge),
        family => Assert.Matches("(Of the whole life|[Ss]ince [^.]+)\\.$", family.Help));

    [Fact]
    public void The_help_of_a_thread_names_only_what_the_kernel_has() =>
        Assert.All(_ofThreads, family => Assert.DoesNotContain("sched_thread_", family.Help, StringComparison.Ordinal));

    /// <summary>Those that it has waited for are in the books of its process alone.</summary>
    [Fact]
    public void The_help_of_a_thread_claims_no_children() =>
        Assert.All(_ofThreads, family => Assert.DoesNotContain("children", family.Help, StringComparison.Ordinal));

    private static IEnumerable<string> Twice(Func<MetricFamily, string> part) =>
        Catalog.All.GroupBy(part).Where(same => same.Count() > 1).Select(same => same.Key);
}
