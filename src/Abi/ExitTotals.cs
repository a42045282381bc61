namespace ProcImage.Abi;

/// <summary>
/// The single element of the exits map: what imaged processes have left when they died. The loader counts them, and
/// this outlives it.
/// </summary>
public struct ExitTotals
{
    /// <summary>By <see cref="ExitCause"/>.</summary>
    public CountByCause Counts;

    /// <summary>ns, of processes whose resources were imaged.</summary>
    public ulong User;
    public ulong System;

    /// <summary>In ns, from start to death; only sum and buckets.</summary>
    public Histogram Lifetimes;

    /// <summary>The last one counted: if the loader was killed right then, its record is still in the ring.</summary>
    public Life Last;
}
