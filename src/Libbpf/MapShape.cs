namespace Libbpf;

internal static class MapShape
{
    /// <summary>The first thing that is not as expected, in words; null when all is.</summary>
    internal static string? Difference(BpfMapInfo info, BpfMapType type, int keySize, int valueSize, int? maxEntries)
    {
        if (info.Type != type)
            return $"its type is {info.Type}, expected {type}";
        if (info.KeySize != keySize)
            return $"its keys have {info.KeySize} bytes, expected {keySize}";
        if (info.ValueSize != valueSize)
            return $"its values have {info.ValueSize} bytes, expected {valueSize}";
        if (maxEntries is { } entries && info.MaxEntries != entries)
            return $"it has {info.MaxEntries} entries, expected {entries}";
        return null;
    }
}
