using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Every thread that carries an image, as the text iterator lists them, against /proc.</summary>
public static class ImagedThreads
{
    /// <summary>Each once.</summary>
    public static HashSet<int> Of(Loader loader)
    {
        var tids = File.ReadLines(loader.TextIterator).Skip(1)
            .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])
            .Select(tid => int.Parse(tid, CultureInfo.InvariantCulture)).ToList();
        Assert.Distinct(tids);
        return [.. tids];
    }

    /// <summary>All threads of the machine are imaged but those of some processes, and nothing else is.</summary>
    public static void AssertAllBut(Loader loader, params int[] excepted)
    {
        var before = Living(excepted);
        var imaged = Of(loader);
        var after = Living(excepted);
        Assert.Empty(before.Intersect(after).Except(imaged));
        Assert.DoesNotContain(imaged.Except(before.Union(after)), tid => Directory.Exists($"/proc/{tid}"));
    }

    // The kernel may hide its first process from iterators. Who is dead and not reaped has nothing to be imaged.
    private static HashSet<int> Living(int[] excepted)
    {
        var tids = new HashSet<int>();
        foreach (int pid in Proc.Processes().Except(excepted).Where(pid => pid != 1))
        {
            try
            {
                tids.UnionWith(Proc.Threads(pid).Where(tid => Proc.ThreadStat(pid, tid).State is not ('Z' or 'X')));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return tids;
    }
}
