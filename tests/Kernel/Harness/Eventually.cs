using System.Diagnostics;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Waits that end.</summary>
public static class Eventually
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    /// <summary>The first value for which the condition holds, or the last one after ten seconds.</summary>
    public static T Get<T>(Func<T> read, Func<T, bool> condition)
    {
        var watch = Stopwatch.StartNew();
        T value = read();
        while (!condition(value) && watch.Elapsed < _limit)
        {
            Thread.Sleep(20);
            value = read();
        }

        return value;
    }

    public static void True(Func<bool> condition, string what) => True(condition, () => what);

    /// <param name="condition">What has to hold.</param>
    /// <param name="what">What is said when it does not, as things are then.</param>
    public static void True(Func<bool> condition, Func<string> what)
    {
        if (!Get(condition, held => held))
            Assert.Fail($"not within {_limit.TotalSeconds} s: {what()}");
    }
}
