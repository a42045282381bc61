using System.Runtime.InteropServices;
using Libbpf.Native;

namespace Libbpf;

public sealed unsafe partial class BpfObject
{
    /// <summary>
    /// Sets a global variable by its name, before <see cref="Load"/>; a <c>const volatile</c> one is a constant to
    /// the verifier, which removes the code that it switches off.
    /// </summary>
    /// <param name="name">As in the C source.</param>
    /// <param name="value">Of exactly the variable's size.</param>
    /// <exception cref="BpfException">There is no such variable, or it is of another size.</exception>
    /// <exception cref="InvalidOperationException">The object has been loaded.</exception>
    public void SetVariable<T>(string name, T value)
        where T : unmanaged
    {
        using var lease = new HandleLease(_handle);
        var variable = GlobalVariable.Find(LibbpfNative.bpf_object__btf(_handle), name)
            ?? throw BpfError.Create(BpfOperation.Find, $"variable {name}", Errno.ENOENT);
        if (variable.Size != sizeof(T))
            throw new BpfException(BpfOperation.Configure, $"variable {name}", 0,
                $"it has {variable.Size} bytes, {typeof(T).Name} has {sizeof(T)}", "use a type of its size");
        SetReadOnlyData(variable.Section, variable.Offset, value);
    }

    /// <summary>Writes into the initial value of a map of global variables, before <see cref="Load"/>.</summary>
    /// <param name="mapName">Such as <c>.rodata</c>.</param>
    /// <param name="offset">In bytes from the start of the section.</param>
    /// <param name="value">Copied as it stands.</param>
    /// <exception cref="BpfException">There is no such map.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value would lie outside of the section.</exception>
    /// <exception cref="InvalidOperationException">The object has been loaded.</exception>
    public void SetReadOnlyData<T>(string mapName, int offset, T value)
        where T : unmanaged
    {
        var bytes = FindMap(mapName).InitialValue;
        if (offset < 0 || offset > bytes.Length - sizeof(T))
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{mapName} has {bytes.Length} bytes");
        MemoryMarshal.Write(bytes[offset..], in value);
    }
}
