namespace ProcImage.Abi;

/// <summary>Run-queue delays in ns, as sched_switch has found them in <c>task_struct.sched_info</c>.</summary>
public struct ScheduleStats
{
    public ulong Sum;

    /// <summary>Meaningless while there are no waits.</summary>
    public ulong Min;
    public ulong Max;
    public ScheduleBuckets Buckets;

    /// <summary>How many waits there were.</summary>
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
        while (bucket < Limits.ScheduleBuckets - 1 && value > 1UL << (Limits.FirstBoundLog2 + bucket))
            bucket++;
        return bucket;
    }

    /// <summary>Both together.</summary>
    public static ScheduleStats Add(in ScheduleStats a, in ScheduleStats b)
    {
        var sum = a;
        sum.Sum += b.Sum;
        sum.Min = a.Count == 0 ? b.Min : b.Count == 0 ? a.Min : Math.Min(a.Min, b.Min);
        sum.Max = Math.Max(a.Max, b.Max);
        for (var i = 0; i < Limits.ScheduleBuckets; i++)
            sum.Buckets[i] += b.Buckets[i];
        return sum;
    }
}
