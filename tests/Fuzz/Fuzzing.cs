using System.Diagnostics;
using System.Globalization;

namespace ProcImage.Tests.Fuzz;

/// <summary>
/// Runs a test with one seed after the other until the time is over. PROC_IMAGE_FUZZ_SECONDS says for how long,
/// PROC_IMAGE_FUZZ_SEED with which seed to begin; the same seed does the same.
/// </summary>
public static class Fuzzing
{
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(Number("PROC_IMAGE_FUZZ_SECONDS", 3));

    /// <returns>How many seeds there were.</returns>
    public static int Run(Action<Random> test)
    {
        var watch = Stopwatch.StartNew();
        int first = Number("PROC_IMAGE_FUZZ_SEED", 1);
        int seed = first;
        do
        {
            try
            {
                test(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"PROC_IMAGE_FUZZ_SEED={seed}: {failure.Message}", failure);
            }

            seed++;
        }
        while (watch.Elapsed < _time);

        return seed - first;
    }

    public static T Pick<T>(this Random random, IReadOnlyList<T> among) => among[random.Next(among.Count)];

    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
