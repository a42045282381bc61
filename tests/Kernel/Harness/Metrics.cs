using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>One scrape, or a part of one.</summary>
public sealed class Metrics
{
    private Metrics(IReadOnlyList<Series> all, IReadOnlyDictionary<string, string> types)
    {
        All = all;
        Types = types;
    }

    public IReadOnlyList<Series> All { get; }

    /// <summary>The type of each family, by name.</summary>
    public IReadOnlyDictionary<string, string> Types { get; }

    public static Metrics Parse(string text)
    {
        var all = new List<Series>();
        var types = new Dictionary<string, string>();
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                types.Add(line.Split(' ')[2], line.Split(' ')[3]);
            else if (line.Length > 0 && line[0] != '#')
                all.Add(new SeriesParser(line).Parse());
        }

        return new Metrics(all, types);
    }

    /// <summary>What there is of a process.</summary>
    public Metrics Of(int tgid) => With("tgid", tgid.ToString(CultureInfo.InvariantCulture));

    /// <summary>What there is of a thread that is a target itself.</summary>
    public Metrics OfThread(int tid) => With("tid", tid.ToString(CultureInfo.InvariantCulture));

    public Metrics With(string label, string value) =>
        new([.. All.Where(series => series.Has(label, value))], Types);

    public Metrics Named(string prefix) =>
        new([.. All.Where(series => series.Name.StartsWith(prefix, StringComparison.Ordinal))], Types);

    public bool Has(string name) => All.Any(series => series.Name == name);

    /// <summary>The one series of that name and those labels.</summary>
    public Series One(string name, params (string Label, string Value)[] labels)
    {
        var found = All.Where(series => series.Name == name
            && labels.All(pair => series.Has(pair.Label, pair.Value))).ToArray();
        Assert.True(found.Length == 1,
            $"{found.Length} series {name} {string.Join(' ', labels)} among {All.Count}: "
            + string.Join(' ', All.Where(series => series.Name == name).Select(series => series.Key)));
        return found[0];
    }

    public decimal Value(string name, params (string Label, string Value)[] labels) => One(name, labels).Value;

    public long Nanoseconds(string name, params (string Label, string Value)[] labels) =>
        One(name, labels).Nanoseconds;
}
