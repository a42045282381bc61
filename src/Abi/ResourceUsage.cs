namespace ProcImage.Abi;

/// <summary>The kernel's own books of a task, or what <c>signal_struct</c> sums of the threads that are gone.</summary>
public struct ResourceUsage
{
    /// <summary>ns, sampled by the tick: scaled by <see cref="Runtime"/> before it is shown (<c>utime</c>).</summary>
    public ulong User;

    /// <summary>ns, likewise (<c>stime</c>).</summary>
    public ulong System;

    /// <summary>ns, exact (<c>se.sum_exec_runtime</c>, <c>sum_sched_runtime</c>).</summary>
    public ulong Runtime;
    public ulong VoluntarySwitches;
    public ulong InvoluntarySwitches;
    public ulong MinorFaults;
    public ulong MajorFaults;

    /// <summary>Bytes through read calls and the like (<c>ioac.rchar</c>).</summary>
    public ulong ReadChars;

    /// <summary>Bytes through write calls and the like (<c>ioac.wchar</c>).</summary>
    public ulong WrittenChars;

    /// <summary>Bytes from storage (<c>ioac.read_bytes</c>).</summary>
    public ulong ReadBytes;

    /// <summary>Bytes to storage (<c>ioac.write_bytes</c>).</summary>
    public ulong WrittenBytes;

    public void Add(in ResourceUsage other)
    {
        User += other.User;
        System += other.System;
        Runtime += other.Runtime;
        VoluntarySwitches += other.VoluntarySwitches;
        InvoluntarySwitches += other.InvoluntarySwitches;
        MinorFaults += other.MinorFaults;
        MajorFaults += other.MajorFaults;
        ReadChars += other.ReadChars;
        WrittenChars += other.WrittenChars;
        ReadBytes += other.ReadBytes;
        WrittenBytes += other.WrittenBytes;
    }
}
