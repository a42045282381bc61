namespace ProcImage.Tests.Grafana;

/// <summary>The units of @grafana/data 13.2.2. Grafana shows one that it does not know as a suffix, and says nothing.</summary>
public static class Units
{
    public static IReadOnlySet<string> Known { get; } = Read();

    private static HashSet<string> Read()
    {
        using var stream = typeof(Units).Assembly.GetManifestResourceStream("units.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
