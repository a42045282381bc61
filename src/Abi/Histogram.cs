namespace ProcImage.Abi;

/// <summary>Times in ns: how long waits for a CPU were, or system calls.</summary>
public struct Histogram
{
    public ulong Sum;

    /// <summary>Meaningless while there are none.</summary>
    public ulong Min;
    public ulong Max;
    public HistogramBuckets Buckets;

    /// <summary>How many there are.</summary>
    public readonly ulong Count
    {
        get
        {
            ulong count = 0;
            foreach (var bucket in Buckets)
                count += bucket;
            return count;
        }
    }

    /// <summary>The bucket of a value in ns: a bound belongs to the bucket below it.</summary>
    public static int BucketOf(ulong value)
    {
        var bucket = 0;
        while (bucket < Limits.HistogramBuckets - 1 && value > 1UL << (Limits.FirstBoundLog2 + bucket))
            bucket++;
        return bucket;
    }

    /// <summary>Both together.</summary>
    public static Histogram Add(in Histogram a, in Histogram b)
    {
        var sum = a;
        sum.Sum += b.Sum;
        sum.Min = a.Count == 0 ? b.Min : b.Count == 0 ? a.Min : Math.Min(a.Min, b.Min);
        sum.Max = Math.Max(a.Max, b.Max);
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            sum.Buckets[i] += b.Buckets[i];
        return sum;
    }
}
