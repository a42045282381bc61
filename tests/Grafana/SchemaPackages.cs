namespace ProcImage.Tests.Grafana;

/// <summary>
/// The npm packages with Grafana's types, in out/grafana-schema: installed when they are not there, as package-lock.json
/// says. Where npm cannot, the tests fail.
/// </summary>
public sealed class SchemaPackages : IDisposable
{
    private const string Lock = "package-lock.json";
    private static readonly string _source = Path.Combine(Shipped.Root, "tests", "Grafana");
    private static readonly string _directory = Path.Combine(Shipped.Root, "out", "grafana-schema");
    private readonly string _planted = Directory.CreateTempSubdirectory("proc-image-grafana-").FullName;

    public SchemaPackages()
    {
        // Written last, so that it says that the installation has come to its end.
        string done = Path.Combine(_directory, "installed");
        string wanted = File.ReadAllText(Path.Combine(_source, Lock));
        if (File.Exists(done) && File.ReadAllText(done) == wanted)
            return;
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        Directory.CreateDirectory(_directory);
        foreach (string file in new[] { "package.json", Lock })
            File.Copy(Path.Combine(_source, file), Path.Combine(_directory, file));
        Tool.Run(_directory, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error").AssertDone();
        File.WriteAllText(done, wanted);
    }

    public static Ran Check(params string[] dashboards) =>
        Tool.Run(_directory, "node", [Path.Combine(_source, "schema.mjs"), _directory, .. dashboards]);

    public Ran Check(Dashboard dashboard)
    {
        string path = Path.Combine(_planted, "planted.json");
        File.WriteAllText(path, dashboard.Root.ToJsonString());
        return Check(path);
    }

    public void Dispose() => Directory.Delete(_planted, recursive: true);
}
