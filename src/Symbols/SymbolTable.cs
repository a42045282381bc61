using System.Text;

namespace ProcImage.Symbols;

/// <summary>Functions by address. 16 bytes each, and their names.</summary>
internal sealed class SymbolTable
{
    private const int Nesting = 8; // functions that begin within another one, at most so many in a row

    private readonly ulong[] _starts;
    private readonly uint[] _sizes;
    private readonly int[] _names;
    private readonly byte[] _text;

    /// <param name="starts">Ascending, each once.</param>
    /// <param name="sizes">In bytes.</param>
    /// <param name="names">Where each begins in <paramref name="text"/>.</param>
    /// <param name="text">UTF-8; each name ends with a zero.</param>
    public SymbolTable(ulong[] starts, uint[] sizes, int[] names, byte[] text)
    {
        _starts = starts;
        _sizes = sizes;
        _names = names;
        _text = text;
    }

    public static SymbolTable Empty { get; } = new([], [], [], []);

    public int Count => _starts.Length;

    /// <summary>What it takes in memory.</summary>
    public long Bytes => _text.LongLength + _starts.LongLength * (sizeof(ulong) + sizeof(uint) + sizeof(int));

    /// <summary>Null where no function is.</summary>
    public string? NameAt(ulong address)
    {
        var index = IndexOf(address);
        return index < 0 ? null : Name(index);
    }

    /// <summary>Where the function begins that is there; null where none is.</summary>
    public ulong? StartAt(ulong address)
    {
        var index = IndexOf(address);
        return index < 0 ? null : _starts[index];
    }

    private int IndexOf(ulong address)
    {
        var index = Array.BinarySearch(_starts, address);
        if (index < 0)
            index = ~index - 1;
        for (var last = Math.Max(0, index - Nesting); index >= last; index--)
        {
            if (address - _starts[index] < _sizes[index])
                return index;
        }

        return -1;
    }

    private string Name(int index)
    {
        var name = _text.AsSpan(_names[index]);
        return Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }
}
