using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Which threads wait for locks now, and for whom. Who holds a lock stands in the memory of the process, where anybody can
/// write anything: it is believed only where it is a live thread of that process.
/// </summary>
internal sealed class WaitReader(KernelMaps maps)
{
    private const int MostHung = 8;
    private const string VoluntarySwitches = "voluntary_ctxt_switches:";

    // The memory of a process cannot be read while its map is locked: whoever holds that may hang in a file system.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<Subject, Task> _hung = [];

    /// <summary>A reading of its own: all that count. By one thread at a time.</summary>
    public IReadOnlyList<LockWait> Read()
    {
        var records = new List<WaitRecord>();
        using (var iterator = maps.OpenIterator(Pins.Waits))
            RecordStream.ReadAll(
                iterator, (in RecordHeader _, ReadOnlySpan<byte> bytes) => records.Add(RecordStream.Read<WaitRecord>(bytes)));
        foreach (var (process, reading) in _hung.ToList())
            if (reading.IsCompleted)
                _hung.Remove(process);
        return [.. records.GroupBy(record => new Subject(record.Tgid, 0, record.LeaderStartId)).SelectMany(Complete)];
    }

    private IEnumerable<LockWait> Complete(IGrouping<Subject, WaitRecord> waits)
    {
        var process = waits.Key;
        if (!waits.Any(wait => wait.Place != OwnerPlace.Nowhere) || _hung.Count >= MostHung || _hung.ContainsKey(process))
            return waits.Select(wait => Wait(process, wait, null));
        var reading = Task.Factory.StartNew(
            () => FindOwners(process, [.. waits]), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (reading.Wait(_patience))
            return waits.Zip(reading.Result, (wait, owner) => Wait(process, wait, owner));
        _hung[process] = reading;
        return waits.Select(wait => Wait(process, wait, null));
    }

    private static LockOwner?[] FindOwners(Subject process, IReadOnlyList<WaitRecord> waits)
    {
        var threads = LiveThreads.Of(process.Tgid);
        LockOwner?[] owners = [.. waits.Select(wait =>
            // By the thread that waits: the first one of the process may have ended, and has no memory then.
            OwnerSample.Read(new ProcessMemory(wait.Tid), wait.Address, wait.Place) is { } owner ? threads?.Find(owner) : null)];
        // Else its pid is another life's by now, or will soon be.
        return IsAlive(process) ? owners : new LockOwner?[waits.Count];
    }

    private static LockWait Wait(Subject process, in WaitRecord record, LockOwner? owner) => new(
        process, record.Tid, record.StartId, record.Comm.ToString(), record.Address,
        owner is null ? record.Kind : LockKind.Mutex, record.Begin, record.Switches, record.HasTimeout != 0, owner, record.Whose,
        record.Program, new CallRegisters(record.Instruction, record.StackPointer, record.FramePointer, record.ReturnAt, record.ReturnAddress));

    /// <summary>A process, or a thread that is a target.</summary>
    public static bool IsAlive(Subject subject)
    {
        try
        {
            return ProcStat.Read(subject.Id).IsLife(subject.StartId);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a thread sleeps in one and the same wait ever since, as the kernel says also where it is imaged no more.</summary>
    public static bool StandsStill(LockWait wait)
    {
        try
        {
            return ProcStat.Read(wait.Tid).IsLife(wait.StartId) && SwitchesOf(wait.Tid) == wait.Switches;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ulong? SwitchesOf(int tid)
    {
        var line = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{tid}/status")).Split('\n')
            .FirstOrDefault(line => line.StartsWith(VoluntarySwitches, StringComparison.Ordinal));
        return line is null ? null : ulong.Parse(line[VoluntarySwitches.Length..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
