using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>
/// For how long the delay of a thread was counted. It waits all the time, so its delay in /proc is a clock: the window
/// begins where that clock stands at what it was before the first counted wait, and ends where it stands at that plus
/// all that was counted. Between two samples nothing is known, hence the shortest and the longest that it can be.
/// </summary>
public sealed class CountingWindow
{
    private readonly List<(long Counted, long Time, long Delay)> _samples;

    private CountingWindow(List<(long Counted, long Time, long Delay)> samples, long? counted)
    {
        _samples = samples;
        Counted = counted ?? samples.Max(sample => sample.Counted);
        // Counted is read before Delay, so the difference is never too small.
        long delayAtStart = samples.Where(sample => sample.Counted > 0).Min(sample => sample.Delay - sample.Counted);
        var start = TimeOf(delayAtStart);
        var end = TimeOf(delayAtStart + Counted);
        Shortest = (end.Before - start.After) / 1_000_000_000m;
        Longest = (end.After - start.Before) / 1_000_000_000m;
    }

    /// <summary>All of the delay that was counted, in nanoseconds.</summary>
    public long Counted { get; }

    /// <summary>In seconds.</summary>
    public decimal Shortest { get; }

    /// <summary>In seconds.</summary>
    public decimal Longest { get; }

    /// <summary>Reads what a sampler has to say.</summary>
    /// <param name="sampler">At work.</param>
    /// <param name="counted">All that was counted, where the text iterator does not keep it.</param>
    public static CountingWindow Read(Workload sampler, long? counted)
    {
        var samples = new List<(long, long, long)>();
        sampler.Say("enough");
        for (string line = sampler.ReadLine(); !line.StartsWith("done", StringComparison.Ordinal);
             line = sampler.ReadLine())
        {
            long[] numbers = [.. line.Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
            samples.Add((numbers[0], numbers[1], numbers[2]));
        }

        Assert.True(samples.Any(sample => sample.Item1 > 0), "nothing was counted");
        return new CountingWindow(samples, counted);
    }

    // The samples before and after the clock stood there.
    private (long Before, long After) TimeOf(long delay)
    {
        int next = _samples.FindIndex(sample => sample.Delay >= delay);
        Assert.True(next > 0, "the window is not within the samples");
        return (_samples[next - 1].Time, _samples[next].Time);
    }
}
