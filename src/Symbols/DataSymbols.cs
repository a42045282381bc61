using ProcImage.Abi;

namespace ProcImage.Symbols;

/// <summary>
/// Names for the data addresses of one life. Whatever is read of its process is used only where the life goes on after
/// that. For one thread, as <see cref="ProcessSymbols"/>.
/// </summary>
internal sealed class DataSymbols
{
    private const ulong PageSize = 4096;

    private readonly int _tgid;
    private readonly ulong _startId;
    private readonly SymbolCache _cache;
    private readonly ProcessFiles _files;
    private readonly MemoryMap _map;

    private DataSymbols(int tgid, ulong startId, SymbolCache cache, MemoryMap map)
    {
        _tgid = tgid;
        _startId = startId;
        _cache = cache;
        _files = new ProcessFiles(tgid);
        _map = map;
    }

    /// <summary>As it is mapped now; null when the pid belongs to another life, or to one that must not be read.</summary>
    /// <param name="tgid">Its pid, as we see it.</param>
    /// <param name="startId">start_boottime, in ns.</param>
    /// <param name="cache">Of variables.</param>
    public static DataSymbols? Open(int tgid, ulong startId, SymbolCache cache)
    {
        try
        {
            var map = MemoryMap.OfProcess(tgid, isCodeOnly: false);
            return map.Mappings.Count > 0 && IsAlive(tgid, startId) ? new DataSymbols(tgid, startId, cache, map) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// <c>config_mutex</c> or <c>config+8</c> of a global variable; else <c>[heap]+0xoffset</c>, <c>[stack]+0xoffset</c>,
    /// <c>[file+0xoffset]</c>; <c>[anonymous]+0xoffset</c> of other memory, from where its mapping begins.
    /// </summary>
    /// <returns>Null where nothing is mapped.</returns>
    public string? NameOf(ulong address)
    {
        if (_map.Find(address) is not { } mapping)
            return null;
        if (FileBehind(mapping) is { } from && VariableAt(address, from) is { } variable)
            return variable;
        if (mapping.Path.StartsWith('/'))
            return $"[{mapping.Path[(mapping.Path.LastIndexOf('/') + 1)..]}+0x{mapping.OffsetOf(address):x}]";
        return $"{(mapping.Path.Length > 0 ? mapping.Path : "[anonymous]")}+0x{address - mapping.Start:x}";
    }

    /// <summary>Variables that are zero at first lie behind the file, in memory that has no name.</summary>
    private Mapping? FileBehind(Mapping mapping)
    {
        if (mapping.IsFile)
            return mapping;
        return mapping.Path.Length == 0 && _map.Find(mapping.Start - 1) is { IsFile: true } before ? before : null;
    }

    private string? VariableAt(ulong address, Mapping mapping)
    {
        using var opened = _files.Open(mapping);
        if (opened is null || !IsAlive(_tgid, _startId) || FileKey.Of(opened) is not { } key)
            return null;
        var file = _cache.Get(key, opened);
        if (file.Elf is null || AddressOf(file.Elf, mapping) is not { } start)
            return null;
        var inFile = address - mapping.Start + start;
        if (file.Functions.StartAt(inFile) is not { } variable || file.Functions.NameAt(inFile) is not { } name)
            return null;
        return Demangler.Demangle(name) + (inFile == variable ? "" : $"+{inFile - variable}");
    }

    /// <summary>
    /// Virtual, of where the mapping begins. Two segments may have bytes of one page, and then that is mapped twice: so it is
    /// reckoned from where the file itself begins, which is mapped before.
    /// </summary>
    private ulong? AddressOf(ElfFile elf, Mapping mapping)
    {
        var head = _map.Mappings.LastOrDefault(
            other => other.Offset == 0 && other.Start <= mapping.Start && (other.Device, other.Inode) == (mapping.Device, mapping.Inode));
        return head is not null && elf.Segments is [var first, ..] && first.Offset < PageSize
            ? mapping.Start - head.Start + (first.Address & ~(PageSize - 1))
            : null;
    }

    private static bool IsAlive(int tgid, ulong startId)
    {
        try
        {
            return ProcStat.Read(tgid).IsLife(startId);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
