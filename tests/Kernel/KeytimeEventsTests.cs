using System.Globalization;

namespace ProcImage.Tests.Kernel;

/// <summary>What happens in a life is told once each, in its order, against what the program says it has done.</summary>
public sealed class KeytimeEventsTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Status = 43;
    private static readonly string[] _starts = ["fork", "vfork", "clone"];

    [Theory]
    [InlineData("-P")]
    [InlineData("all")]
    public void A_life_is_told_as_its_diary_has_it(string target)
    {
        var life = Start("life");
        Loader.Control(["-k0", .. target == "all" ? Array.Empty<string>() : [target, $"{life.Pid}", "--follow"]]);
        var diary = Go(life);
        AssertCounts(diary, Life.Of(Loader, life.Pid).Counts);
        AssertSeries("process", Loader.Scrape().Of(life.Pid));
        Assert.True(Life.Of(Loader, life.Pid).IsComplete);
        Assert.Equal(Status, life.End());
        var told = Life.AwaitDeath(Loader, life.Pid);
        AssertCounts(diary, told.Counts);
        Assert.Equal(0, told.Number("events_dropped"));
        AssertEvents(life.Pid, diary, told.Events);
        foreach (string kind in new[] { "fork", "vfork" })
            AssertChildren(told, kind, ChildrenOf(kind, diary));
        AssertText(life.Pid, diary, told);
        Assert.Equal(0, Loader.Scrape().Value("proc_image_losses_total", ("cause", "event")));
    }

    [Fact]
    public void A_thread_that_is_a_target_has_its_own_counts_and_lines()
    {
        var life = Start("life");
        Loader.Control("-k0", "-p", $"{life.Pid}");
        var diary = Go(life);
        AssertCounts(diary, Life.OfThread(Loader, life.Pid).Counts);
        AssertSeries("thread", Loader.Scrape().OfThread(life.Pid));
        Assert.Equal(Status, life.End());
        var lines = AwaitLines(life.Pid);
        Assert.Equal(diary.Select(InText), lines.SkipLast(1));
        Assert.StartsWith($"death code {Status}, lived ", lines[^1], StringComparison.Ordinal);
        var told = Eventually.Get(() => Life.OfThread(Loader, life.Pid), thread => thread.IsDead);
        Assert.Equal(("exit", Status, 0), (told.Death.Cause, told.Death.ExitCode, told.Death.Signal));
        AssertCounts(diary, told.Counts);
        Assert.DoesNotContain(Life.All(Loader), process => process.Tgid == life.Pid);
    }

    [Fact]
    public void What_happens_while_there_is_no_loader_is_told_by_the_next()
    {
        var life = Start("life");
        Loader.Control("-k0", "-P", $"{life.Pid}", "--follow");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        var diary = Go(life);
        Assert.Equal(Status, life.End());
        using var next = Loader.StartOn(Loader.Directory);
        var told = Life.AwaitDeath(next, life.Pid);
        AssertCounts(diary, told.Counts);
        AssertEvents(life.Pid, diary, told.Events);
        next.Stop();
    }

    [Fact]
    public void Counts_go_on_with_the_next_loader()
    {
        var life = Start("life");
        Loader.Control("-k0", "-P", $"{life.Pid}");
        var diary = Go(life);
        AssertCounts(diary, Life.Of(Loader, life.Pid).Counts);
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        using var next = Loader.StartOn(Loader.Directory);
        AssertCounts(diary, Life.Of(next, life.Pid).Counts);
        next.Stop();
    }

    [Fact]
    public void Activated_anew_it_counts_anew()
    {
        var life = Start("life");
        Loader.Control("-k0", "-P", $"{life.Pid}");
        var diary = Go(life);
        Loader.Control("-d", "-P", $"{life.Pid}");
        AssertCounts(diary, Life.Of(Loader, life.Pid).Counts); // for the linger
        Loader.Control("-k0", "-P", $"{life.Pid}");
        Assert.Equal((0, 0, 0, 0), Life.Of(Loader, life.Pid).Counts);
    }

    [Fact]
    public void An_exec_by_another_thread_than_the_leader_says_which()
    {
        var execs = Start("execs", 3);
        Loader.Control("-k0", "-P", $"{execs.Pid}");
        execs.Go();
        var told = Life.Of(Loader, execs.Pid);
        Assert.Equal((0, 0, 12, 3), told.Counts);
        Assert.Equal(
            ["exec /proc/self/exe execs 3 2", "exec /proc/self/exe execs 3 1", "exec /proc/self/exe execs 3 0"],
            told.Named("exec").Select(exec => $"{exec}"));
        int[] started = [.. told.Named("clone").Select(clone => clone.Child)];
        // Of the four that each life starts the last one replaces it: three spinners end, and the leader.
        int[] callers = [.. told.Named("exec").Select(exec => exec.Number("old_tid"))];
        Assert.Equal(started.Where((_, index) => index % 4 == 3), callers);
        Assert.All(told.Named("exec", "clone"), happened => Assert.Equal(execs.Pid, happened.Tid));
        Assert.Equal(
            started.Except(callers).Concat(Enumerable.Repeat(execs.Pid, 3)).Order(),
            told.Named("exit").Select(exit => exit.Tid).Order());
        AssertInOrder(told.Events);
        Assert.True(told.IsComplete);
    }

    [Fact]
    public void Of_long_arguments_the_beginning_is_kept_and_it_says_that_it_is_cut()
    {
        const int kept = 512;
        string echo = Requirements.Installed("echo", "coreutils");
        string[] arguments = [echo, .. Enumerable.Range(0, 101).Select(i => $"argument{i}")];
        var shell = Own(new Shell("bash"));
        Loader.Control("-k0", "-P", $"{shell.Pid}");
        shell.Say($"exec {string.Join(' ', arguments)}");
        var exec = Assert.Single(Life.AwaitDeath(Loader, shell.Pid).Named("exec"));
        Assert.True(exec.IsCut);
        Assert.Equal(string.Join('\0', arguments)[..kept].Split('\0'), exec.Arguments);
        Assert.Equal(echo, exec.Text("file"));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(513)]
    public void Arguments_that_just_fit_are_not_cut(int bytes)
    {
        var shell = Own(new Shell("bash"));
        string echo = Requirements.Installed("echo", "coreutils");
        string filler = new('x', bytes - echo.Length - 2); // each has a closing zero
        Loader.Control("-k0", "-P", $"{shell.Pid}");
        shell.Say($"exec {echo} {filler}");
        var exec = Assert.Single(Life.AwaitDeath(Loader, shell.Pid).Named("exec"));
        Assert.Equal(bytes > 512, exec.IsCut);
        Assert.Equal([echo, filler], exec.Arguments);
    }

    [Theory]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    public void Of_a_long_path_the_beginning_is_kept_and_it_says_that_it_is_cut(int characters)
    {
        const int kept = 255;
        string program = Requirements.Installed("true", "coreutils");
        string path = new string('/', characters - program.Length) + program;
        var shell = Own(new Shell("bash"));
        Loader.Control("-k0", "-P", $"{shell.Pid}");
        shell.Say($"exec -a true {path}");
        var exec = Assert.Single(Life.AwaitDeath(Loader, shell.Pid).Named("exec"));
        Assert.Equal(path[..Math.Min(kept, characters)], exec.Text("file"));
        Assert.Equal(["true"], exec.Arguments);
        Assert.Equal(characters > kept, exec.IsCut);
    }

    [Fact]
    public void Arguments_in_other_alphabets_and_none_at_all_are_told_as_they_are()
    {
        string[] arguments = ["printf", "", "größe", "日本", "a b", "%s"];
        var shell = Own(new Shell("bash"));
        Loader.Control("-k0", "-P", $"{shell.Pid}");
        shell.Say($"exec -a printf {Requirements.Installed("printf", "coreutils")} {Quoted(arguments[1..])}");
        var exec = Assert.Single(Life.AwaitDeath(Loader, shell.Pid).Named("exec"));
        Assert.False(exec.IsCut);
        Assert.Equal(arguments, exec.Arguments);
    }

    [Fact]
    public void Whatever_is_in_the_arguments_its_line_is_one_line()
    {
        string echo = Requirements.Installed("echo", "coreutils");
        var shell = Own(new Shell("bash"));
        Loader.Control("-k0", "-P", $"{shell.Pid}");
        shell.Say($"exec {echo} $'a\n00:00:00.000000 {shell.Pid} death   code 7\n' $'\e[2J' $'\\xff'");
        var lines = AwaitLines(shell.Pid);
        Assert.Equal(2, lines.Count);
        Assert.StartsWith($"exec {echo} {echo} ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(lines[0], char.IsControl);
        Assert.StartsWith("death code 0, ", lines[1], StringComparison.Ordinal);
        var exec = Assert.Single(Life.AwaitDeath(Loader, shell.Pid).Named("exec"));
        Assert.Equal([$"a\n00:00:00.000000 {shell.Pid} death   code 7\n", "\e[2J", "\ufffd"], exec.Arguments.Skip(1));
    }

    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    public void One_that_two_policies_name_is_told_once(string target)
    {
        var life = Start("life");
        Loader.Control("-k0", target, $"{life.Pid}", "--follow");
        Loader.Control("-k0");
        var diary = Go(life);
        Assert.Equal(Status, life.End());
        var told = Life.AwaitDeath(Loader, life.Pid);
        AssertCounts(diary, told.Counts);
        AssertEvents(life.Pid, diary, told.Events);
        AssertText(life.Pid, diary, told);
    }

    private static string Quoted(string[] words) => string.Join(' ', words.Select(word => $"'{word}'"));

    private static List<string> Go(Workload life)
    {
        var diary = new List<string>();
        life.Begin();
        for (string line = life.ReadLine(); line != "done"; line = life.ReadLine())
            diary.Add(line);
        return diary;
    }

    private static void AssertCounts(List<string> diary, (long Forks, long Vforks, long Threads, long Execs) counts)
    {
        Assert.Equal((7, 5, 13, 3), counts);
        Assert.Equal((Count("fork "), Count("vfork "), Count("clone "), Count("exec ")), counts);

        long Count(string word) => diary.Count(line => line.StartsWith(word, StringComparison.Ordinal));
    }

    private static void AssertSeries(string subject, Metrics found)
    {
        Assert.Equal(7 + 5, found.Value($"proc_image_{subject}_forks_total"));
        Assert.Equal(13, found.Value($"proc_image_{subject}_threads_started_total"));
        Assert.Equal(3, found.Value($"proc_image_{subject}_execs_total"));
    }

    // The first thread does all that is in the diary; the others do nothing but end.
    private static void AssertEvents(int pid, List<string> diary, IReadOnlyList<KeyEvent> events)
    {
        AssertInOrder(events);
        Assert.Equal(diary, events.Where(happened => happened.Name is not ("exit" or "death")).Select(happened => $"{happened}"));
        Assert.Equal("death", events[^1].Name);
        Assert.Equal((Status, 0), (events[^1].Number("exit_code"), events[^1].Number("signal")));
        var exits = events.Where(happened => happened.Name == "exit").ToList();
        Assert.Equal(ChildrenOf("clone", diary).Order(), exits.Select(exit => exit.Tid).Order());
        Assert.All(exits, exit => Assert.InRange(
            exit.Time, events.Single(clone => clone.Name == "clone" && clone.Child == exit.Tid).Time, long.MaxValue));
        Assert.All(events.Except(exits), happened => Assert.Equal(pid, happened.Tid));
        Assert.Equal(diary.Count + exits.Count + 1, events.Count);
    }

    private static void AssertInOrder(IReadOnlyList<KeyEvent> events) =>
        Assert.Equal(events.Select(happened => happened.Time).Order(), events.Select(happened => happened.Time));

    private void AssertChildren(Life parent, string kind, IReadOnlyList<int> children)
    {
        foreach (var (child, status) in children.Select((child, index) => (child, index + 1)))
        {
            var told = Life.AwaitDeath(Loader, child);
            Assert.Equal(["born", "death"], told.Events.Select(happened => happened.Name));
            Assert.Equal((kind, parent.Tgid), (told.Events[0].Text("kind"), told.Events[0].Number("parent")));
            Assert.Equal(Assert.Single(parent.Named(kind), start => start.Child == child).Time, told.Events[0].Time);
            var born = told.Keytime.GetProperty("born");
            Assert.Equal((kind, parent.Tgid), (born.GetProperty("kind").GetString(), born.GetProperty("parent").GetInt32()));
            Assert.Equal(told.Events[0].Time, born.GetProperty("time_ns").GetInt64());
            Assert.Equal((status, "exit"), (told.Death.ExitCode, told.Death.Cause));
        }
    }

    private void AssertText(int pid, List<string> diary, Life told)
    {
        var lines = AwaitLines(pid);
        Assert.Equal(diary.Select(InText), lines.SkipLast(1).Where(line => !line.StartsWith("exit ", StringComparison.Ordinal)));
        Assert.Equal(
            told.Named("exit").Select(exit => $"exit thread {exit.Tid}, code 0").Order(),
            lines.Where(line => line.StartsWith("exit ", StringComparison.Ordinal)).Order());
        string lived = (told.Death.Lifetime / 1e9).ToString("F3", CultureInfo.InvariantCulture);
        Assert.Equal($"death code {Status}, lived {lived} s", lines[^1]);
    }

    // 'TIME PID EVENT ARGS', of one process, without the time and the pid, until its death.
    private List<string> AwaitLines(int pid)
    {
        var lines = new List<string>();
        do
        {
            string[] words = Loader.AwaitLine("").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 2 && words[1] == $"{pid}" && TimeSpan.TryParse(words[0], CultureInfo.InvariantCulture, out _))
                lines.Add(string.Join(' ', words[2..]));
        }
        while (lines.Count == 0 || !lines[^1].StartsWith("death ", StringComparison.Ordinal));
        return lines;
    }

    private static string InText(string line)
    {
        string[] words = line.Split(' ');
        return words[0] switch
        {
            "clone" => $"clone thread {words[1]}",
            "rename" => $"rename {words[1]} -> {words[2]}",
            _ => _starts.Contains(words[0]) ? $"{words[0]} child {words[1]}" : line,
        };
    }

    private static List<int> ChildrenOf(string kind, List<string> diary) =>
    [
        .. diary.Select(line => line.Split(' ')).Where(words => words[0] == kind)
            .Select(words => int.Parse(words[1], CultureInfo.InvariantCulture)),
    ];
}
