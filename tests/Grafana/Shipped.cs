using System.Runtime.CompilerServices;

namespace ProcImage.Tests.Grafana;

/// <summary>What the folder grafana/ has.</summary>
public static class Shipped
{
    public static string Root { get; } = Find();

    public static string Rules { get; } = PathOf("prometheus/rules.yml");

    public static string DashboardPath(string name) => PathOf($"dashboards/{name}.json");

    public static Dashboard Dashboard(string name) => Grafana.Dashboard.Parse(File.ReadAllText(DashboardPath(name)));

    public static string PathOf(string path) => Path.Combine(Root, "grafana", path);

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
