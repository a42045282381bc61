using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class EventReaderTests
{
    private const ulong Now = 1_700_000_000_123_456_789;

    [Theory]
    [InlineData(EventKind.Fork)]
    [InlineData(EventKind.Vfork)]
    public void A_fork_names_the_process_that_begins(EventKind kind)
    {
        var started = Assert.IsType<Started>(Read((Events.Fork with { Event = Events.Of(kind) }).Bytes()));
        Assert.Equal(new Started(Now, 4241, kind, new Subject(Events.Child, 0, Events.ChildStartId), "redis-server", 0x1200011), started);
    }

    [Fact]
    public void A_clone_names_the_thread_that_begins()
    {
        var started = Assert.IsType<Started>(Read(Events.Clone.Bytes()));
        Assert.Equal(new Subject(4241, Events.Child, Events.ChildStartId), started.Child);
    }

    [Fact]
    public void An_exec_has_file_and_arguments()
    {
        var exec = Assert.IsType<Executed>(Read(Events.Exec("/bin/true", "true", "", "a b").Bytes()));
        Assert.Equal((Now, 4241, 4241, "/bin/true", false), (exec.Time, exec.Tid, exec.OldTid, exec.File, exec.IsCut));
        Assert.Equal(["true", "", "a b"], exec.SplitArguments());
    }

    [Fact]
    public void An_exec_without_arguments_has_none()
    {
        var exec = Assert.IsType<Executed>(Read(Events.Exec("/bin/true").Bytes()));
        Assert.Empty(exec.SplitArguments());
        Assert.False(exec.IsCut);
    }

    [Fact]
    public void An_exec_from_another_thread_says_which()
    {
        var exec = Assert.IsType<Executed>(Read((Events.Exec("/bin/true", "true") with { OldTid = 4243 }).Bytes()));
        Assert.Equal((4241, 4243), (exec.Tid, exec.OldTid));
    }

    [Theory]
    [InlineData(Limits.ArgumentsSize - 1, false)]
    [InlineData(Limits.ArgumentsSize, true)]
    [InlineData(10_007, true)]
    public void Arguments_beyond_what_is_kept_are_cut_and_it_says_so(int length, bool isCut)
    {
        var exec = Assert.IsType<Executed>(Read(Events.Exec("/bin/true", new string('x', length)).Bytes()));
        Assert.Equal(isCut, exec.IsCut);
        Assert.Equal(new string('x', Math.Min(length, Limits.ArgumentsSize)), Assert.Single(exec.SplitArguments()));
    }

    [Fact]
    public void Arguments_that_could_not_be_read_are_cut()
    {
        var exec = Assert.IsType<Executed>(Read((Events.Exec("/bin/true", "true") with { ArgumentsKept = 0 }).Bytes()));
        Assert.True(exec.IsCut);
        Assert.Empty(exec.SplitArguments());
    }

    [Fact]
    public void A_size_beyond_what_there_is_reads_no_further()
    {
        var exec = Assert.IsType<Executed>(Read((Events.Exec("/bin/true", "true") with { ArgumentsKept = uint.MaxValue }).Bytes()));
        Assert.Equal("true", exec.SplitArguments()[0]);
    }

    [Fact]
    public void Many_short_arguments_take_no_more_memory_than_a_long_one()
    {
        var letters = Enumerable.Repeat("x", Limits.ArgumentsSize / 2).ToArray();
        var (many, one) = (Read(Events.Exec("/bin/true", letters).Bytes()), Read(Events.Exec("/bin/true", new string('x', 511)).Bytes()));
        Assert.Equal(letters, Assert.IsType<Executed>(many).SplitArguments());
        Assert.Equal(one.Bytes, many.Bytes);
        Assert.InRange(many.Bytes, 512, 1024);
    }

    [Fact]
    public void A_path_that_fills_its_place_is_cut()
    {
        var exec = Assert.IsType<Executed>(Read(Events.Exec("/" + new string('d', Limits.FileSize), "d").Bytes()));
        Assert.True(exec.IsCut);
        Assert.Equal(Limits.FileSize - 1, exec.File.Length);
    }

    [Fact]
    public void A_rename_has_both_names()
    {
        var renamed = Assert.IsType<Renamed>(Read(Events.Rename.Bytes()));
        Assert.Equal(new Renamed(Now, 4241, "redis-server", "worker"), renamed);
    }

    [Fact]
    public void Names_that_are_no_text_become_text()
    {
        var renamed = Assert.IsType<Renamed>(Read((Events.Rename with { After = Records.Name(0xff, (byte)'a', 0xc3) }).Bytes()));
        Assert.Equal("\ufffda\ufffd", renamed.After);
        var exec = Events.Exec("/bin/x", "abc");
        exec.File[5] = 0xfe;
        exec.Arguments[1] = 0xfe;
        var executed = Assert.IsType<Executed>(Read(exec.Bytes()));
        Assert.Equal(("/bin/\ufffd", "a\ufffdc"), (executed.File, executed.SplitArguments()[0]));
    }

    [Fact]
    public void An_exit_is_that_of_a_thread() =>
        Assert.Equal(new ThreadEnded(Now, 4243, 7 << 8), Assert.IsType<ThreadEnded>(Read(Events.Exit.Bytes())));

    [Fact]
    public void A_choice_of_the_OOM_killer_has_memory_in_bytes_and_who_wanted_more()
    {
        var page = (ulong)Environment.SystemPageSize;
        var oom = Assert.IsType<ChosenByOom>(Read(Events.Oom.Bytes()));
        Assert.Equal(new ChosenByOom(Now, 4241, 101 * page, 211 * page, -17, 4251, "stress", "/a/b"), oom);
    }

    [Theory]
    [InlineData(0, "/")]
    [InlineData(1, "/1")]
    [InlineData(7, "/7/6/5/4/3/2/1")]
    [InlineData(9, "…/8/7/6/5/4/3/2/1")]
    public void The_path_of_a_cgroup_begins_at_the_root_or_says_that_it_does_not(int levels, string path)
    {
        var names = Enumerable.Range(1, levels).Select(level => $"{level}").ToArray();
        Assert.Equal(path, Assert.IsType<ChosenByOom>(Read(Events.OomOf(names).Bytes())).Cgroup);
    }

    [Theory]
    [InlineData(0U)]
    [InlineData(8U)]
    [InlineData(uint.MaxValue)]
    public void What_there_is_not_is_refused(uint kind) =>
        Assert.Throws<InvalidDataException>(() => Read((Events.Rename with { Event = Events.Of((EventKind)kind) }).Bytes()));

    private static Milestone Read(byte[] bytes) => EventReader.Read(bytes, Now);
}
