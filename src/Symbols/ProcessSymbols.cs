using Microsoft.Win32.SafeHandles;
using ProcImage.Abi;

namespace ProcImage.Symbols;

/// <summary>
/// Names for the user addresses of one life. Whatever is read of its process is used only where the life goes on after
/// that. For one thread: the files are other people's, and their file systems may take their time.
/// </summary>
internal sealed class ProcessSymbols
{
    private readonly int _tgid;
    private readonly ulong _startId;
    private readonly SymbolCache _cache;
    private readonly ProcessFiles _files;
    private readonly PerfMapFile _perfMap;
    private readonly Dictionary<(ulong Device, ulong Inode, ulong Start), FileKey?> _keys = [];
    private readonly Pause _mapPause, _perfMapPause;
    private MemoryMap _map = MemoryMap.Empty;

    private ProcessSymbols(int tgid, ulong startId, SymbolCache cache, TimeProvider clock)
    {
        _tgid = tgid;
        _startId = startId;
        _cache = cache;
        _files = new ProcessFiles(tgid);
        _mapPause = new Pause(clock);
        _perfMapPause = new Pause(clock);
        _perfMap = new PerfMapFile(_files, BootClock.ToUnix(startId));
    }

    /// <summary>Null when the pid belongs to another life, or to none, or to one that must not be read.</summary>
    /// <param name="tgid">Its pid, as we see it.</param>
    /// <param name="startId">start_boottime, in ns.</param>
    /// <param name="cache">Of all processes.</param>
    /// <param name="clock">For tests.</param>
    public static ProcessSymbols? Open(int tgid, ulong startId, SymbolCache cache, TimeProvider? clock = null)
    {
        var symbols = new ProcessSymbols(tgid, startId, cache, clock ?? TimeProvider.System);
        return symbols.Refresh() ? symbols : null;
    }

    /// <summary>
    /// Reads anew what is mapped, as after an exec: that changes everything and is not seen from here. What has been
    /// mapped meanwhile is found without it.
    /// </summary>
    /// <returns>Whether the life goes on.</returns>
    public bool Refresh()
    {
        // Nothing is mapped once it has died, though its pid is still taken.
        if (!IsAlive() || ReadMap() is not { Mappings.Count: > 0 } map || !IsAlive())
            return false;
        _map = map;
        _keys.Clear();
        ReadPerfMap();
        return true;
    }

    /// <summary>
    /// A function; else <c>[file+0xoffset]</c>, with the offset in the file; <c>[0xaddress]</c> where none is mapped.
    /// </summary>
    /// <param name="address">Of an instruction.</param>
    /// <param name="isReturn">Whether it is the one behind a call, which may be in the next function already.</param>
    public Frame Resolve(ulong address, bool isReturn)
    {
        var instruction = isReturn ? address - 1 : address;
        var mapping = Find(instruction);
        if (mapping is null)
            return new Frame(address, $"[0x{address:x}]", null);
        var file = FileOf(mapping);
        var name = file?.NameAt(mapping.OffsetOf(instruction)) ?? NameOfCompiled(instruction, mapping, file);
        return new Frame(
            address,
            name ?? Place(address, mapping),
            new FrameFile(mapping.Start, mapping.End, mapping.Offset, mapping.Path, file?.BuildId ?? ""));
    }

    /// <param name="stack">The top first; those behind it are return addresses.</param>
    public IReadOnlyList<Frame> Resolve(ReadOnlySpan<ulong> stack)
    {
        UpdatePerfMap();
        var frames = new Frame[stack.Length];
        for (var at = 0; at < frames.Length; at++)
            frames[at] = Resolve(stack[at], isReturn: at > 0);
        return frames;
    }

    /// <inheritdoc cref="StackRepair.Repair"/>
    public ulong[] Repair(
        ReadOnlySpan<ulong> walk, ReadOnlySpan<ulong> words, ulong stackPointer, out StackEnd end) =>
        StackRepair.Repair(walk, words, stackPointer, new ProcessCallers(this), out end);

    /// <summary>What the functions that were compiled at run time take in memory, about.</summary>
    public long PerfMapBytes => _perfMap.Map.Bytes;

    /// <summary>They are read anew when they are needed.</summary>
    public void DropPerfMap() => _perfMap.Drop();

    /// <summary>Null where no code is mapped.</summary>
    internal Mapping? Find(ulong address)
    {
        if (_map.Find(address) is { } mapping)
            return mapping;
        if (!_mapPause.IsOver || ReadMap() is not { } map || !IsAlive())
            return null;
        _map = map;
        return _map.Find(address);
    }

    /// <summary>Null for memory that is no file.</summary>
    internal SymbolFile? FileOf(Mapping mapping)
    {
        if (mapping.Path == Mapping.Vdso)
            return Vdso.IsOurs(mapping) ? Vdso.File.Value : null;
        if (!mapping.IsFile)
            return null;
        var place = (mapping.Device, mapping.Inode, mapping.Start);
        if (_keys.TryGetValue(place, out var known))
        {
            if (known is not { } key)
                return SymbolFile.Unreadable;
            if (_cache.Find(key) is { } cached)
                return cached;
        }

        using var file = OpenFile(mapping);
        if (file is null)
        {
            _keys[place] = null;
            return SymbolFile.Unreadable;
        }

        _keys[place] = FileKey.Of(file);
        return _keys[place] is { } opened ? _cache.Get(opened, file) : SymbolFile.Unreadable;
    }

    /// <summary>The caller closes it; null where it cannot be opened, or where the life is over.</summary>
    internal SafeFileHandle? OpenFile(Mapping mapping)
    {
        var file = _files.Open(mapping);
        if (file is null || IsAlive())
            return file;
        file.Dispose();
        return null;
    }

    // Code that is compiled at run time lies in no file, or in one that is no program.
    private string? NameOfCompiled(ulong address, Mapping mapping, SymbolFile? file)
    {
        if (file?.Elf is not null || mapping.Path == Mapping.Vdso)
            return null;
        if (_perfMap.Map.NameAt(address) is { } name)
            return name;
        return UpdatePerfMap() ? _perfMap.Map.NameAt(address) : null;
    }

    private static string Place(ulong address, Mapping mapping)
    {
        if (mapping.Path.Length == 0)
            return $"[0x{address:x}]";
        if (!mapping.Path.StartsWith('/'))
            return mapping.Path;
        return $"[{mapping.Path[(mapping.Path.LastIndexOf('/') + 1)..]}+0x{mapping.OffsetOf(address):x}]";
    }

    private bool UpdatePerfMap() => _perfMapPause.IsOver && ReadPerfMap();

    private bool ReadPerfMap()
    {
        using var pause = _perfMapPause.Begin();
        return _perfMap.Update(IsAlive);
    }

    private MemoryMap? ReadMap()
    {
        using var pause = _mapPause.Begin();
        try
        {
            return MemoryMap.OfProcess(_tgid, isCodeOnly: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool IsAlive()
    {
        try
        {
            return ProcStat.Read(_tgid).IsLife(_startId);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
