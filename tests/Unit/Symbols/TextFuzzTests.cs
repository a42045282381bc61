using System.Text;
using ProcImage.Symbols;
using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>Whatever bytes a file of another process holds: names, or none.</summary>
public sealed class TextFuzzTests
{
    private static readonly string[] _lines =
    [
        "ffffffff81000100 T first",
        "ffffffff81000300 t third\t[module]",
        "00401000-00403000 r-xp 00001000 fe:01 17                         /opt/a program",
        "7f0000001000-7f0000003000 r-xp 00002000 08:11 23                 /lib/old.so (deleted)",
        "7fff00000000-7fff00002000 r-xp 00000000 00:00 0                  [vdso]",
        "0x7f0000001000 0x10 int32 [app] Program::Main(string[])[Tier0]",
        "1000 10 JS:*later file:///a b.js:1:2",
        "_ZN44_$LT$$RF$T$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
    ];

    [Fact]
    public void Text_of_any_kind_is_read_to_its_end() => Fuzzing.Run(random =>
    {
        var text = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 8).Select(_ => random.Pick(_lines))));
        for (var times = random.Next(16); times > 0; times--)
            text[random.Next(text.Length)] = random.Pick("\0 \n0f\u00ff"u8.ToArray());
        var address = random.Pick<ulong>([0, 0x1000, 0x401000, 0x7f0000001000, 0xffffffff81000100, ulong.MaxValue]);

        using var stream = new MemoryStream(text);
        new KernelSymbols(() => stream).NameOf(address, isReturn: random.Chance(0.5));
        MemoryMap.Parse(text, isCodeOnly: random.Chance(0.5)).Find(address);
        var compiled = new PerfMap();
        compiled.Append(text);
        compiled.NameAt(address);
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n'))
            Demangler.Demangle(line);
    });
}
