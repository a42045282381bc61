namespace ProcImage.Abi;

/// <summary>Key times of a thread, or of the threads of a process that are gone.</summary>
public struct KeytimeStats
{
    /// <summary>ns by <see cref="TimeState"/>, what is going on at the reading included; only with the ledger.</summary>
    public Times Times;

    /// <summary>Processes it has started by fork(2) and clone(2).</summary>
    public ulong Forks;
    public ulong Vforks;

    /// <summary>Threads that it has started.</summary>
    public ulong Threads;
    public ulong Execs;

    /// <summary>Both together.</summary>
    public static KeytimeStats Add(in KeytimeStats a, in KeytimeStats b)
    {
        var sum = a;
        for (var state = 0; state < (int)TimeState.States; state++)
            sum.Times[state] += b.Times[state];
        sum.Forks += b.Forks;
        sum.Vforks += b.Vforks;
        sum.Threads += b.Threads;
        sum.Execs += b.Execs;
        return sum;
    }
}
