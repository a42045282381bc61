using System.Text.RegularExpressions;

namespace ProcImage.Tests.Grafana;

/// <summary>compose.yaml cannot be run here; what it names has to be there.</summary>
public sealed partial class ComposeTests
{
    private static readonly string _compose = File.ReadAllText(Shipped.PathOf("compose.yaml"));

    [Fact]
    public void Images_have_a_version() =>
        Assert.Equal(2, Image().Matches(_compose).Count(image => Version().IsMatch(image.Groups[1].Value)));

    [Fact]
    public void What_is_mounted_exists() => Assert.All(Mount().Matches(_compose), mount =>
        Assert.True(Directory.Exists(Shipped.PathOf(mount.Groups[1].Value)), mount.Value));

    [Fact]
    public void The_provider_reads_where_the_dashboards_are_mounted()
    {
        string provider = File.ReadAllText(Shipped.PathOf("provisioning/dashboards/proc_image.yaml"));
        string mounted = Mount().Matches(_compose).Single(mount => mount.Groups[1].Value == "dashboards").Groups[2].Value;
        Assert.Contains($"path: {mounted}\n", provider, StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_source_is_where_Prometheus_listens()
    {
        string source = File.ReadAllText(Shipped.PathOf("provisioning/datasources/prometheus.yaml"));
        Assert.Contains("--web.listen-address=127.0.0.1:9090\n", _compose, StringComparison.Ordinal);
        Assert.Contains("url: http://127.0.0.1:9090\n", source, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"image: (\S+)")]
    private static partial Regex Image();

    [GeneratedRegex(@":v?\d+\.\d+\.\d+$")]
    private static partial Regex Version();

    [GeneratedRegex(@"- \./(\w+):([\w/]+):ro")]
    private static partial Regex Mount();
}
