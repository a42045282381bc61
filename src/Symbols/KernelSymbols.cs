using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Symbols;

/// <summary>
/// The kernel's functions, from /proc/kallsyms when first asked for. Who opens it needs CAP_SYSLOG, who reads it later
/// none: the descriptor keeps the right.
/// </summary>
internal sealed class KernelSymbols
{
    private const int Most = 2_000_000; // lines
    private const int Usual = 160_000; // functions
    private const int LongestLine = 4096; // bytes; a name has at most 512
    private const ulong LongestFunction = 1 << 20; // bytes; behind the last one nothing says where it ends

    private readonly Lazy<SymbolTable> _functions;

    /// <param name="open">The file; read once and closed.</param>
    public KernelSymbols(Func<Stream> open) => _functions = new Lazy<SymbolTable>(() => Load(open));

    /// <param name="file">The caller's, open until the first name has been asked for.</param>
    public KernelSymbols(SafeFileHandle file)
        : this(() => new FileStream(
            new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 0))
    {
    }

    /// <param name="unknown">Why there are no names.</param>
    public KernelSymbols(string unknown)
    {
        Unknown = unknown;
        _functions = new Lazy<SymbolTable>(SymbolTable.Empty);
    }

    /// <summary>Why there are no names; empty where there are.</summary>
    public string Unknown { get; private set; } = "";

    public int Count => _functions.Value.Count;

    /// <summary>What the names take in memory.</summary>
    public long Bytes => _functions.Value.Bytes;

    /// <summary>A function, and its module in brackets; <c>[0xaddress]</c> where none is known.</summary>
    /// <param name="address">Of an instruction.</param>
    /// <param name="isReturn">Whether it is the one behind a call.</param>
    public string NameOf(ulong address, bool isReturn) =>
        _functions.Value.NameAt(isReturn ? address - 1 : address) ?? $"[0x{address:x}]";

    /// <summary>Of a stack, the top first.</summary>
    public IReadOnlyList<Frame> Resolve(ReadOnlySpan<ulong> stack)
    {
        var frames = new Frame[stack.Length];
        for (var at = 0; at < frames.Length; at++)
            frames[at] = new Frame(stack[at], NameOf(stack[at], isReturn: at > 0), null, IsKernel: true);
        return frames;
    }

    private SymbolTable Load(Func<Stream> open)
    {
        try
        {
            using var stream = open();
            var functions = Read(stream, out var isHidden);
            if (isHidden)
                Unknown = "/proc/kallsyms hides addresses: it takes CAP_SYSLOG, see kernel.kptr_restrict";
            else if (functions.Count == 0)
                Unknown = "/proc/kallsyms names no functions";
            return functions;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Unknown = $"/proc/kallsyms: {failure.Message}";
            return SymbolTable.Empty;
        }
    }

    private static SymbolTable Read(Stream stream, out bool isHidden)
    {
        var functions = new SymbolTableBuilder(Usual);
        var buffer = new byte[64 << 10];
        var (lines, zeros, kept) = (0, 0, 0);
        int count;
        while ((count = stream.Read(buffer, kept, buffer.Length - kept)) > 0)
        {
            var rest = buffer.AsSpan(0, kept + count);
            int end;
            while ((end = rest.IndexOf((byte)'\n')) >= 0)
            {
                if (++lines > Most)
                    throw new InvalidDataException($"more than {Most} lines");
                zeros += Add(functions, rest[..end]);
                rest = rest[(end + 1)..];
            }

            if (rest.Length > LongestLine)
                throw new InvalidDataException("a line does not end");
            rest.CopyTo(buffer);
            kept = rest.Length;
        }

        isHidden = zeros > 0 && functions.Count == 0;
        return functions.Build();
    }

    /// <returns>1 for a function without an address.</returns>
    private static int Add(SymbolTableBuilder functions, ReadOnlySpan<byte> line)
    {
        if (!Utf8Parser.TryParse(line, out ulong address, out var digits, 'x')
            || line.Length < digits + 4 || line[digits] != ' ' || line[digits + 2] != ' ')
            return 0;
        var preference = "TtWw"u8.IndexOf(line[digits + 1]);
        if (preference < 0)
            return 0;
        if (address == 0)
            return 1;
        if (line.Length > LongestLine)
            throw new InvalidDataException("a name does not end");
        Span<byte> name = stackalloc byte[line.Length - digits - 3];
        line[(digits + 3)..].CopyTo(name);
        name.Replace((byte)'\t', (byte)' '); // before the module
        var end = address > ulong.MaxValue - LongestFunction ? ulong.MaxValue : address + LongestFunction;
        functions.Add(address, end, isOpen: true, functions.AddName(name), (byte)preference);
        return 0;
    }
}
