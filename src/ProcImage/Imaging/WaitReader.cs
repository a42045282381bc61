using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Which threads wait for locks now, and for whom. Who holds a lock stands in the memory of the process, where anybody can
/// write anything: it is believed only where it is a live thread of that process.
/// </summary>
internal sealed class WaitReader(KernelMaps maps)
{
    /// <summary>A reading of its own.</summary>
    /// <param name="of">Null: all that count.</param>
    public IReadOnlyList<LockWait> Read(Subject? of = null)
    {
        var records = new List<WaitRecord>();
        using (var iterator = maps.OpenIterator(Pins.Waits))
            RecordStream.ReadAll(iterator, (in RecordHeader _, ReadOnlySpan<byte> bytes) =>
            {
                var record = RecordStream.Read<WaitRecord>(bytes);
                if (of is not { } subject || subject.Tgid == record.Tgid)
                    records.Add(record);
            });
        return [.. records.GroupBy(record => new Subject(record.Tgid, 0, record.LeaderStartId)).SelectMany(Complete)];
    }

    private static IEnumerable<LockWait> Complete(IGrouping<Subject, WaitRecord> waits)
    {
        var process = waits.Key;
        LiveThreads? threads = null;
        var memory = new ProcessMemory(process.Tgid);
        var found = new List<LockWait>();
        foreach (var record in waits)
        {
            LockOwner? owner = null;
            if (record.Place != OwnerPlace.Nowhere)
                owner = (threads ??= LiveThreads.Of(process.Tgid))?.Find(OwnerSample.Read(memory, record.Address, record.Place) ?? record.Owner);
            found.Add(new LockWait(
                process, record.Tid, record.StartId, record.Comm.ToString(), record.Address,
                owner is null ? record.Kind : LockKind.Mutex, record.Begin, record.Switches, owner, record.Whose, record.Program,
                new CallRegisters(record.Instruction, record.StackPointer, record.FramePointer)));
        }

        // Else its pid is another life's by now, or will soon be.
        return threads is null || IsAlive(process) ? found : found.Select(wait => wait with { Owner = null });
    }

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
}
