using Libbpf;
using ProcImage.Abi;
using ProcImage.Privileges;

namespace ProcImage.Imaging;

/// <summary>
/// Reads the kernel side into portraits: at each scrape, when a policy has ended, and when events have begun many; takes
/// up what it tells of by itself.
/// </summary>
public sealed class Imager : IDisposable
{
    /// <summary>In ms.</summary>
    private const int Coalescing = 40;

    /// <summary>Records that take an eighth of the ring, or more: then there is no time to wait.</summary>
    private const int Many = 500;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly KernelMaps _maps;
    private readonly PortraitTable _table;
    private readonly RunsLeftOut _runsLeftOut;
    private readonly IdleTasks _idleTasks;
    private readonly RingBuffer _events;
    private readonly EventFd _stop = new();
    private readonly ManualResetEvent _isEnding = new(false);
    private readonly AutoResetEvent _policiesChanged = new(false);
    private readonly Thread _consumer;
    private readonly Thread _follower;
    private readonly SystemReference _systemSchedule = new();
    private readonly SystemReference _systemSyscall = new();
    private long _walks;

    public Imager(KernelMaps maps, PortraitTable table, RunsLeftOut runsLeftOut)
    {
        _maps = maps;
        _table = table;
        _runsLeftOut = runsLeftOut;
        _table.Told += (subject, milestone) => Told?.Invoke(subject, milestone);
        _table.Forgotten += subject => Forgotten?.Invoke(subject);
        _idleTasks = new IdleTasks(maps);
        _events = new RingBuffer(maps.Events, Receive);
        _consumer = new Thread(() => Guarded(ConsumeEvents)) { Name = "events", IsBackground = true };
        _follower = new Thread(() => Guarded(FollowPolicies)) { Name = "policies", IsBackground = true };
    }

    /// <summary>
    /// Raised after the policies in force have changed, on a thread of its own: who hears it may be slow, and so may be
    /// who holds the policy lock. The ring buffer is emptied meanwhile.
    /// </summary>
    public event Action? PoliciesChanged;

    /// <summary>Something has happened in a life. Whoever hears it must not wait: the ring buffer does, too.</summary>
    public event Action<Subject, Milestone>? Told;

    /// <summary>
    /// Raised at the end of each reading, under the lock: whether any target has a ledger. Whoever hears it must not wait.
    /// </summary>
    public event Action<bool>? Walked;

    /// <summary>A life is shown no more. Raised under the lock: whoever hears it must not wait.</summary>
    public event Action<Subject>? Forgotten;

    /// <summary>
    /// Raised when policies have changed, after a reading and before the kernel side forgets what deactivated images have
    /// counted. Under the policy lock: no image is activated meanwhile.
    /// </summary>
    public event Action? Settling;

    /// <summary>Raised when one of the threads cannot go on.</summary>
    public event Action<Exception>? Failed;

    /// <summary>What has been told while no loader was there is taken up before the first reading.</summary>
    public void Start()
    {
        lock (_lock)
            _table.Recall();
        Consume();
        NiceLevel.Start(_consumer);
        _follower.Start();
    }

    /// <summary>How many readings have begun; to be asked when a request arrives.</summary>
    public long Readings => Volatile.Read(ref _walks);

    /// <summary>A fresh reading of everything, handed to <paramref name="use"/> under the lock.</summary>
    /// <param name="use">Its result is returned.</param>
    /// <param name="since">As <see cref="Readings"/> said: one that has begun since then is fresh enough.</param>
    public T Read<T>(Func<Snapshot, T> use, long? since = null)
    {
        lock (_lock)
        {
            if (since is null || since == _walks)
            {
                Walk();
                _events.Consume(); // what has been counted has been told
            }

            return use(TakeSnapshot());
        }
    }

    /// <summary>The latest system calls of each thread, and those that they are in. A reading of its own.</summary>
    /// <param name="lengths">Processes and threads whose system calls count, and how many calls of each thread at most.</param>
    public Dictionary<Subject, List<CallSequence>> ReadSequences(IReadOnlyDictionary<Subject, int> lengths)
    {
        var sequences = lengths.Keys.ToDictionary(subject => subject, _ => new List<CallSequence>());
        using var iterator = _maps.OpenIterator(Pins.Sequences);
        RecordStream.ReadAll(iterator, (in RecordHeader _, ReadOnlySpan<byte> record) =>
        {
            var thread = RecordStream.Read<SequenceRecord>(record);
            var process = new Subject(thread.Tgid, 0, thread.LeaderStartId);
            var itself = new Subject(thread.Tgid, thread.Tid, thread.StartId);
            if (lengths.TryGetValue(process, out var most))
                sequences[process].Add(CallSequence.Read(record, most, BootClock.Now));
            if (lengths.TryGetValue(itself, out most))
                sequences[itself].Add(CallSequence.Read(record, most, BootClock.Now));
        });
        return sequences;
    }

    /// <summary>As of the last reading, and of what was told since then.</summary>
    public LifeState StateOf(Subject subject)
    {
        lock (_lock)
            return _table.StateOf(subject);
    }

    /// <summary>Of its slices, so many have been lost since the last one that was told. As <see cref="StateOf"/>.</summary>
    public uint SlicesLostOf(Subject subject)
    {
        lock (_lock)
            return _table.Find(subject)?.SlicesLost ?? 0;
    }

    /// <summary>CLOCK_BOOTTIME in ns of the activation of its ledger; 0 where it has none. Without a reading.</summary>
    public ulong LedgerSinceOf(Subject subject)
    {
        lock (_lock)
            return _table.Find(subject)?.Keytimes.LedgerSince ?? 0;
    }

    /// <inheritdoc cref="PortraitTable.LocksOf"/>
    public (LifeState State, ulong Since) LocksOf(Subject subject)
    {
        lock (_lock)
            return _table.LocksOf(subject);
    }

    public void Dispose()
    {
        _stop.Signal();
        _isEnding.Set();
        if (_consumer.IsAlive)
            _consumer.Join();
        if (_follower.IsAlive)
            _follower.Join(_patience); // else nobody reads what it says
        _events.Dispose();
        _stop.Dispose();
    }

    private Snapshot TakeSnapshot()
    {
        var activity = _maps.ReadActivity();
        var policies = _maps.ReadPolicies();
        var (schedule, syscall) = _maps.ReadSystem(activity);
        foreach (var portrait in _table.Portraits)
            portrait.NoteProbes(policies);
        return new Snapshot(
            _table.Portraits,
            _table.Exits,
            policies,
            activity,
            _systemSchedule.Advance(schedule, activity.ScheduleEpoch),
            _systemSyscall.Advance(syscall, activity.SyscallEpoch),
            _idleTasks.Read(policies, activity),
            _maps.ReadLosses());
    }

    private void Walk()
    {
        Volatile.Write(ref _walks, _walks + 1);
        using var iterator = _maps.OpenIterator(Pins.Portraits);
        _table.BeginWalk();
        RecordStream.ReadAll(iterator, (in RecordHeader _, ReadOnlySpan<byte> record) => _table.Add(record, BootClock.Now));
        var activity = _maps.ReadActivity();
        _table.Lack(_runsLeftOut.Look(activity.Counting), BootClock.Now);
        _table.EndWalk(BootClock.Now);
        Walked?.Invoke(activity.Active[(int)Image.Ledger] > 0 && Attachment.TellsSlices(_maps));
    }

    /// <summary>
    /// Sleeps until the kernel side has something to tell; no wake-ups in between. Then it waits a little more: only a record that
    /// finds the ring empty wakes it up, and who tells it pays for that.
    /// </summary>
    private void ConsumeEvents()
    {
        NiceLevel.KeepToItself();
        int records;
        do
            records = Consume();
        while (_events.Wait(_stop.Fd) && (records >= Many || !_stop.Wait(Coalescing)));
    }

    private void FollowPolicies()
    {
        while (WaitHandle.WaitAny([_isEnding, _policiesChanged]) != 0)
        {
            if (!TakeUpPolicies())
                return;
            PoliciesChanged?.Invoke();
        }
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception)
        {
            Failed?.Invoke(exception); // on this thread nobody else would hear of it
        }
    }

    /// <summary>How many records there were.</summary>
    private int Consume()
    {
        lock (_lock)
        {
            var records = _events.Consume();
            if (_table.NeedsReading)
                TryWalk();
            return records;
        }
    }

    /// <summary>Where it breaks off, whoever asks for the next one hears of it.</summary>
    private void TryWalk()
    {
        try
        {
            Walk();
        }
        catch (BpfException)
        {
            // What it has met is in the table.
        }
    }

    private void Receive(ReadOnlySpan<byte> record)
    {
        if (!RecordStream.TryReadHeader(record, out var header))
            throw new InvalidDataException($"an event of {record.Length} bytes is cut off");
        if (header.Type is RecordType.Policies or RecordType.PolicyEnded)
            _policiesChanged.Set();
        else
            _table.Add(record[..(int)header.Size], BootClock.Now);
    }

    /// <summary>
    /// Reads what deactivated images have counted in the end, then lets the kernel side forget it, and rest. What somebody
    /// has begun who was killed is completed by it. False when it is to end meanwhile.
    /// </summary>
    private bool TakeUpPolicies()
    {
        DirectoryLock? held;
        while ((held = _maps.TryLockPolicies()) is null)
            if (_isEnding.WaitOne(_pause))
                return false;
        using (held)
        {
            lock (_lock)
                Walk();
            Settling?.Invoke();
            _maps.Sweep();
            Attachment.Detach(_maps);
        }

        return true;
    }
}
