using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>One line of an exposition.</summary>
/// <param name="Key">Name and labels as they stand in the line.</param>
/// <param name="Name">Without labels.</param>
/// <param name="Labels">With their escapes resolved.</param>
/// <param name="Text">The value as printed.</param>
public sealed record Series(string Key, string Name, IReadOnlyDictionary<string, string> Labels, string Text)
{
    public decimal Value => decimal.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>A value in seconds, to the nanosecond: what is printed with less than that is a failure.</summary>
    public long Nanoseconds
    {
        get
        {
            decimal nanoseconds = Value * 1_000_000_000;
            Assert.True(nanoseconds == decimal.Truncate(nanoseconds), $"not in whole nanoseconds: {Key} {Text}");
            return (long)nanoseconds;
        }
    }

    public bool Has(string label, string value) => Labels.TryGetValue(label, out string? found) && found == value;
}
