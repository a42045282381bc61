using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>A table of portraits, and the clock and the /proc that it sees.</summary>
internal sealed class Readings
{
    public const ulong Second = 1_000_000_000;
    public const ulong Linger = 300 * Second;

    private readonly FigureStore _store = new();

    private readonly ulong _linger;

    public Readings(ulong linger = Linger)
    {
        _linger = linger;
        Table = NewTable(0);
    }

    public PortraitTable Table { get; private set; }

    /// <summary>What the next loader would find.</summary>
    public IReadOnlyList<Life> Stored => _store.Lives();

    public ulong Now { get; private set; } = 1_000 * Second;

    /// <summary>What /proc says; null when the life is gone from there.</summary>
    public ProcessIdentity? Identity { get; set; } = new("/usr/bin/redis-server", "/system.slice/redis.service");

    /// <summary>A process or thread that is gone from there, though others are not.</summary>
    public int Gone { get; set; }

    public Portrait Only => Assert.Single(Table.Portraits);

    /// <summary>A reading of the iterator.</summary>
    public Readings Read(params byte[][] records) => ReadLacking(ImageSet.None, records);

    /// <summary>Since the one before, the kernel has left out programs that these images need.</summary>
    public Readings ReadLacking(ImageSet images, params byte[][] records)
    {
        Table.BeginWalk();
        foreach (var record in records)
            Table.Add(record, Now);
        Table.Lack(images, Now);
        Table.EndWalk(Now);
        return this;
    }

    /// <summary>A record of the ring buffer.</summary>
    public Readings Receive(byte[] record)
    {
        Table.Add(record, Now);
        return this;
    }

    /// <summary>The loader is killed, and the next one goes on.</summary>
    public Readings Adopt()
    {
        Table = NewTable(Now);
        Table.Recall();
        return this;
    }

    public Readings Wait(ulong seconds)
    {
        Now += seconds * Second;
        return this;
    }

    private PortraitTable NewTable(ulong adoptedAt) => new(_linger, (id, _) => id == Gone ? null : Identity, _store, adoptedAt);
}
