using System.Text;
using ProcImage.Loading;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class KernelSymbolsTests
{
    private const string Lines = """
        ffffffff81000300 t third	[module]
        ffffffff81000100 T __first
        ffffffff81000100 T first
        ffffffff81000180 D data
        ffffffff81000200 W second

        """;

    [Theory]
    [InlineData(0xffffffff81000100, false, "first")]
    [InlineData(0xffffffff810001ff, false, "first")]
    [InlineData(0xffffffff81000200, false, "second")]
    [InlineData(0xffffffff81000200, true, "first")]
    [InlineData(0xffffffff81000304, false, "third [module]")]
    [InlineData(0xffffffff810000ff, false, "[0xffffffff810000ff]")]
    [InlineData(0xffffffff90000000, false, "[0xffffffff90000000]")]
    [InlineData(0, true, "[0x0]")]
    public void The_function_is_that_which_begins_before(ulong address, bool isReturn, string name) =>
        Assert.Equal(name, Of(Lines).NameOf(address, isReturn));

    [Fact]
    public void Only_functions_are_kept()
    {
        var kernel = Of(Lines);
        Assert.Equal(3, kernel.Count);
        Assert.Equal("", kernel.Unknown);
    }

    [Fact]
    public void It_is_read_when_the_first_name_is_asked_for()
    {
        var opened = 0;
        var kernel = new KernelSymbols(() =>
        {
            opened++;
            return new MemoryStream(Encoding.UTF8.GetBytes(Lines));
        });
        Assert.Equal(0, opened);
        kernel.NameOf(1, false);
        kernel.NameOf(2, false);
        Assert.Equal(1, opened);
    }

    [Fact]
    public void Hidden_addresses_are_no_names_and_it_says_so()
    {
        var kernel = Of("0000000000000000 T first\n0000000000000000 T second\n");
        Assert.Equal("[0x10]", kernel.NameOf(0x10, false));
        Assert.Contains("CAP_SYSLOG", kernel.Unknown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\n\nffff\nffffffff81000000 T\nffffffff81000000  \n\0\0\n")]
    public void What_is_no_list_of_symbols_has_none(string text)
    {
        var kernel = Of(text);
        Assert.Equal(0, kernel.Count);
        Assert.NotEqual("", kernel.Unknown);
    }

    [Fact]
    public void A_line_without_an_end_is_refused()
    {
        var kernel = Of("ffffffff81000000 T " + new string('x', 100_000));
        Assert.Equal(0, kernel.Count);
        Assert.Contains("does not end", kernel.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_no_error()
    {
        var kernel = new KernelSymbols(() => throw new UnauthorizedAccessException("no"));
        Assert.Equal("[0x10]", kernel.NameOf(0x10, false));
        Assert.NotEqual("", kernel.Unknown);
    }

    /// <summary>As in a container without it: the loader goes on, without names.</summary>
    [Fact]
    public void Without_the_file_there_are_no_names()
    {
        Assert.Null(KernelSymbolsFile.Open("/no/such/kallsyms"));
        var kernel = KernelSymbolsFile.Read(null);
        Assert.Equal(0, kernel.Count);
        Assert.Equal("[0x10]", kernel.NameOf(0x10, false));
        Assert.NotEqual("", kernel.Unknown);
    }

    [Fact]
    public void A_stack_has_return_addresses_below_its_top()
    {
        var frames = Of(Lines).Resolve([0xffffffff81000200, 0xffffffff81000200]);
        Assert.Equal(["second", "first"], frames.Select(frame => frame.Name));
        Assert.All(frames, frame => Assert.True(frame.IsKernel));
    }

    /// <summary>Either it names the kernel's functions, or it says why it does not.</summary>
    [Fact]
    public void The_running_kernel_has_functions_or_hides_them()
    {
        using var file = File.OpenHandle("/proc/kallsyms");
        var kernel = new KernelSymbols(file);
        Assert.Equal(kernel.Count > 1000, kernel.Unknown.Length == 0);
        if (kernel.Count == 0)
            return;
        var line = File.ReadLines("/proc/kallsyms")
            .First(line => line.EndsWith(" T schedule", StringComparison.Ordinal));
        Assert.Equal("schedule", kernel.NameOf(Waiting.Hexadecimal(line.Split(' ')[0]) + 4, isReturn: true));
    }

    private static KernelSymbols Of(string text) => new(() => new MemoryStream(Encoding.UTF8.GetBytes(text)));
}
