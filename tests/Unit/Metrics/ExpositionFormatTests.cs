using ProcImage.Metrics;

namespace ProcImage.Tests.Unit.Metrics;

public class ExpositionFormatTests
{
    private const string Prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    private const string Prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private const string Prometheus3ThatPrefersText =
        "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4";

    private const string Prometheus3ThatPrefersProtobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
        + "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    [Theory]
    [InlineData(Prometheus2)]
    [InlineData(Prometheus3)]
    [InlineData(Prometheus3ThatPrefersProtobuf)]
    [InlineData("application/openmetrics-text")]
    [InlineData("Application/OpenMetrics-Text; version=1.0.0")]
    [InlineData("text/plain;q=0.5, application/openmetrics-text;q=0.7")]
    [InlineData("application/openmetrics-text;version=3.0.0, application/openmetrics-text;version=1.0.0")]
    public void OpenMetrics_goes_to_those_who_like_it_better(string accept) =>
        Assert.Same(ExpositionFormat.OpenMetrics, ExpositionFormat.Negotiate(accept));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*/*")]
    [InlineData("text/plain")]
    [InlineData(Browser)]
    [InlineData(Prometheus3ThatPrefersText)]
    [InlineData("text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.9")]
    [InlineData("application/openmetrics-text;version=3.0.0")]
    [InlineData("application/openmetrics-text;q=0")]
    [InlineData("application/openmetrics-text;q=much")]
    [InlineData(";,;q=,,")]
    public void Text_goes_to_everybody_else(string? accept) =>
        Assert.Same(ExpositionFormat.Text, ExpositionFormat.Negotiate(accept));

    [Fact]
    public void The_answer_says_which_format_and_version_it_is()
    {
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", ExpositionFormat.Text.ContentType);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", ExpositionFormat.OpenMetrics.ContentType);
    }
}
