using System.Diagnostics;
using ProcImage.Abi;
using ProcImage.Symbols;
using Xunit.Abstractions;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>Programs that really run, each waiting in a system call.</summary>
public sealed class ProcessSymbolsTests(ITestOutputHelper log)
{
    private const int Deep = 4096; // words of stack

    [Fact]
    public void Functions_of_a_program_have_their_names()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var symbols = waiting.Symbols();
        var (instruction, _) = waiting.Registers();
        var top = symbols.Resolve(instruction, isReturn: false);
        Assert.Contains("read", top.Name, StringComparison.Ordinal);
        Assert.StartsWith("libc.so", Path.GetFileName(top.File!.Path), StringComparison.Ordinal);
        Assert.Equal(40, top.File.BuildId.Length);
        Assert.Contains("main", waiting.NamesOnStack(symbols, Deep));
    }

    /// <summary>A call may be the last instruction of a function: behind it the next one begins.</summary>
    [Fact]
    public void A_return_address_belongs_to_the_call_before_it()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var symbols = waiting.Symbols();
        var start = AddressOf(waiting, "asks_to_wait");
        Assert.Equal("asks_to_wait", symbols.Resolve(start, isReturn: false).Name);
        Assert.NotEqual("asks_to_wait", symbols.Resolve(start, isReturn: true).Name);
        var frames = symbols.Resolve([start, start]);
        Assert.Equal("asks_to_wait", frames[0].Name);
        Assert.NotEqual("asks_to_wait", frames[1].Name);
    }

    [Fact]
    public void Without_symbols_there_is_the_place_in_the_file()
    {
        using var waiting = Waiting.Start(Compiled.Stripped);
        var frame = Waiting.Hexadecimal(waiting.ReadLine().Split(' ')[1]);
        var caller = waiting.Words(frame, 2)[1];
        var symbols = waiting.Symbols();
        var found = symbols.Resolve(caller, isReturn: true);
        var mapping = MemoryMap.OfProcess(waiting.Pid, isCodeOnly: true).Find(caller)!;
        Assert.Equal($"[waits-stripped+0x{mapping.OffsetOf(caller):x}]", found.Name);
        Assert.Equal(Compiled.Stripped, found.File!.Path);
    }

    [Fact]
    public void Where_nothing_is_mapped_there_is_the_address()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var frame = waiting.Symbols().Resolve(0x10, isReturn: false);
        Assert.Equal(("[0x10]", null), (frame.Name, frame.File));
    }

    [Fact]
    public void The_vdso_has_names()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var mapping = MemoryMap.OfProcess(waiting.Pid, isCodeOnly: true).Mappings.Single(each => each.Path == "[vdso]");
        var symbols = waiting.Symbols();
        var names = Enumerable.Range(0, (int)(mapping.End - mapping.Start))
            .Select(at => symbols.Resolve(mapping.Start + (ulong)at, isReturn: false).Name).ToHashSet();
        Assert.Contains("[vdso]", names);
        Assert.Contains(names, name => name.Contains("clock_gettime", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_life_of_the_pid_has_no_names()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        Assert.Null(ProcessSymbols.Open(
            waiting.Pid, waiting.StartId + ProcStat.NanosecondsPerTick, new SymbolCache()));
        Assert.Null(ProcessSymbols.Open(int.MaxValue, 1, new SymbolCache()));
    }

    [Fact]
    public void A_life_that_has_ended_has_the_names_that_were_read_before()
    {
        using var cached = Waiting.Start(Compiled.Waits);
        var start = AddressOf(cached, "waits_here");
        var (known, fresh) = (cached.Symbols(), cached.Symbols());
        Assert.Equal("waits_here", known.Resolve(start, isReturn: false).Name);
        cached.End();
        Assert.Equal("waits_here", known.Resolve(start, isReturn: false).Name);
        Assert.StartsWith("[waits+0x", fresh.Resolve(start, isReturn: false).Name, StringComparison.Ordinal);
        Assert.False(known.Refresh());
    }

    [Fact]
    public void A_file_is_read_once_for_all_processes()
    {
        using var one = Waiting.Start(Compiled.Waits);
        using var two = Waiting.Start(Compiled.Waits, "poll");
        var cache = new SymbolCache();
        one.Symbols(cache).Resolve(AddressOf(one, "main"), isReturn: false);
        var (count, bytes) = (cache.Count, cache.Bytes);
        Assert.Equal("main", two.Symbols(cache).Resolve(AddressOf(two, "main"), isReturn: false).Name);
        Assert.Equal((1, 1, bytes), (count, cache.Count, cache.Bytes));
    }

    [Fact]
    public void A_small_cache_forgets_and_reads_again()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var cache = new SymbolCache(capacity: 1);
        var symbols = waiting.Symbols(cache);
        var (instruction, _) = waiting.Registers();
        for (var times = 0; times < 3; times++)
        {
            Assert.Equal("main", symbols.Resolve(AddressOf(waiting, "main"), isReturn: false).Name);
            Assert.Contains("read", symbols.Resolve(instruction, isReturn: false).Name, StringComparison.Ordinal);
            Assert.Equal(1, cache.Count);
        }
    }

    [Fact]
    public void A_deleted_program_keeps_its_names()
    {
        using var directory = new Web.TemporaryDirectory();
        var copy = Path.Combine(directory.Path, "copy");
        File.Copy(Compiled.Waits, copy);
        using var waiting = Waiting.Start(copy);
        File.Delete(copy);
        var main = AddressOf(waiting, "main");
        Assert.Equal("main", waiting.Symbols().Resolve(main, isReturn: false).Name);

        var mappings = MemoryMap.OfProcess(waiting.Pid, isCodeOnly: true);
        var files = new ProcessFiles(waiting.Pid);
        using var program = files.OpenProgram(mappings.Find(main)!);
        Assert.NotNull(program);
        Assert.Null(files.OpenProgram(mappings.Mappings.First(each => each.IsFile && each.Path != copy)));
    }

    /// <summary>Opening a pipe would wait for its writer.</summary>
    [Fact]
    public void A_pipe_in_the_place_of_a_program_is_not_opened()
    {
        using var directory = new Web.TemporaryDirectory();
        var pipe = Path.Combine(directory.Path, "pipe");
        Ran.With("mkfifo", pipe).AssertDone();
        File.CreateSymbolicLink(pipe + "-link", "/dev/zero");
        var files = new ProcessFiles(Environment.ProcessId);
        Assert.Null(files.Open(pipe));
        Assert.Null(files.Open(pipe + "-link"));
        Assert.Null(files.Open(directory.Path));
        Assert.Null(files.Open("/no/such/file"));
        using var program = files.Open(Compiled.Waits);
        Assert.NotNull(program);
    }

    [Fact]
    public void Python_has_the_names_of_its_interpreter()
    {
        using var waiting = Waiting.Start("/usr/bin/python3", "-c", "print('ready', flush=True); input()");
        Assert.Contains("Py_BytesMain", waiting.NamesOnStack(waiting.Symbols(), Deep));
    }

    [Fact]
    public void Node_has_the_names_of_its_JavaScript()
    {
        const string Script = """
            function waitsInScript() { require('fs').readSync(0, Buffer.alloc(1)); }
            console.log('ready'); waitsInScript();
            """;
        using var waiting = Waiting.Start(
            "node", "--perf-basic-prof", "--interpreted-frames-native-stack", "-e", Script);
        try
        {
            Assert.Contains(
                waiting.NamesOnStack(waiting.Symbols(), Deep),
                name => name.Contains("waitsInScript", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete($"/tmp/perf-{waiting.Pid}.map");
        }
    }

    [Fact]
    public void A_NET_program_has_the_names_of_its_methods()
    {
        using var directory = new Web.TemporaryDirectory();
        using var waiting = Waiting.Start(
            [("DOTNET_PerfMapEnabled", "1")], "dotnet", "exec", NetProgram.Compile(directory.Path));
        try
        {
            var names = waiting.NamesOnStack(waiting.Symbols(), Deep);
            Assert.Contains(names, name => name.Contains("Waits::InMethod(", StringComparison.Ordinal));
            Assert.Contains(names, name => name.Contains("Waits::Main(", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete($"/tmp/perf-{waiting.Pid}.map");
            File.Delete($"/tmp/perfinfo-{waiting.Pid}.map");
        }
    }

    /// <summary>libc has the frame pointer for something else while it waits: a walk from there finds nothing.</summary>
    [Fact]
    public void A_NET_program_that_sleeps_has_its_methods_on_its_stack()
    {
        using var directory = new Web.TemporaryDirectory();
        using var waiting = Waiting.Start(
            [("DOTNET_PerfMapEnabled", "1")], "dotnet", "exec", NetProgram.Compile(directory.Path), "-1");
        try
        {
            var (instruction, stack) = waiting.Registers();
            var symbols = waiting.Symbols();
            var repaired = symbols.Repair([instruction, 7], waiting.Words(stack, Limits.StackWords), stack, out _);
            var names = symbols.Resolve(repaired).Select(frame => frame.Name).ToList();
            log.WriteLine(string.Join('\n', names));
            Assert.InRange(names.FindIndex(name => name.Contains("Waits::InMethod(", StringComparison.Ordinal)), 3, 20);
            Assert.Contains("pthread_cond_", string.Join(' ', names.Take(3)), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete($"/tmp/perf-{waiting.Pid}.map");
            File.Delete($"/tmp/perfinfo-{waiting.Pid}.map");
        }
    }

    /// <summary>As long as these take is for a person to judge.</summary>
    [Fact]
    public void A_thousand_addresses_have_names()
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var symbols = waiting.Symbols();
        var libc = MemoryMap.OfProcess(waiting.Pid, isCodeOnly: true).Mappings
            .First(mapping => Path.GetFileName(mapping.Path).StartsWith("libc.so", StringComparison.Ordinal));
        var addresses = Enumerable.Range(1, 1000).Select(at => libc.Start + (libc.End - libc.Start) / 1001 * (ulong)at).ToArray();
        foreach (var time in new[] { "cold", "warm" })
        {
            var watch = Stopwatch.StartNew();
            var named = symbols.Resolve(addresses).Count(frame => frame.Name[0] != '[');
            log.WriteLine($"{time}: {addresses.Length} addresses in {watch.Elapsed.TotalMilliseconds:0.00} ms, {named} have names");
            Assert.InRange(named, 1, addresses.Length);
        }
    }

    /// <summary>The file of another user, or of an earlier life, says nothing of this one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_map_of_compiled_functions_is_of_this_life(bool isOld)
    {
        using var waiting = Waiting.Start(Compiled.Waits);
        var path = $"/tmp/perf-{waiting.Pid}.map";
        try
        {
            File.WriteAllText(path, "1000 10 compiled\n");
            if (isOld)
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
            var map = new PerfMapFile(new ProcessFiles(waiting.Pid), BootClock.ToUnix(waiting.StartId));
            Assert.Equal(!isOld, map.Update(() => true));
            Assert.Equal(isOld ? null : "compiled", map.Map.NameAt(0x1000));
            Assert.False(map.Update(() => true));
            File.AppendAllText(path, "2000 10 more\n");
            Assert.True(map.Update(() => true));
            Assert.Equal("more", map.Map.NameAt(0x2000));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ulong AddressOf(Waiting waiting, string function)
    {
        var line = Ran.With("nm", Compiled.Waits).AssertDone().Output.Split('\n')
            .Single(line => line.EndsWith($" {function}", StringComparison.Ordinal));
        var start = MemoryMap.OfProcess(waiting.Pid, isCodeOnly: false).Mappings[0].Start;
        return start + Waiting.Hexadecimal(line.Split(' ')[0]);
    }
}
