using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

internal static class Profiles
{
    public static FrameFile Program { get; } = new(0x400000, 0x401000, 0x1000, "/opt/program", "c0ffee");

    private static readonly Frame _main = new(0x400100, "main", Program);

    public static IReadOnlyList<StackSample> Samples { get; } =
    [
        new([new(0xffff0100, "schedule", null, IsKernel: true), new(0x400200, "a;b\nc", Program), _main], 3, 1009),
        new([new(0x400300, "other", Program), _main], 2, 5_000_000_000),
        new([], 1, 1),
        new([new(0x400300, "other", Program), new(0x400104, "main", Program)], 1, 7),
    ];
}
