using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A pinned map as bytes, whatever this version means by them.</summary>
public sealed unsafe partial class RawMap(string path) : IDisposable
{
    private readonly BpfMap _map = BpfMap.OpenPinned(path);

    public int KeySize => _map.Info.KeySize;

    public int ValueSize => _map.Info.ValueSize;

    public int Entries => _map.Info.MaxEntries;

    public bool IsArray => _map.Info.Type == BpfMapType.Array;

    public byte[]? Read(byte[] key)
    {
        byte[] value = new byte[ValueSize];
        fixed (byte* k = key, v = value)
            return bpf_map_lookup_elem(_map.Fd, k, v) == 0 ? value : null;
    }

    /// <summary>False when the kernel does not take it, as it does not into a full hash.</summary>
    public bool TryWrite(byte[] key, byte[] value)
    {
        fixed (byte* k = key, v = value)
            return bpf_map_update_elem(_map.Fd, k, v, 0) == 0;
    }

    public IReadOnlyList<byte[]> Keys()
    {
        var keys = new List<byte[]>();
        byte[]? last = null;
        for (byte[] next = new byte[KeySize]; keys.Count <= Entries; next = new byte[KeySize])
        {
            fixed (byte* k = last, n = next)
            {
                if (bpf_map_get_next_key(_map.Fd, k, n) != 0)
                    break;
            }

            keys.Add(last = next);
        }

        return keys;
    }

    /// <summary>Everything that is in it and not zero, in the order of the keys.</summary>
    public string Dump() => string.Join('\n', Keys()
        .Select(key => (Key: Convert.ToHexString(key), Value: Read(key) ?? []))
        .Where(pair => pair.Value.AsSpan().ContainsAnyExcept((byte)0))
        .Select(pair => $"{pair.Key} {Convert.ToHexString(pair.Value)}").Order());

    public void Dispose() => _map.Dispose();

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_map_lookup_elem(int fd, byte* key, byte* value);

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_map_update_elem(int fd, byte* key, byte* value, ulong flags);

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_map_get_next_key(int fd, byte* key, byte* next);
}
