using System.Text;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// All images of one process together, or of one thread that is a target itself. Built from the records of a reading:
/// begun, completed by each thread, then committed, or held back where the kernel was between two states.
/// </summary>
public sealed class Portrait(Subject subject)
{
    private ProcessRecord _pending;
    private ResourceUsage _pendingUsage;
    private RecordParts _pendingParts;
    private bool _isHeld;
    private Comm _comm;
    private (ulong Resources, ulong Delays, ulong Since, ulong Keytimes, ImageSet Images, bool Dead, bool Counted, bool LacksRun) _stored;

    public Subject Subject { get; } = subject;

    /// <summary>What identifies it in each of its series.</summary>
    public string Labels { get; } = subject.IsThread
        ? FormattableString.Invariant($"tgid=\"{subject.Tgid}\",start_id=\"{subject.StartId}\",tid=\"{subject.Tid}\"")
        : FormattableString.Invariant($"tgid=\"{subject.Tgid}\",start_id=\"{subject.StartId}\"");

    public string Comm { get; private set; } = "";

    public ProcessIdentity Identity { get; set; } = ProcessIdentity.None;

    /// <summary>The name it had when <see cref="Identity"/> was looked up.</summary>
    public string? IdentifiedComm { get; set; }

    /// <summary>That of the process, also where the subject is a thread.</summary>
    public ulong ProcessStartId { get; private set; } = subject.StartId;

    public int Parent { get; private set; }

    /// <summary>Unix time in ns.</summary>
    public ulong StartTime { get; } = BootClock.ToUnix(subject.StartId);

    /// <summary>Images that count now; those at its death when it is dead.</summary>
    public ImageSet Images { get; private set; }

    /// <summary>Named by a policy of its own, not only by that of all processes.</summary>
    public bool IsNamed { get; private set; }

    /// <summary>The slots of the policies that name it.</summary>
    public PolicySlots Policies { get; private set; }

    public uint Threads { get; private set; }

    /// <summary>Of the leader, or of the thread; as in /proc/PID/stat.</summary>
    public int Priority { get; private set; }

    /// <summary>The CPU it ran on last.</summary>
    public int Cpu { get; private set; }

    public Resources Resources { get; } = new();

    public Delays Delays { get; } = new();

    public Keytimes Keytimes { get; } = new();

    public Calls Calls { get; } = new();

    public Locks Locks { get; } = new();

    /// <summary>What has happened in this life while key times were imaged.</summary>
    public Biography Biography { get; } = new();

    /// <summary>Of a dead one that had key times.</summary>
    public DeathCertificate? Certificate { get; private set; }

    public bool HasResources => Images.HasFlag(ImageSet.Resource);

    /// <summary>Also while frozen.</summary>
    public bool HasDelays { get; private set; }

    /// <summary>Also while frozen.</summary>
    public bool HasKeytimes { get; private set; }

    /// <summary>Also while frozen.</summary>
    public bool HasCalls { get; private set; }

    /// <summary>Also while frozen.</summary>
    public bool HasLocks { get; private set; }

    /// <summary>Of any image.</summary>
    public bool HasFigures => HasResources || HasDelays || HasKeytimes || HasCalls || HasLocks;

    /// <summary>Dead; it may not have been reaped yet.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Its slices are told while it has a ledger: it is a target itself, or follows one.</summary>
    public bool TellsSlices { get; private set; }

    /// <summary>Of its slices, so many have been lost since the last one that was told.</summary>
    public uint SlicesLost { get; private set; }

    /// <summary>A record of it has come to this loader, and not only an event.</summary>
    public bool HasRecord { get; private set; }

    /// <summary>Its final record has come: nothing will change any more.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>Unix time in ns; 0 while alive, and where it died before it was imaged.</summary>
    public ulong ExitTime { get; private set; }

    /// <summary>As wait(2) has it.</summary>
    public int ExitStatus { get; private set; }

    /// <summary>The kernel has killed it for want of memory.</summary>
    public bool WasOutOfMemory { get; private set; }

    public int ExitCode => WaitStatus.ExitCode(ExitStatus);

    public int ExitSignal => WaitStatus.Signal(ExitStatus);

    public bool HasDumpedCore => WaitStatus.HasDumpedCore(ExitStatus);

    /// <summary>What it has died of; of a dead one.</summary>
    public ExitCause ExitCause =>
        WasOutOfMemory ? ExitCause.Oom
        : ExitSignal != 0 ? ExitCause.Signal
        : ExitCause.Exit;

    /// <summary>Dead and counted as such: kept for the linger, among the latest of the dead.</summary>
    public bool IsBuried { get; set; }

    /// <summary>Its death is in the totals, perhaps without its final record, and by an earlier loader.</summary>
    public bool IsCounted { get; set; }

    /// <summary>The figure store has it.</summary>
    public bool IsStored { get; private set; }

    /// <summary>False when something of it was lost.</summary>
    public bool IsComplete => !LacksRecord && !LacksEvent && !LacksRun;

    /// <summary>Its final record was lost.</summary>
    public bool LacksRecord { get; set; }

    /// <summary>An event of it was lost, or one of its threads could not be imaged.</summary>
    public bool LacksEvent { get; private set; }

    /// <summary>The kernel has left out the programs of hooks while it was imaged.</summary>
    public bool LacksRun { get; set; }

    /// <summary>A policy names it, and not only its ancestor or every process.</summary>
    public bool IsTarget => Subject.IsThread || Policies[(int)Name.NamedByProcess] != 0;

    /// <summary>Unix time in ns of the activation that its delays count from.</summary>
    public ulong DelaysCreated => BootClock.ToUnix(Delays.Since);

    /// <summary>Missed while it counted: unless its final record is still to come, that was lost.</summary>
    public bool HasVanished { get; private set; }

    /// <summary>Unix time in ns of the activation that its system calls count from.</summary>
    public ulong CallsCreated => BootClock.ToUnix(Calls.Since);

    /// <summary>Unix time in ns of the activation that its waits for locks count from.</summary>
    public ulong LocksCreated => BootClock.ToUnix(Locks.Since);

    /// <summary>Unix time in ns of the activation that its key times count from.</summary>
    public ulong KeytimesCreated => BootClock.ToUnix(Keytimes.Since);

    /// <summary>The same of its times by state.</summary>
    public ulong LedgerCreated => BootClock.ToUnix(Keytimes.LedgerSince);

    /// <summary>ns; 0 while it lives, and where it died before it was imaged.</summary>
    public ulong Lifetime => ExitTime == 0 ? 0 : ExitTime - StartTime;

    /// <summary>The reading that it was last seen in.</summary>
    public ulong Walk { get; private set; }

    /// <summary>CLOCK_BOOTTIME in ns since when nothing of it counts any more; 0 while something does.</summary>
    public ulong QuietSince { get; private set; }

    /// <summary>The same of its delays alone.</summary>
    public ulong DelaysQuietSince { get; private set; }

    /// <summary>The same of its key times alone.</summary>
    public ulong KeytimesQuietSince { get; private set; }

    /// <summary>The same of its times by state alone.</summary>
    public ulong LedgerQuietSince { get; private set; }

    /// <summary>The same of its system calls alone.</summary>
    public ulong CallsQuietSince { get; private set; }

    /// <summary>The same of its waits for locks alone.</summary>
    public ulong LocksQuietSince { get; private set; }

    /// <summary>Shown within the bound on series.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>The same of its series by system call.</summary>
    public bool AreCallsAdmitted { get; set; }

    /// <summary>Goes on from what an earlier loader has shown of this life.</summary>
    public void Recall(in Shown shown)
    {
        Resources.Recall(shown);
        Delays.Recall(shown);
        Keytimes.Recall(shown);
        IsCounted = shown.Counted != 0;
        LacksRun = shown.LacksRun != 0;
        IsStored = true;
        NoteComm(shown.Comm);
        Images = shown.Images;
        if (shown.Dead == 0)
        {
            HasDelays = Images.HasFlag(ImageSet.Schedule);
            HasKeytimes = Images.HasFlag(ImageSet.Keytime);
            if (!Images.HasFlag(ImageSet.Ledger))
                Keytimes.DropLedger();
            return;
        }

        HasDelays = shown.ScheduleSince != 0;
        HasKeytimes = shown.KeytimeSince != 0;
        IsDead = true;
        ExitStatus = shown.ExitCode;
        WasOutOfMemory = shown.Oom != 0;
        ExitTime = shown.ExitTime == 0 ? 0 : BootClock.ToUnix(shown.ExitTime);
    }

    /// <summary>What is to be stored before it is shown; false when nothing has changed since the last time.</summary>
    public bool TryGetChange(out Shown shown)
    {
        shown = default;
        var mark = (Resources.Sum, Delays.Stats.Sum + Delays.Stats.Count, Delays.Since, Keytimes.Sum, Images, IsDead, IsCounted, LacksRun);
        if (mark == _stored)
            return false;
        _stored = mark;
        IsStored = true;
        shown = new Shown
        {
            Usage = Resources.Usage with
            {
                User = Resources.Cpu.User,
                System = Resources.Cpu.System,
                Runtime = Resources.Cpu.Total,
            },
            Peak = Resources.ResidentPeakBytes,
            ScheduleSince = Delays.Since,
            Schedule = Delays.Stats,
            KeytimeSince = Keytimes.Since,
            LedgerSince = Keytimes.LedgerSince,
            Keytime = Keytimes.Stats,
            Images = Images,
            Counted = IsCounted ? 1u : 0,
            LacksRun = LacksRun ? 1u : 0,
        };
        var bytes = Encoding.UTF8.GetBytes(Comm);
        bytes.AsSpan(0, Math.Min(bytes.Length, Limits.CommSize - 1)).CopyTo(shown.Comm);
        if (IsDead)
            AddDeath(ref shown);
        return true;
    }

    public void Begin(ulong walk, in ProcessRecord record, in RecordParts gone)
    {
        // A second process record in one reading: an exec from another thread has moved the leader's place meanwhile.
        _isHeld = Walk == walk || record.Header.Flags.HasFlag(RecordFlag.InExec);
        Walk = walk;
        _pending = record;
        _pendingUsage = record.Gone;
        _pendingParts = gone;
    }

    public void Add(in ThreadRecord thread, in RecordParts parts)
    {
        _isHeld |= thread.Header.Flags.HasFlag(RecordFlag.InExec);
        _pendingUsage.Add(thread.Usage);
        _pendingParts = RecordParts.Add(_pendingParts, parts);
        if (thread.Memory.Virtual > 0) // the leader has exited, and its memory lives on in this thread
            _pending.Memory = thread.Memory;
        if (thread.Header.Flags.HasFlag(RecordFlag.Leader))
        {
            Priority = thread.Priority;
            Cpu = thread.Cpu;
        }
        else
        {
            _pending.SlicesLost += thread.SlicesLost; // the process's own are those of its leader
        }
    }

    /// <summary>The reading is at its end.</summary>
    public void Commit(ulong now)
    {
        if (!_isHeld)
            Take(_pending, _pendingUsage, _pendingParts, now);
    }

    /// <summary>A process has died: these figures stand until its final record comes.</summary>
    public void Die(in ProcessRecord record, in RecordParts parts, ulong now) => Take(record, record.Gone, parts, now);

    /// <summary>A process is gone for good: everything is in this record.</summary>
    public void Finish(in ProcessRecord record, in RecordParts parts, ulong now)
    {
        Take(record, record.Gone, parts, now);
        Conclude(now);
    }

    /// <summary>The same for a thread that is a target itself.</summary>
    public void Take(ulong walk, in ThreadRecord record, in RecordParts parts, ulong now)
    {
        Walk = walk;
        ProcessStartId = record.LeaderStartId;
        Priority = record.Priority;
        Cpu = record.Cpu;
        var asProcess = new ProcessRecord
        {
            Header = record.Header,
            Images = record.Images,
            Kept = record.Kept,
            Threads = 1,
            ExitCode = record.ExitCode,
            ExitTime = record.ExitTime,
            ScheduleSince = record.ScheduleSince,
            KeytimeSince = record.KeytimeSince,
            LedgerSince = record.LedgerSince,
            SyscallSince = record.SyscallSince,
            LockSince = record.LockSince,
            Parts = record.Parts,
            SlicesLost = record.SlicesLost,
            Policies = record.Policies,
            Comm = record.Comm,
        };
        Take(asProcess, record.Usage, parts, now);
        if (record.Header.Type == RecordType.FinalTarget)
            Conclude(now);
    }

    private void Conclude(ulong now)
    {
        IsFinal = true;
        LacksRecord = false;
        QuietSince = now;
    }

    /// <summary>It was not in the reading, and no final record has come: its policy is gone, or its record was lost.</summary>
    public void Miss(ulong now)
    {
        if (IsFinal || QuietSince != 0)
            return;
        HasVanished = Images != ImageSet.None;
        QuietSince = now;
    }

    /// <summary>It lives, and nothing of it counts any more.</summary>
    public void Freeze()
    {
        HasVanished = false;
        Images = ImageSet.None;
    }

    /// <summary>Its delays were frozen for long enough.</summary>
    public void DropDelays() => HasDelays = false;

    /// <summary>Its key times were frozen for long enough.</summary>
    public void DropKeytimes() => HasKeytimes = false;

    /// <summary>Its system calls were frozen for long enough.</summary>
    public void DropCalls() => HasCalls = false;

    /// <summary>Its waits for locks were frozen for long enough.</summary>
    public void DropLocks() => HasLocks = false;

    /// <param name="policies">By slot.</param>
    public void NoteProbes(Policy[] policies)
    {
        var slot = Policies[(int)(Subject.IsThread ? Name.NamedByThread : Name.NamedByProcess)];
        Locks.IsProbed = !IsDead && Images.HasFlag(ImageSet.Lock) && slot != 0 && policies[slot].WantsProbes;
    }

    /// <summary>Something has happened to it, so its key times count, though no reading may have met it yet.</summary>
    public void NoteKeytimes()
    {
        if (Images == ImageSet.None && !IsDead)
            Images = ImageSet.Keytime;
        HasKeytimes = true;
    }

    private void Take(in ProcessRecord record, in ResourceUsage usage, in RecordParts parts, ulong now)
    {
        if (IsFinal)
            return;
        HasRecord = true;
        NoteComm(record.Comm);
        Parent = record.Parent;
        LacksRun &= Images != ImageSet.None || record.Images == ImageSet.None; // what begins anew lacks nothing yet
        Images = record.Images;
        IsNamed = record.Header.Flags.HasFlag(RecordFlag.Named);
        Policies = record.Policies;
        LacksEvent = record.Header.Flags.HasFlag(RecordFlag.Incomplete);
        SlicesLost = record.SlicesLost;
        var told = record.Header.Flags.HasFlag(RecordFlag.Slices);
        TellsSlices = told || (TellsSlices && record.Header.Flags.HasFlag(RecordFlag.Dead)); // its policy ends with it
        Threads = record.Threads;
        if (Images.HasFlag(ImageSet.Resource))
            Resources.Advance(record, usage);
        if (record.Kept.HasFlag(ImageSet.Schedule))
        {
            Delays.Advance(parts.Schedule, record.ScheduleSince);
            HasDelays = true;
        }

        if (record.Kept.HasFlag(ImageSet.Keytime))
        {
            Keytimes.Advance(parts.Keytime, record.KeytimeSince, record.LedgerSince);
            HasKeytimes = true;
        }

        if (record.Kept.HasFlag(ImageSet.Syscall))
        {
            Calls.Begin(record.SyscallSince);
            HasCalls = true;
        }

        if (record.Kept.HasFlag(ImageSet.Lock))
        {
            Locks.Begin(record.LockSince);
            HasLocks = true;
        }

        if (record.Header.Flags.HasFlag(RecordFlag.Dead))
        {
            IsDead = true;
            ExitStatus = record.ExitCode;
            WasOutOfMemory = record.Header.Flags.HasFlag(RecordFlag.Oom);
            if (ExitTime == 0 && record.ExitTime != 0)
                ExitTime = BootClock.ToUnix(record.ExitTime);
            if (record.Parts.HasFlag(PartFlag.Cause))
                Certificate = Certify(parts.Cause, usage);
        }

        HasVanished = false;
        QuietSince = QuietFrom(QuietSince, Images != ImageSet.None, now);
        DelaysQuietSince = QuietFrom(DelaysQuietSince, Images.HasFlag(ImageSet.Schedule), now);
        KeytimesQuietSince = QuietFrom(KeytimesQuietSince, Images.HasFlag(ImageSet.Keytime), now);
        CallsQuietSince = QuietFrom(CallsQuietSince, Images.HasFlag(ImageSet.Syscall), now);
        LocksQuietSince = QuietFrom(LocksQuietSince, Images.HasFlag(ImageSet.Lock), now);
        LedgerQuietSince = QuietFrom(LedgerQuietSince, Images.HasFlag(ImageSet.Ledger), now);
    }

    /// <summary>Mostly it is the one that it had: thousands of texts at each reading would be garbage.</summary>
    private void NoteComm(in Comm comm)
    {
        if (((ReadOnlySpan<byte>)comm).SequenceEqual(_comm))
            return;
        _comm = comm;
        Comm = comm.ToString();
    }

    private static DeathCertificate Certify(in DeathCause cause, in ResourceUsage totals) => new(
        cause.Origin,
        cause.Code,
        cause.Time == 0 ? 0 : BootClock.ToUnix(cause.Time),
        cause.HasAddress != 0 ? cause.Address : null,
        cause.Sender == 0 ? null : new SignalSender(cause.Sender, cause.SenderComm.ToString(), cause.SenderUid),
        totals);

    private void AddDeath(ref Shown shown)
    {
        shown.Dead = 1;
        shown.Oom = WasOutOfMemory ? 1u : 0;
        shown.ExitCode = ExitStatus;
        shown.ExitTime = ExitTime == 0 ? 0 : ExitTime - StartTime + Subject.StartId;
    }

    private static ulong QuietFrom(ulong since, bool counts, ulong now) => counts ? 0 : since == 0 ? now : since;
}
