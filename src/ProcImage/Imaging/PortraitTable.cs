using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Every portrait, from the readings of the iterator and the final records of the ring buffer. At the end of a reading,
/// before anything of it can be shown, what has changed is stored for the next loader. For one thread at a time.
/// </summary>
/// <param name="linger">ns for which what has ended is still shown.</param>
/// <param name="identify">Looks up what only /proc says of a life; null when it is gone.</param>
/// <param name="store">What earlier loaders have shown, and where this one stores it.</param>
/// <param name="adoptedAt">CLOCK_BOOTTIME in ns at which this loader has taken over from an earlier one; 0 where there was
/// none.</param>
public sealed class PortraitTable(
    ulong linger, Func<int, ulong, ProcessIdentity?> identify, IFigureStore store, ulong adoptedAt)
{
    /// <summary>A final record comes after a grace period of the kernel, some ten ms; after this it is lost.</summary>
    private const ulong FinalRecordDelay = 2_000_000_000;

    /// <summary>
    /// Of the dead, the latest so many are kept, however long the linger is; and as many that were targets themselves, so
    /// that those are not driven out by others.
    /// </summary>
    private const int MaxDead = 1000;

    /// <summary>Of all portraits together.</summary>
    private const int MaxMilestones = 100_000;

    /// <summary>Of memory that they take.</summary>
    private const long MaxMilestoneBytes = 32_000_000;

    /// <summary>So many more portraits than after the last reading may be those of lives whose final record was lost.</summary>
    private const int MostSinceReading = 1000;

    private readonly Dictionary<Subject, Portrait> _portraits = [];
    private readonly Queue<Portrait> _dead = new();
    private readonly Queue<Portrait> _deadTargets = new();
    private readonly MilestoneBound _milestones = new(MaxMilestones, MaxMilestoneBytes);
    private readonly StoredFigures _stored = new(store);
    private ulong _walk;
    private int _countAtReading;
    private ulong _lookedAt;

    /// <summary>Something has happened in a life. Whoever hears it must not wait: the ring buffer does, too.</summary>
    public event Action<Subject, Milestone>? Told;

    /// <summary>A portrait is shown no more. Whoever hears it must not wait.</summary>
    public event Action<Subject>? Forgotten;

    /// <summary>Of processes, since preload.</summary>
    public Exits Exits { get; } = new(store);

    public IReadOnlyCollection<Portrait> Portraits => _portraits.Values;

    /// <summary>Only a reading finds out who has gone unheard; nobody may ask for one.</summary>
    public bool NeedsReading => _portraits.Count - _countAtReading > MostSinceReading;

    public Portrait? Find(Subject subject) => _portraits.GetValueOrDefault(subject);

    public LifeState StateOf(Subject subject) => Find(subject) switch
    {
        null => LifeState.Unknown,
        { IsFinal: true } or { IsBuried: true } => LifeState.Over,
        // Of one that an event has begun, or an earlier loader has shown, only a record says whether it has a ledger.
        { HasRecord: false } => LifeState.Imaged,
        // The ledger of all processes has neither slices nor stacks.
        var portrait => portrait.TellsSlices && portrait.Images.HasFlag(ImageSet.Ledger) ? LifeState.Imaged : LifeState.Over,
    };

    /// <summary>Of its waits for locks, and the activation that they count from; 0 where it has none.</summary>
    public (LifeState State, ulong Since) LocksOf(Subject subject) => Find(subject) switch
    {
        null => (LifeState.Unknown, 0),
        // As with those that may have a ledger.
        { HasRecord: false, IsFinal: false, IsBuried: false } => (LifeState.Imaged, 0),
        var portrait => (
            !portrait.IsFinal && !portrait.IsBuried && portrait.Images.HasFlag(ImageSet.Lock) ? LifeState.Imaged : LifeState.Over,
            portrait.HasLocks ? portrait.Locks.Since : 0),
    };

    /// <summary>
    /// To be called first: takes up those that have died, and whose final record an earlier loader has not got. It may
    /// still come; else it was lost, and they are shown as they were. Who is not imaged any more is none of them.
    /// </summary>
    public void Recall()
    {
        foreach (var life in store.Lives())
        {
            var subject = Subject.Of(life);
            if (subject == Exits.Last || !store.TryFind(life, out var shown) || shown.Counted != 0)
            {
                _stored.AwaitFinalRecord(subject, 0);
                continue;
            }

            if (shown.Dead == 0 && identify(subject.Id, subject.StartId) is not null)
                continue;
            if (shown.Dead != 0 || shown.Images != ImageSet.None)
                GetOrAdd(subject);
            else
                store.Delete(life);
        }
    }

    public void BeginWalk()
    {
        _walk++;
        _countAtReading = _portraits.Count; // also where it breaks off: the next one is not at once
    }

    /// <summary>A record of the iterator or of the ring buffer.</summary>
    public void Add(ReadOnlySpan<byte> bytes, ulong now)
    {
        RecordStream.TryReadHeader(bytes, out var header);
        switch (header.Type)
        {
            case RecordType.Process:
                AddProcess(bytes);
                break;
            case RecordType.Thread:
                AddThread(bytes);
                break;
            case RecordType.Target:
            case RecordType.FinalTarget:
                AddTarget(bytes, now);
                break;
            case RecordType.Death:
                AddDeath(bytes, now);
                break;
            case RecordType.FinalProcess:
                AddFinal(bytes, now);
                break;
            case RecordType.Event:
                AddEvent(bytes);
                break;
            case RecordType.Calls:
                AddCalls(bytes);
                break;
            case RecordType.Locks:
                AddLocks(bytes);
                break;
            case RecordType.Uses:
                AddUses(bytes);
                break;
            case RecordType.Excepted:
                Except(bytes);
                break;
        }
    }

    /// <summary>
    /// The kernel has left out programs that these images need, since the last time: whatever of them has counted meanwhile may lack
    /// something.
    /// </summary>
    public void Lack(ImageSet images, ulong now)
    {
        if (images != ImageSet.None)
            foreach (var portrait in _portraits.Values)
                if ((portrait.Images & images) != ImageSet.None && (portrait.QuietSince == 0 || portrait.QuietSince >= _lookedAt))
                    portrait.LacksRun = true;
        _lookedAt = now;
    }

    public void EndWalk(ulong now)
    {
        foreach (var portrait in _portraits.Values)
        {
            if (portrait.Walk == _walk)
            {
                if (!portrait.Subject.IsThread)
                    portrait.Commit(now);
                Identify(portrait);
            }
            else
            {
                portrait.Miss(now);
                if (portrait.HasVanished && !portrait.IsFinal && now - portrait.QuietSince > FinalRecordDelay)
                    Settle(portrait);
            }
        }

        Forget(now);
        _stored.Write(_portraits);
        _countAtReading = _portraits.Count;
    }

    private static ProcessRecord ReadProcess(ReadOnlySpan<byte> bytes, out RecordParts parts)
    {
        var record = RecordStream.Read<ProcessRecord>(bytes);
        parts = RecordStream.ReadParts<ProcessRecord>(bytes, record.Parts);
        return record;
    }

    private static ThreadRecord ReadThread(ReadOnlySpan<byte> bytes, out RecordParts parts)
    {
        var record = RecordStream.Read<ThreadRecord>(bytes);
        parts = RecordStream.ReadParts<ThreadRecord>(bytes, record.Parts);
        return record;
    }

    private void AddProcess(ReadOnlySpan<byte> bytes)
    {
        var record = ReadProcess(bytes, out var parts);
        GetOrAdd(new Subject(record.Tgid, 0, record.StartId)).Begin(_walk, record, parts);
    }

    private void AddThread(ReadOnlySpan<byte> bytes)
    {
        var record = ReadThread(bytes, out var parts);
        if (Find(new Subject(record.Tgid, 0, record.LeaderStartId)) is { } process && process.Walk == _walk)
            process.Add(record, parts);
    }

    private void AddTarget(ReadOnlySpan<byte> bytes, ulong now)
    {
        var record = ReadThread(bytes, out var parts);
        var portrait = GetOrAdd(new Subject(record.Tgid, record.Tid, record.StartId));
        portrait.Take(_walk, record, parts, now);
        NoteDeath(portrait);
        if (!portrait.IsFinal)
            return;
        Conclude(portrait);
    }

    /// <summary>In a reading after the record that they belong to, at a death before it.</summary>
    private void AddCalls(ReadOnlySpan<byte> bytes)
    {
        RecordStream.ReadCut<CallsRecord>(bytes, out var record);
        GetOrAdd(new Subject(record.Tgid, record.Tid, record.StartId)).Calls.Advance(record);
    }

    /// <summary>Likewise.</summary>
    private void AddUses(ReadOnlySpan<byte> bytes)
    {
        var record = RecordStream.Read<UsesRecord>(bytes);
        GetOrAdd(new Subject(record.Tgid, record.Tid, record.StartId)).Locks.Advance(record);
    }

    private void AddLocks(ReadOnlySpan<byte> bytes)
    {
        var record = RecordStream.Read<LocksRecord>(bytes);
        GetOrAdd(new Subject(record.Tgid, record.Tid, record.StartId)).Locks.Advance(record);
    }

    private void AddDeath(ReadOnlySpan<byte> bytes, ulong now)
    {
        var record = ReadProcess(bytes, out var parts);
        var portrait = GetOrAdd(new Subject(record.Tgid, 0, record.StartId));
        portrait.Die(record, parts, now);
        NoteDeath(portrait);
        _stored.WriteNow(portrait, _portraits);
    }

    private void AddFinal(ReadOnlySpan<byte> bytes, ulong now)
    {
        var record = ReadProcess(bytes, out var parts);
        var portrait = GetOrAdd(new Subject(record.Tgid, 0, record.StartId));
        portrait.Finish(record, parts, now);
        NoteDeath(portrait);
        Conclude(portrait);
    }

    private void AddEvent(ReadOnlySpan<byte> bytes)
    {
        var happened = RecordStream.Read<LifeEvent>(bytes);
        if (happened.Whose.HasFlag(EventFlag.OfProcess))
            Tell(GetOrAdd(new Subject(happened.Tgid, 0, happened.StartId)), happened, bytes, isTold: true);
        if (happened.Whose.HasFlag(EventFlag.OfThread))
            Tell(
                GetOrAdd(new Subject(happened.Tgid, happened.Tid, happened.ThreadStartId)),
                happened,
                bytes,
                isTold: !happened.Whose.HasFlag(EventFlag.OfProcess));
        if (!happened.Whose.HasFlag(EventFlag.OfChild))
            return;
        var child = GetOrAdd(EventReader.ChildOf(bytes));
        Note(child, new Born(BootClock.ToUnix(happened.Time), child.Subject.Tgid, happened.Kind, happened.Tgid));
    }

    private void Tell(Portrait portrait, in LifeEvent happened, ReadOnlySpan<byte> bytes, bool isTold)
    {
        if (happened.Kind == EventKind.Oom && portrait.Biography.Oom is not null)
            return; // the OOM killer marks it again while its threads end
        var milestone = EventReader.Read(bytes, BootClock.ToUnix(happened.Time));
        Note(portrait, milestone);
        if (isTold)
            Told?.Invoke(portrait.Subject, milestone);
    }

    private void Note(Portrait portrait, Milestone milestone)
    {
        portrait.NoteKeytimes();
        _milestones.Add(portrait.Biography, milestone);
    }

    /// <summary>Once: several records may tell it.</summary>
    private void NoteDeath(Portrait portrait)
    {
        if (!portrait.IsDead || !portrait.HasKeytimes || portrait.ExitTime == 0 || portrait.Biography.Death is not null)
            return;
        var death = new Died(
            portrait.ExitTime,
            portrait.Subject.Id,
            portrait.ExitStatus,
            portrait.Lifetime,
            portrait.Certificate,
            portrait.HasCalls && portrait.Calls.AtDeath is [var first, ..] && first.Tid == portrait.Subject.Id ? first : null);
        Note(portrait, death);
        var process = new Subject(portrait.Subject.Tgid, 0, portrait.ProcessStartId);
        if (portrait.Subject.IsThread && Find(process) is { HasKeytimes: true })
            return; // it is told of the process
        if (portrait.Images.HasFlag(ImageSet.Keytime)) // else they were deactivated, and it is only the end of what is kept
            Told?.Invoke(portrait.Subject, death);
    }

    private void Except(ReadOnlySpan<byte> bytes)
    {
        var record = RecordStream.Read<ExceptedRecord>(bytes);
        var subject = new Subject(record.Tgid, 0, record.StartId);
        Remove(subject);
        _stored.End(subject);
    }

    /// <summary>Its final record has come. That of the one before is consumed by now.</summary>
    private void Conclude(Portrait portrait)
    {
        _stored.DeleteOver();
        Bury(portrait);
        if (portrait.IsStored)
            _stored.End(portrait.Subject);
    }

    private Portrait GetOrAdd(Subject subject)
    {
        if (_portraits.TryGetValue(subject, out var portrait))
            return portrait;
        portrait = new Portrait(subject);
        if (store.TryFind(subject.ToLife(), out var shown))
        {
            portrait.Recall(shown);
            portrait.Biography.Since = BootClock.ToUnix(BootClock.Now);
        }
        else if (subject.StartId < adoptedAt)
        {
            portrait.Biography.Since = BootClock.ToUnix(adoptedAt);
        }

        _portraits.Add(subject, portrait);
        return portrait;
    }

    /// <summary>Again when the name has changed: then it is likely to be another program.</summary>
    private void Identify(Portrait portrait)
    {
        if (portrait.IsDead || portrait.IdentifiedComm == portrait.Comm)
            return;
        portrait.IdentifiedComm = portrait.Comm;
        portrait.Identity = identify(portrait.Subject.Tgid, portrait.ProcessStartId) ?? portrait.Identity;
    }

    /// <summary>No final record has come: it was lost where the life is gone.</summary>
    private void Settle(Portrait portrait)
    {
        if (identify(portrait.Subject.Id, portrait.Subject.StartId) is not null)
        {
            portrait.Freeze();
            return;
        }

        portrait.LacksRecord = true;
        if (portrait.IsDead)
            Bury(portrait);
    }

    /// <summary>Once, though a final record may yet come for what was settled without it.</summary>
    private void Bury(Portrait portrait)
    {
        if (portrait.IsBuried)
            return;
        portrait.IsBuried = true;
        if (!portrait.Subject.IsThread && !portrait.IsCounted)
            Exits.Add(portrait);
        portrait.IsCounted = true;
        if (portrait.IsStored)
            _stored.WriteNow(portrait, _portraits);
        var dead = portrait.IsTarget ? _deadTargets : _dead;
        dead.Enqueue(portrait);
        if (dead.Count > MaxDead)
            Forget(dead.Dequeue());
    }

    private void Remove(Subject subject)
    {
        if (!_portraits.Remove(subject, out var portrait))
            return;
        _milestones.Empty(portrait.Biography);
        Forgotten?.Invoke(subject);
    }

    private bool HasLingered(ulong since, ulong now) => since != 0 && now - since >= linger;

    private void DropKeytimes(Portrait portrait)
    {
        portrait.DropKeytimes();
        _milestones.Empty(portrait.Biography);
    }

    /// <summary>While it lives it may be imaged again, and goes on from what it has shown.</summary>
    private void Forget(Portrait portrait)
    {
        Remove(portrait.Subject);
        if (portrait is not { HasVanished: true, IsStored: true })
            return;
        if (portrait.IsBuried)
            _stored.AwaitFinalRecord(portrait.Subject, portrait.QuietSince);
        else
            _stored.End(portrait.Subject);
    }

    private void Forget(ulong now)
    {
        foreach (var dead in new[] { _dead, _deadTargets })
            while (dead.TryPeek(out var oldest) && now - oldest.QuietSince >= linger)
                Forget(dead.Dequeue());
        _stored.StopAwaiting(now);
        foreach (var portrait in _portraits.Values.Where(portrait => !portrait.IsBuried))
        {
            if (HasLingered(portrait.DelaysQuietSince, now))
                portrait.DropDelays();
            if (portrait.HasKeytimes && HasLingered(portrait.KeytimesQuietSince, now))
                DropKeytimes(portrait);
            if (HasLingered(portrait.CallsQuietSince, now))
                portrait.DropCalls();
            if (HasLingered(portrait.LocksQuietSince, now))
                portrait.DropLocks();
            if (portrait.Keytimes.HasLedger && HasLingered(portrait.LedgerQuietSince, now))
                portrait.Keytimes.DropLedger();
            if (HasLingered(portrait.QuietSince, now) || (portrait is { QuietSince: not 0, HasDelays: false, HasKeytimes: false, HasCalls: false, HasLocks: false, HasVanished: false }))
                Forget(portrait);
        }
    }
}
