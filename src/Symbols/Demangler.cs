using System.Text;

namespace ProcImage.Symbols;

/// <summary>
/// Plain names of C++ and Rust as they were written: <c>_ZN4core3fmt5writeE</c> is <c>core::fmt::write</c>. Parameters
/// and Rust's hash are left away; what has templates, operators or the like stays as it is.
/// </summary>
internal static class Demangler
{
    private const int HashLength = 17; // h and 16 digits

    public static string Demangle(string name)
    {
        if (!name.StartsWith("_Z", StringComparison.Ordinal))
            return name;
        var at = 2;
        var parts = new List<string>();
        var isNested = at < name.Length && name[at] == 'N';
        if (isNested)
            at++;
        for (; at < name.Length && name[at] == 'K' && isNested; at++) // a method that changes nothing
        {
        }

        while (at < name.Length && char.IsAsciiDigit(name[at]))
        {
            var length = 0;
            for (; at < name.Length && char.IsAsciiDigit(name[at]) && length <= name.Length; at++)
                length = length * 10 + (name[at] - '0');
            if (length == 0 || length > name.Length - at)
                return name;
            parts.Add(name.Substring(at, length));
            at += length;
            if (!isNested)
                break;
        }

        var next = at < name.Length ? name[at] : '\0';
        if (parts.Count == 0 || (isNested ? next != 'E' : next is 'I' or 'B'))
            return name;
        if (parts.Count > 1 && IsHash(parts[^1]))
            parts.RemoveAt(parts.Count - 1);
        return string.Join("::", parts.Select(Unescape));
    }

    private static bool IsHash(string part) =>
        part.Length == HashLength && part[0] == 'h' && part.Skip(1).All(char.IsAsciiHexDigitLower);

    // Rust: <impl core::fmt::Debug for T>::fmt is _$LT$impl$u20$core..fmt..Debug$u20$for$u20$T$GT$
    private static string Unescape(string part)
    {
        if (!part.Contains('$', StringComparison.Ordinal) && !part.Contains("..", StringComparison.Ordinal))
            return part == "_GLOBAL__N_1" ? "(anonymous)" : part;
        var text = new StringBuilder();
        var rest = part.AsSpan(part.StartsWith("_$", StringComparison.Ordinal) ? 1 : 0);
        while (!rest.IsEmpty)
        {
            if (rest.StartsWith(".."))
            {
                text.Append("::");
                rest = rest[2..];
            }
            else if (rest[0] == '$' && rest[1..].IndexOf('$') is var end and >= 0
                && Letter(rest.Slice(1, end)) is { } letter)
            {
                text.Append(letter);
                rest = rest[(end + 2)..];
            }
            else
            {
                text.Append(rest[0]);
                rest = rest[1..];
            }
        }

        return text.ToString();
    }

    private static string? Letter(ReadOnlySpan<char> code) => code switch
    {
        "SP" => "@",
        "BP" => "*",
        "RF" => "&",
        "LT" => "<",
        "GT" => ">",
        "LP" => "(",
        "RP" => ")",
        "C" => ",",
        "u20" => " ",
        "u27" => "'",
        "u5b" => "[",
        "u5d" => "]",
        "u7b" => "{",
        "u7d" => "}",
        "u7e" => "~",
        _ => null,
    };
}
