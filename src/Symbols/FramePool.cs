namespace ProcImage.Symbols;

/// <summary>One object for all frames that are equal, and for their parts. For one thread.</summary>
/// <param name="capacity">Bytes; frames for which there is no room have no name of their own.</param>
internal sealed class FramePool(long capacity = FramePool.UsualCapacity)
{
    public const long UsualCapacity = 32 << 20;

    /// <summary>Of an entry of a hash table.</summary>
    private const int Entry = 40;

    private const int FrameBytes = 48 + Entry, FileBytes = 64 + Entry, TextBytes = 22 + Entry;

    private static readonly Frame _tooMany = new(0, "[too many names]", null);
    private static readonly Frame _tooManyOfKernel = _tooMany with { IsKernel = true };

    private readonly Dictionary<Frame, Frame> _frames = [];
    private readonly Dictionary<FrameFile, FrameFile> _files = [];
    private readonly Dictionary<string, string> _texts = [];

    /// <summary>What they take in memory, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>There was no room for a frame.</summary>
    public bool IsFull { get; private set; }

    public Frame[] Share(IReadOnlyList<Frame> frames)
    {
        var shared = new Frame[frames.Count];
        for (var at = 0; at < shared.Length; at++)
            shared[at] = Share(frames[at]);
        return shared;
    }

    public Frame Share(Frame frame)
    {
        if (_frames.TryGetValue(frame, out var known))
            return known;
        if (Bytes >= capacity)
        {
            IsFull = true;
            return frame.IsKernel ? _tooManyOfKernel : _tooMany;
        }

        var added = frame with { Name = Share(frame.Name), File = frame.File is { } file ? Share(file) : null };
        _frames.Add(added, added);
        Bytes += FrameBytes;
        return added;
    }

    /// <summary>Forgets all but these.</summary>
    public void Keep(IEnumerable<Frame> frames)
    {
        _frames.Clear();
        _files.Clear();
        _texts.Clear();
        (Bytes, IsFull) = (0, false);
        foreach (var frame in frames)
        {
            if (!_frames.TryAdd(frame, frame))
                continue;
            Bytes += FrameBytes;
            Share(frame.Name);
            if (frame.File is { } file)
                Share(file);
        }
    }

    private FrameFile Share(FrameFile file)
    {
        if (_files.TryGetValue(file, out var known))
            return known;
        var added = file with { Path = Share(file.Path), BuildId = Share(file.BuildId) };
        _files.Add(added, added);
        Bytes += FileBytes;
        return added;
    }

    private string Share(string text)
    {
        if (_texts.TryGetValue(text, out var known))
            return known;
        _texts.Add(text, text);
        Bytes += TextBytes + (sizeof(char) * text.Length);
        return text;
    }
}
