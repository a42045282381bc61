using System.Runtime.CompilerServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>Maps of one element read by themselves: for what has to go on where other pins are damaged.</summary>
public static class SinglePins
{
    /// <summary>False when there is no such map, or it is not of that shape.</summary>
    public static bool TryRead<T>(string directory, string name, out T value)
        where T : unmanaged
    {
        try
        {
            using var map = BpfMap.OpenPinned(Pins.Map(directory, name));
            map.ExpectShape(BpfMapType.Array, sizeof(uint), Unsafe.SizeOf<T>(), 1);
            return map.TryLookup(0u, out value);
        }
        catch (BpfException)
        {
            value = default;
            return false;
        }
    }
}
