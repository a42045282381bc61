using System.Globalization;
using System.Text;

namespace ProcImage.Symbols;

/// <summary>Stacks as flame graphs are drawn from: a line each, the root first, <c>main;f;g 123</c>.</summary>
internal static class FoldedStacks
{
    /// <summary>Stacks of the same names become one line, in the order of their first ones.</summary>
    /// <param name="into">Not closed.</param>
    /// <param name="samples">Those without frames are left out.</param>
    /// <param name="value">What the lines end with.</param>
    public static void Write(TextWriter into, IEnumerable<StackSample> samples, Func<StackSample, long> value)
    {
        var sums = new Dictionary<string, long>();
        foreach (var sample in samples)
        {
            if (sample.Frames.Count == 0)
                continue;
            var stack = Fold(sample.Frames);
            sums[stack] = sums.GetValueOrDefault(stack) + value(sample);
        }

        foreach (var (stack, sum) in sums.OrderByDescending(sum => sum.Value))
        {
            into.Write(stack);
            into.Write(' ');
            into.Write(sum.ToString(CultureInfo.InvariantCulture));
            into.Write('\n');
        }
    }

    private static string Fold(IReadOnlyList<Frame> frames)
    {
        var line = new StringBuilder();
        for (var at = frames.Count - 1; at >= 0; at--)
        {
            foreach (var letter in frames[at].Name)
                line.Append(letter == ';' ? ':' : char.IsControl(letter) ? ' ' : letter);
            if (at > 0)
                line.Append(';');
        }

        return line.ToString();
    }
}
