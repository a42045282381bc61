using Microsoft.Win32.SafeHandles;
using ProcImage.Abi;

namespace ProcImage.Symbols;

/// <summary>
/// Symbols of files for all processes that map them; those that were needed last remain. For one thread.
/// </summary>
/// <param name="capacity">Bytes of symbols; a single file may have more.</param>
/// <param name="ofVariables">Instead of functions.</param>
internal sealed class SymbolCache(long capacity = SymbolCache.UsualCapacity, bool ofVariables = false)
{
    public const long UsualCapacity = 64 << 20;

    private const int MostKeys = 16_384;
    private const uint Root = 0;

    private readonly Dictionary<FileKey, ContentKey> _contents = [];
    private readonly Dictionary<ContentKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _used = new(); // the last one first

    /// <summary>Of all symbols in it.</summary>
    public long Bytes { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Null where it is not in the cache, or no longer.</summary>
    public SymbolFile? Find(in FileKey file)
    {
        if (!_contents.TryGetValue(file, out var content) || !_entries.TryGetValue(content, out var entry))
            return null;
        if (entry != _used.First)
        {
            _used.Remove(entry);
            _used.AddFirst(entry);
        }

        return entry.Value.File;
    }

    /// <summary>Reads it where nobody has.</summary>
    /// <param name="key">Of <paramref name="file"/>.</param>
    /// <param name="file">Stays open.</param>
    public SymbolFile Get(in FileKey key, SafeFileHandle file)
    {
        if (Find(key) is { } known)
            return known;
        FileBytes bytes;
        ElfFile elf;
        try
        {
            bytes = new FileBytes(file);
            elf = ElfFile.Read(bytes);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            return Add(key, new ContentKey("", key), new SymbolFile(null, SymbolTable.Empty, failure.Message));
        }

        // Everybody can write any build id into a file of his own.
        var content = elf.BuildId.Length > 0 && key.Owner == Root
            ? new ContentKey(elf.BuildId, new FileKey(0, 0, new FileContent(key.Content.Size, 0, 0), Root))
            : new ContentKey("", key);
        Keep(key, content);
        return Find(key) ?? Add(key, content, SymbolFile.Read(bytes, elf, ofVariables));
    }

    private SymbolFile Add(in FileKey key, in ContentKey content, SymbolFile file)
    {
        Keep(key, content);
        _entries[content] = _used.AddFirst(new Entry(content, file));
        Bytes += file.Bytes;
        while (Bytes > capacity && _used.Count > 1)
        {
            var last = _used.Last!.Value;
            _used.RemoveLast();
            _entries.Remove(last.Content);
            Bytes -= last.File.Bytes;
        }

        return file;
    }

    private void Keep(in FileKey key, in ContentKey content)
    {
        if (_contents.Count >= MostKeys)
            _contents.Clear(); // they are found again by their contents
        _contents[key] = content;
    }

    private readonly record struct ContentKey(string BuildId, FileKey File);

    private sealed record Entry(ContentKey Content, SymbolFile File);
}
