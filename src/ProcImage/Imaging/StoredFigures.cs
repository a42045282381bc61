using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// What the next loader goes on from: figures are written before portraits show them, and deleted when no record of that
/// life can come any more. Where there is no room, those go whom no portrait is of. For one thread at a time.
/// </summary>
/// <param name="store">Where they outlive this loader.</param>
public sealed class StoredFigures(IFigureStore store)
{
    /// <summary>Figures are written so many lives at a time: some 160 KB.</summary>
    private const int WrittenAtOnce = 512;

    /// <summary>Later than this no final record comes; until then, who was counted without one is known, so that nobody is counted twice.</summary>
    private const ulong LatestFinalRecord = 60_000_000_000;

    private readonly List<Subject> _over = [];
    private readonly Queue<(Subject Subject, ulong Since)> _unheard = new(); // forgotten without a final record
    private readonly List<Life> _lives = new(WrittenAtOnce);
    private readonly List<Shown> _shown = new(WrittenAtOnce);

    /// <summary>Of a record that the next loader does not get.</summary>
    public void WriteNow(Portrait portrait, IReadOnlyDictionary<Subject, Portrait> portraits)
    {
        if (TryGather(portrait))
            WriteGathered(portraits);
    }

    /// <summary>What has changed in a reading. What is over goes only now: when its final record came, it was not yet known to be consumed.</summary>
    public void Write(IReadOnlyDictionary<Subject, Portrait> portraits)
    {
        DeleteOver();
        foreach (var portrait in portraits.Values)
            if (!portrait.IsFinal && TryGather(portrait) && _lives.Count == WrittenAtOnce)
                WriteGathered(portraits);
        WriteGathered(portraits);
    }

    /// <summary>No record of it comes any more, but the one that has just been taken, whose consumption is not known yet.</summary>
    public void End(Subject subject) => _over.Add(subject);

    /// <summary>It was counted without one, which may yet come. Quiet since then, CLOCK_BOOTTIME in ns.</summary>
    public void AwaitFinalRecord(Subject subject, ulong since) => _unheard.Enqueue((subject, since));

    /// <summary>Whoever was awaited for so long is over.</summary>
    public void StopAwaiting(ulong now)
    {
        while (_unheard.TryPeek(out var unheard) && now - unheard.Since >= LatestFinalRecord)
            _over.Add(_unheard.Dequeue().Subject);
    }

    /// <summary>The final records of all of them are consumed.</summary>
    public void DeleteOver()
    {
        foreach (var subject in _over)
            store.Delete(subject.ToLife());
        _over.Clear();
    }

    private bool TryGather(Portrait portrait)
    {
        if (!portrait.TryGetChange(out var shown))
            return false;
        _lives.Add(portrait.Subject.ToLife());
        _shown.Add(shown);
        return true;
    }

    private void WriteGathered(IReadOnlyDictionary<Subject, Portrait> portraits)
    {
        var lives = CollectionsMarshal.AsSpan(_lives);
        var shown = CollectionsMarshal.AsSpan(_shown);
        int written = store.Write(lives, shown);
        if (written < lives.Length && MakeRoom(portraits))
            store.Write(lives[written..], shown[written..]);
        _lives.Clear();
        _shown.Clear();
    }

    /// <summary>Some lives end unseen: of those that were deactivated, and where a record was lost.</summary>
    private bool MakeRoom(IReadOnlyDictionary<Subject, Portrait> portraits)
    {
        var unseen = store.Lives().Where(life => !portraits.ContainsKey(Subject.Of(life))).ToList();
        foreach (var life in unseen)
            store.Delete(life);
        return unseen.Count > 0;
    }
}
