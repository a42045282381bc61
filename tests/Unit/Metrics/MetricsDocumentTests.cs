using ProcImage.Metrics;

namespace ProcImage.Tests.Unit.Metrics;

public class MetricsDocumentTests
{
    [Fact]
    public void The_document_is_what_the_catalog_says()
    {
        if (Environment.GetEnvironmentVariable(MetricsDocument.Update) == "1")
            File.WriteAllText(MetricsDocument.Path, MetricsDocument.Render());
        var document = File.Exists(MetricsDocument.Path) ? File.ReadAllText(MetricsDocument.Path) : "";
        Assert.True(
            MetricsDocument.Render() == document,
            $"docs/metrics.md is not what the catalog says; write it anew with {MetricsDocument.Update}=1");
    }

    [Fact]
    public void It_has_a_row_for_each_family() =>
        Assert.All(Catalog.All, family => Assert.Contains($"\n| `{family.Name}` | ", MetricsDocument.Render(), StringComparison.Ordinal));
}
