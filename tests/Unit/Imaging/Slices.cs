using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Slices as the kernel side tells them. Change what a test is about by 'with'.</summary>
internal static class Slices
{
    public const ulong Start = 7_000_000_007;

    public static SliceRecord One { get; } = new()
    {
        Tgid = 42,
        Tid = 42,
        StartId = Start,
        ThreadStartId = Start,
        Begin = Start + 11,
        End = Start + 13,
        Ran = 2,
        Why = (ushort)SliceEnd.Sleeping,
        Whose = EventFlag.OfProcess,
    };

    /// <summary>The one that begins so many ns after the start.</summary>
    public static SliceRecord At(ulong begin, uint missing = 0) =>
        One with { Begin = Start + begin, End = Start + begin + 1, Missing = missing };

    /// <summary>Of another process.</summary>
    public static SliceRecord Of(int tgid, ulong end = 1) =>
        One with { Tgid = tgid, Tid = tgid, StartId = Start + (ulong)tgid, End = Start + (ulong)tgid + end };
}
