using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>Anybody can give his files any time.</summary>
public sealed class FileKeyTests : IDisposable
{
    private const string Far = "@99999999999999"; // beyond the year 9999, where DateTime ends

    private readonly string _file = Path.Combine("/dev/shm", Path.GetRandomFileName()); // tmpfs keeps any time

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(Far, 99_999_999_999_999)]
    [InlineData("@-99999999999999", -99_999_999_999_999)]
    public void A_time_that_no_calendar_has_is_a_time(string time, long seconds)
    {
        File.WriteAllText(_file, "x");
        using var file = File.OpenHandle(_file);
        var before = FileKey.Of(file);
        Ran.With("touch", "-d", time, _file).AssertDone();
        var after = FileKey.Of(file);
        Assert.Equal(seconds, after!.Value.Content.Modified);
        Assert.NotEqual(before, after);
        Assert.Equal(1UL, after.Value.Content.Size);
    }

    [Fact]
    public void Two_writings_within_a_second_are_two_times()
    {
        File.WriteAllText(_file, "x");
        using var file = File.OpenHandle(_file);
        Ran.With("touch", "-d", "@1000.000000001", _file).AssertDone();
        var before = FileKey.Of(file);
        Ran.With("touch", "-d", "@1000.000000002", _file).AssertDone();
        Assert.NotEqual(before, FileKey.Of(file));
    }

    /// <summary>The file is the process's own, and named before its clock could say that it is not.</summary>
    [Fact]
    public void Compiled_functions_of_a_far_future_are_read()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var path = $"/tmp/perf-{waiting.Pid}.map";
        try
        {
            File.WriteAllText(path, "1000 10 compiled\n");
            Ran.With("touch", "-d", Far, path).AssertDone(); // as far as its file system goes
            var map = new PerfMapFile(new ProcessFiles(waiting.Pid), BootClock.ToUnix(waiting.StartId));
            Assert.True(map.Update(() => true));
            Assert.Equal("compiled", map.Map.NameAt(0x1000));
            map.Drop();
            Assert.Null(map.Map.NameAt(0x1000));
            Assert.True(map.Update(() => true));
            Assert.Equal("compiled", map.Map.NameAt(0x1000));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_compiled_functions_take_in_memory_is_bounded()
    {
        var map = new PerfMap();
        var line = System.Text.Encoding.UTF8.GetBytes($"1000 10 {new string('x', 1000)}\n");
        for (var at = 0; at < 2 * PerfMap.MostBytes / line.Length; at++)
            map.Append(line);
        Assert.InRange(map.Bytes, PerfMap.MostBytes, PerfMap.MostBytes + 2000);
    }
}
