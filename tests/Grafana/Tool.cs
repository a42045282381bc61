namespace ProcImage.Tests.Grafana;

/// <summary>npm, node and promtool, which take their time.</summary>
internal static class Tool
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    public static Ran Run(string directory, string program, params string[] arguments) =>
        Ran.Within(_limit, directory, "", program, arguments);
}
