using System.Diagnostics;
using System.Reflection;
using ProcImage.Abi;

namespace ProcImage.Tests.Abi;

/// <summary>The kernel side's own code for histogram buckets, compiled for this machine.</summary>
public sealed class DelayBucketTests
{
    private static readonly string _headers = typeof(DelayBucketTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "BpfDirectory").Value!;

    private const string Program = """
        #include <stdio.h>
        #include <stdlib.h>
        #include "kernel.h"
        #include "abi.h"
        #define __always_inline inline __attribute__((always_inline))
        #define __noinline __attribute__((noinline))
        #include "histogram.h"
        int main(int argc, char **argv)
        {
        	for (int i = 1; i < argc; i++)
        		printf("%u\n", bucket_of(strtoull(argv[i], NULL, 10)));
        	return 0;
        }
        """;

    [Fact]
    public void A_delay_falls_into_the_first_bucket_whose_bound_is_not_below_it()
    {
        var delays = Delays().Where(delay => delay <= long.MaxValue).ToArray();
        var expected = delays.Select(delay => Enumerable.Range(0, Limits.HistogramBuckets - 1)
            .FirstOrDefault(i => delay <= 1UL << (Limits.FirstBoundLog2 + i), Limits.HistogramBuckets - 1));

        Assert.Equal(expected, Run(delays));
    }

    private static IEnumerable<ulong> Delays()
    {
        // Longer than 2^63 ns, 292 years, is no delay.
        yield return 0;
        for (var log2 = 0; log2 < 64; log2++)
        {
            var power = 1UL << log2;
            yield return power - 1;
            yield return power;
            yield return power + 1;
        }

        var random = new Random(20011);
        for (var i = 0; i < 1009; i++)
            yield return (ulong)random.NextInt64() >> random.Next(64);
    }

    private static int[] Run(ulong[] delays)
    {
        var directory = Directory.CreateTempSubdirectory("proc_image_buckets");
        try
        {
            var source = Path.Combine(directory.FullName, "buckets.c");
            var binary = Path.Combine(directory.FullName, "buckets");
            File.WriteAllText(source, Program);
            Execute("clang", ["-O2", "-I", _headers, source, "-o", binary]);
            return Execute(binary, delays.Select(delay => $"{delay}"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Execute(string file, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{file}: {errors}");
        return output;
    }
}
