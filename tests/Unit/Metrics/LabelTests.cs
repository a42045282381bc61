using ProcImage.Metrics;
using ProcImage.Tests.Unit.Imaging;

namespace ProcImage.Tests.Unit.Metrics;

public class LabelTests
{
    private static readonly MetricFamily _family = new("named", MetricType.Gauge, ["comm"], "Named.");

    [Theory]
    [InlineData("redis-server", "redis-server")]
    [InlineData("", "")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("say \"hi\"", "say \\\"hi\\\"")]
    [InlineData("one\ntwo", "one\\ntwo")]
    [InlineData("\\n", "\\\\n")]
    [InlineData("\\\"\n", "\\\\\\\"\\n")]
    [InlineData("naïve 名前 🙂", "naïve 名前 🙂")]
    [InlineData("{a=\"b\"} 1", "{a=\\\"b\\\"} 1")]
    public void A_value_cannot_leave_its_quotes(string value, string escaped) =>
        Assert.Equal($"comm=\"{escaped}\"", Exposition.Label("comm", value));

    [Theory]
    [InlineData(new byte[] { 0xff }, "\ufffd")]
    [InlineData(new byte[] { (byte)'a', 0xc3 }, "a\ufffd")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, "\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xc0, 0x80, (byte)'b' }, "\ufffd\ufffdb")]
    public void A_name_that_is_not_UTF_8_costs_no_scrape(byte[] name, string shown)
    {
        var comm = Records.Name(name);
        Assert.Equal(shown, comm.ToString());
        Assert.Contains($"{{comm=\"{shown}\"}}", Write(comm.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { '\ud83d' }, "\ufffd")]
    [InlineData(new[] { 'a', '\ude42', 'b' }, "a\ufffdb")]
    public void Neither_does_a_lone_surrogate(char[] value, string shown) =>
        Assert.Contains($"{{comm=\"{shown}\"}}", Write(new string(value)), StringComparison.Ordinal);

    [Fact]
    public void A_name_of_the_full_length_is_whole() =>
        Assert.Equal("0123456789abcdef", Records.Name("0123456789abcdef").ToString());

    private static string Write(string value) => Written.AsText(x =>
    {
        x.Begin(_family);
        x.Number(Exposition.Label("comm", value), 1UL);
    });
}
