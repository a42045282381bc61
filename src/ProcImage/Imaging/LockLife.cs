using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The locks of one life. Guarded by the books it is in.</summary>
internal sealed class LockLife
{
    private const int MostNames = 8192;
    private const int MostDeadlocks = 16;
    private const int MostTries = 3; // to look a name up

    private readonly Dictionary<(ulong Address, uint Program), string> _names = [];
    private readonly Dictionary<(ulong Address, uint Program), int> _tries = [];
    private readonly List<KnownDeadlock> _deadlocks = [];
    private readonly List<WaitPlace> _kept = [];

    /// <summary>Which the kernel side has, too.</summary>
    public Dictionary<LockKey, WaitPlace> Places { get; } = [];

    /// <summary>By probes, whether the kernel side has them or not.</summary>
    public Dictionary<LockKey, UsePlace> Uses { get; } = [];

    /// <summary>Their keys are no longer in the kernel side's map.</summary>
    public IReadOnlyList<WaitPlace> Kept => _kept;

    /// <summary>Of both sorts.</summary>
    public int KeptCount => _kept.Count + Uses.Values.Count(use => use.Kept is not null);

    /// <summary>Since when looks have met no portrait of it: ms of <see cref="Environment.TickCount64"/>.</summary>
    public long? UnknownSince { get; set; }

    /// <summary>Names are looked up as soon as it waits: it is a target, or somebody has asked for it.</summary>
    public bool IsNamed { get; set; }

    /// <summary>The latest that has waited: an exec makes another one, in which the addresses mean something else.</summary>
    public uint Program { get; private set; }

    /// <summary>What threads wait for now, with a name or not.</summary>
    public IReadOnlyList<LockWait> Waits { get; private set; } = [];

    public IReadOnlyList<KnownDeadlock> Deadlocks => _deadlocks;

    public string? NameOf(ulong address, uint program) => _names.GetValueOrDefault((address, program));

    /// <summary>Addresses of the program that runs, which have no name yet, and may get one.</summary>
    public IReadOnlyList<ulong> Unnamed() =>
    [
        .. Places.Keys.Where(key => key.Program == Program).Select(key => key.Address)
            .Concat(Uses.Keys.Where(key => key.Program == Program).Select(key => key.Address))
            .Concat(Waits.Where(wait => wait.Program == Program).Select(wait => wait.Address))
            .Distinct().Where(address => NameOf(address, Program) is null && _tries.GetValueOrDefault((address, Program)) < MostTries)
            .Take(Math.Max(0, MostNames - _tries.Count)),
    ];

    /// <summary>A null name: none was found.</summary>
    public void Name(ulong address, uint program, string? name)
    {
        var key = (address, program);
        _tries[key] = _tries.GetValueOrDefault(key) + 1;
        if (name is not null)
            _names[key] = name;
    }

    public void Meet(uint program) => Program = Math.Max(Program, program);

    public void Wait(IReadOnlyList<LockWait> waits)
    {
        Waits = waits;
        foreach (var wait in waits)
            Meet(wait.Program);
    }

    public void Keep(WaitPlace place, LockFigures figures)
    {
        Places.Remove(place.Key);
        place.Kept = figures;
        _kept.Add(place);
    }

    /// <summary>It has made room for others.</summary>
    public void Drop(in LockKey key)
    {
        Places.Remove(key);
        DropName(key);
    }

    /// <inheritdoc cref="Drop"/>
    public void DropUse(in LockKey key)
    {
        Uses.Remove(key);
        DropName(key);
    }

    private void DropName(in LockKey key)
    {
        _names.Remove((key.Address, key.Program));
        _tries.Remove((key.Address, key.Program));
    }

    /// <summary>Those of an earlier activation.</summary>
    public void DropKept(ulong before)
    {
        _kept.RemoveAll(place => place.Since < before);
        foreach (var use in Uses.Values.Where(use => use.Kept is not null && use.Since < before).ToList())
            Uses.Remove(use.Key);
    }

    public void Add(KnownDeadlock deadlock)
    {
        _deadlocks.Add(deadlock);
        if (_deadlocks.Count > MostDeadlocks)
            _deadlocks.RemoveAt(0);
    }
}

/// <summary>A deadlock, as far as it is known by now.</summary>
internal sealed class KnownDeadlock(Deadlocked found)
{
    /// <summary>With names, and with its end, as soon as these are known.</summary>
    public Deadlocked Now { get; set; } = found;

    /// <summary>It is told once: with names, or without where these take too long.</summary>
    public bool IsTold { get; set; }

    /// <summary>Names were looked up, whatever came of it.</summary>
    public bool IsNamed { get; set; }

    /// <summary>ms of <see cref="Environment.TickCount64"/> at which it was found.</summary>
    public long FoundAt { get; } = Environment.TickCount64;
}
