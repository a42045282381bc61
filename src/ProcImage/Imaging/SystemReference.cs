using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>A histogram of the whole machine that never steps back while its image is active.</summary>
public sealed class SystemReference
{
    private uint _epoch;

    public Histogram Stats { get; private set; }

    /// <param name="stats">A newer reading: the CPUs are not read at the same moment.</param>
    /// <param name="epoch">Of the activation; another one begins anew.</param>
    public Histogram Advance(in Histogram stats, uint epoch)
    {
        if (epoch != _epoch || stats.Count >= Stats.Count)
            Stats = stats;
        _epoch = epoch;
        return Stats;
    }
}
