using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>The instructions of x86-64 that a return address is behind.</summary>
internal static class CallSite
{
    /// <summary>The longest call: FF /2 with a base, an index and four bytes of displacement.</summary>
    public const int Longest = 7;

    private const byte NearCall = 0xe8; // and four bytes
    private const byte Group5 = 0xff; // of which /2 is a call

    /// <param name="before">The <see cref="Longest"/> bytes before the return address, or fewer.</param>
    public static CallBefore Find(ReadOnlySpan<byte> before)
    {
        if (before.Length >= 5 && before[^5] == NearCall)
            return new CallBefore(true, BinaryPrimitives.ReadInt32LittleEndian(before[^4..]));
        for (var length = 2; length <= Math.Min(Longest, before.Length); length++)
        {
            if (before[^length] == Group5 && LengthOf(before[^length..]) == length)
                return new CallBefore(true, null);
        }

        return default;
    }

    // FF, ModRM, perhaps SIB, perhaps a displacement. A prefix before it does not matter here.
    private static int LengthOf(ReadOnlySpan<byte> call)
    {
        int mode = call[1] >> 6, operation = call[1] >> 3 & 7, memory = call[1] & 7;
        if (operation != 2)
            return 0;
        if (mode == 3)
            return 2;
        var hasIndex = memory == 4;
        if (hasIndex && call.Length < 3)
            return 0;
        var displacement = mode switch
        {
            1 => 1,
            2 => 4,
            _ => memory == 5 || (hasIndex && (call[2] & 7) == 5) ? 4 : 0,
        };
        return 2 + (hasIndex ? 1 : 0) + displacement;
    }
}

/// <summary>What is before an address.</summary>
/// <param name="IsCall">Whether it is a call.</param>
/// <param name="ToTarget">Bytes from there to what is called; null where the code does not say it.</param>
internal readonly record struct CallBefore(bool IsCall, int? ToTarget);
