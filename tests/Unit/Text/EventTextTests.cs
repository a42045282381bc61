using System.Text;
using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Text;

namespace ProcImage.Tests.Unit.Text;

public class EventTextTests
{
    private const ulong Time = 1_700_000_000_123_456_789;
    private static readonly Subject _subject = new(4242, 0, 7);

    [Fact]
    public void Columns_start_where_their_heading_starts()
    {
        var line = Line(new Renamed(Time, 4242, "sh", "worker"));
        Assert.Equal(
            ["4242", "rename", "sh -> worker"],
            [Column("PID", "EVENT"), Column("EVENT", "ARGS"), line[At("ARGS")..]]);

        static int At(string heading) => EventText.Header.IndexOf(heading, StringComparison.Ordinal);
        string Column(string heading, string next) => line[At(heading)..At(next)].Trim();
    }

    [Fact]
    public void The_time_is_local_and_to_the_microsecond()
    {
        var local = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).ToLocalTime();
        Assert.StartsWith($"{local:HH:mm:ss}.123456 ", Line(new Renamed(Time, 4242, "", "")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deadlock_says_who_waits_for_whom_on_what()
    {
        var threads = new[] { (41, 7, "config_mutex"), (7, 41, "cache_mutex") }
            .Select(edge => new DeadlockedThread(LockRecords.Wait(edge.Item1, edge.Item2), edge.Item3, []));
        Assert.EndsWith(
            " stuck   deadlock: thread 41 waits for 7 on config_mutex, thread 7 waits for 41 on cache_mutex",
            Line(new Deadlocked(Time, 41, [.. threads], 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thread_that_is_a_target_is_named_by_its_tid() =>
        Assert.Contains(" 4243 ", EventText.Line(new Subject(4242, 4243, 7), new Renamed(Time, 4243, "", "")), StringComparison.Ordinal);

    [Theory]
    [InlineData(EventKind.Fork, "fork    child 4243")]
    [InlineData(EventKind.Vfork, "vfork   child 4243")]
    [InlineData(EventKind.Clone, "clone   thread 4243")]
    public void What_is_started(EventKind kind, string text)
    {
        var child = kind == EventKind.Clone ? new Subject(4242, 4243, 11) : new Subject(4243, 0, 11);
        AssertEnds(text, new Started(Time, 4242, kind, child, "sh", 0));
    }

    [Fact]
    public void What_it_becomes()
    {
        AssertEnds("exec    /bin/true true", new Executed(Time, 4242, 4242, "/bin/true", "true\0"u8.ToArray(), false));
        AssertEnds("exec    /bin/echo echo a b ...", new Executed(Time, 4242, 4242, "/bin/echo", "echo\0a\0b\0"u8.ToArray(), true));
        AssertEnds("rename  sh -> worker", new Renamed(Time, 4242, "sh", "worker"));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("\"", "'\"'")]
    [InlineData("a\u2003b", "'a\u2003b'")]
    [InlineData("--size=$7", "--size=$7")]
    public void Arguments_are_apart_as_a_shell_would_read_them(string argument, string text)
    {
        var bytes = Encoding.UTF8.GetBytes($"echo\0{argument}\0");
        AssertEnds($"exec    /bin/echo echo {text}", new Executed(Time, 4242, 4242, "/bin/echo", bytes, false));
    }

    [Fact]
    public void One_that_another_thread_has_called_says_so() => AssertEnds(
        "exec    /bin/true true ... (by thread 4244)", new Executed(Time, 4242, 4244, "/bin/true", "true\0"u8.ToArray(), true));

    [Fact]
    public void How_a_thread_ends()
    {
        AssertEnds("exit    thread 4244, code 3", new ThreadEnded(Time, 4244, 3 << 8));
        AssertEnds("exit    thread 4244, SIGSEGV", new ThreadEnded(Time, 4244, 11));
    }

    [Fact]
    public void How_it_ends()
    {
        AssertEnds("death   code 42, lived 0.004 s", Death(42 << 8, 4_000_000, null));
        AssertEnds("death   SIGTERM, lived 1.204 s", Death(15, 1_204_000_000, Certificate(Origin.Unknown)));
        AssertEnds(
            "death   SIGTERM from 1234 (bash, uid 0), lived 1.204 s",
            Death(15, 1_204_000_000, Certificate(Origin.Kill) with { Sender = new SignalSender(1234, "bash", 0) }));
        AssertEnds("death   SIGSEGV at 0x10, core dumped, lived 0.000 s", Death(11 | 0x80, 7, Certificate(Origin.Fault) with { Address = 16 }));
        AssertEnds("death   SIGALRM from a timer, lived 2.000 s", Death(14, 2_000_000_000, Certificate(Origin.Timer)));
        AssertEnds("death   SIGKILL from the kernel, lived 2.000 s", Death(9, 2_000_000_000, Certificate(Origin.Kernel)));
    }

    [Fact]
    public void Whom_the_OOM_killer_chooses() => AssertEnds(
        "oom     chosen by the OOM killer, wanted by 4251 (stress), cgroup /x, resident 12345 KiB",
        new ChosenByOom(Time, 4242, 12345 * 1024, 0, 0, 4251, "stress", "/x"));

    [Fact]
    public void Who_is_killed_within_a_system_call_says_in_which()
    {
        var read = new CallInside(4242, new CallId(CallKind.Native, 0), 3_100_000_000);
        AssertEnds("death   SIGTERM, in read for 3.100 s, lived 7.000 s", Death(15, 7_000_000_000, null) with { Inside = read });
        AssertEnds("death   SIGTERM, in read, lived 7.000 s", Death(15, 7_000_000_000, null) with { Inside = read with { Time = null } });
        AssertEnds("death   code 0, lived 7.000 s", Death(0, 7_000_000_000, null) with { Inside = read });
    }

    [Fact]
    public void No_name_gets_a_control_character_into_a_line()
    {
        const string Hostile = "\u001b[31m\n\r\t\u0000\u007f\u009b\u2028";
        Milestone[] all =
        [
            new Executed(Time, 4242, 4242, Hostile, Encoding.UTF8.GetBytes(Hostile), false),
            new Renamed(Time, 4242, Hostile, Hostile),
            new ChosenByOom(Time, 4242, 0, 0, 0, 4251, Hostile, Hostile),
            Death(15, 0, Certificate(Origin.Kill) with { Sender = new SignalSender(1234, Hostile, 0) }),
        ];
        foreach (var line in all.Select(Line))
        {
            Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u2028');
            Assert.Contains("\\u001b[31m\\n", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_gap_has_its_size()
    {
        Assert.Equal("... 1 event not shown", EventText.Gap(1));
        Assert.Equal("... 7 events not shown", EventText.Gap(7));
    }

    private static DeathCertificate Certificate(Origin origin) => new(origin, 0, 0, null, null, default);

    private static Died Death(int status, ulong lifetime, DeathCertificate? certificate) => new(Time, 4242, status, lifetime, certificate);

    private static string Line(Milestone milestone) => EventText.Line(_subject, milestone);

    private static void AssertEnds(string text, Milestone milestone) => Assert.Equal("4242    " + text, Line(milestone)[16..]);
}
