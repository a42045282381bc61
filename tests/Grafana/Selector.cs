namespace ProcImage.Tests.Grafana;

/// <summary>A selector in an expression.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Matchers">As they are written: <c>job=~"$job"</c>.</param>
/// <param name="Range">What stands in brackets, or nothing.</param>
/// <param name="Function">The function that it is the argument of, or nothing.</param>
public sealed record Selector(string Metric, IReadOnlyList<string> Matchers, string Range, string Function)
{
    public IEnumerable<string> MatchedLabels => Matchers.Select(matcher => matcher[..matcher.IndexOfAny(['=', '!'])]);
}
