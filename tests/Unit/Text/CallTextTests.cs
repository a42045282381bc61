using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Text;

namespace ProcImage.Tests.Unit.Text;

public class CallTextTests
{
    private const ImageSet Images = ImageSet.Syscall;
    private static readonly ProcessRecord _named =
        Records.Named with { Images = Images, Kept = Images, SyscallSince = CallRecords.Since };

    private readonly Readings _readings = new();

    [Fact]
    public void A_target_has_its_totals_beside_those_of_all_tasks()
    {
        var system = new Histogram { Sum = 6_000, Min = 90, Max = 5_000_000_000 };
        system.Buckets[0] = 3;
        var lines = Lines(new CallDetails([], system), _named.Bytes(), CallRecords.Bytes(CallRecords.Process));
        Assert.Equal("4241 redis-server: 23 system calls, 7 failed (5 ENOENT, 2 EACCES)", lines[0]);
        Assert.Equal("  us: mean 44.3, min 0.2, max 900.0 (all tasks: mean 2.0, min 0.1, max 5,000,000.0)", lines[1]);
        Assert.Equal("  most frequent: openat 13, read 7, write 3", lines[2]);
        Assert.Equal(
            "  costliest: write 0.001 s (mean 333.3 us, max 900.0 us), openat 0.000 s (mean 1.0 us, max 3.0 us),", lines[3]);
        Assert.Equal("             read 0.000 s (mean 1.0 us, max 2.0 us)", lines[4]);
        Assert.Equal(5, lines.Length);
    }

    [Fact]
    public void Large_numbers_are_set_apart_and_errors_without_a_name_are_counted()
    {
        var record = CallRecords.Process;
        CallRecords.Add(ref record, 232, 1_234_567, 9_000, 12_100_000_000, 20_013_000);
        record.OtherErrors = 9_000;
        var lines = Lines(new CallDetails([], null), _named.Bytes(), CallRecords.Bytes(record));
        Assert.EndsWith(": 1,234,590 system calls, 9,007 failed (5 ENOENT, 2 EACCES, 9,000 other)", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  costliest: epoll_wait 12.100 s (mean 9.8 us, max 20,013.0 us), ", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_called_nothing_yet_has_one_line() =>
        Assert.Equal("4241 redis-server: 0 system calls", Assert.Single(Lines(new CallDetails([], null), _named.Bytes())));

    [Fact]
    public void A_single_call_is_no_plural()
    {
        var record = new CallsRecord { Tgid = Records.Process.Tgid, StartId = Records.StartId, Since = CallRecords.Since };
        CallRecords.Add(ref record, CallRecords.Read, 1);
        var lines = Lines(new CallDetails([], null), _named.Bytes(), CallRecords.Bytes(record));
        Assert.Equal(["4241 redis-server: 1 system call", "  most frequent: read 1"], lines); // it has no time that is known
    }

    [Fact]
    public void Each_thread_says_what_it_is_in_and_what_it_has_called_last()
    {
        var call = new Call { Number = CallRecords.Read, Kind = CallKind.Native, Begin = 7, Time = 1_200, Result = 54 };
        var sequence = new CallSequence(4243, "io\tthread", new CallInside(4243, Id(232), 20_000_000), [
            call,
            call with { Number = CallRecords.Write, Result = -11, Time = 900 },
            call with { Number = 202, Result = 0, Time = Limits.CallTimeUnknown },
        ]);
        Assert.Equal(
            ["  thread 4243 (io\\tthread): in epoll_wait for 0.020 s", "    last 3: read=54 1.2us, write=EAGAIN 0.9us, futex=0"],
            Lines(new CallDetails([sequence], null), _named.Bytes())[1..]);
    }

    [Fact]
    public void A_call_may_have_begun_before_and_a_thread_may_be_in_none()
    {
        CallSequence[] threads = [Thread(4243) with { Inside = new CallInside(4243, Id(CallRecords.Read), null) }, Thread(4247)];
        Assert.Equal(
            ["  thread 4243 (io-thread): in read since before it was imaged", "  thread 4247 (io-thread): in no call"],
            Lines(new CallDetails(threads, null), _named.Bytes())[1..]);
    }

    [Fact]
    public void The_three_threads_with_the_latest_calls_are_shown()
    {
        var threads = Enumerable.Range(1, 7).Select(tid => Thread(tid, new Call { Kind = CallKind.Native, Begin = (ulong)tid }));
        var lines = Lines(new CallDetails([.. threads], null), _named.Bytes())[1..];
        Assert.Equal(
            ["  thread 7 (io-thread): in no call", "  thread 6 (io-thread): in no call", "  thread 5 (io-thread): in no call"],
            lines.Where(line => line.StartsWith("  thread", StringComparison.Ordinal)));
        Assert.Equal("  ... and 4 more threads", lines[^1]);
    }

    [Fact]
    public void A_long_sequence_goes_on_below_its_beginning()
    {
        var call = new Call { Number = CallRecords.Openat, Kind = CallKind.Native, Begin = 7, Time = 1_234_567_890, Result = -2 };
        var lines = Lines(new CallDetails([Thread(4243, [.. Enumerable.Repeat(call, 50)])], null), _named.Bytes())[2..];
        Assert.Equal(50, lines.Sum(line => line.Split("openat=ENOENT 1,234,567.9us").Length - 1));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 110));
        Assert.All(lines[..^1], line => Assert.EndsWith(",", line, StringComparison.Ordinal));
        Assert.All(lines[1..], line => Assert.StartsWith("             openat", line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_dead_say_what_they_died_in()
    {
        var record = CallRecords.Process;
        record.AtDeath[0] = new CallAtDeath { Tid = 4241, Number = 230, Kind = CallKind.Native, Time = 2_000_000_000 };
        _readings.Receive(CallRecords.Bytes(record));
        var died = Records.Final with { Images = Images, Kept = Images, SyscallSince = CallRecords.Since };
        died.Header.Flags |= RecordFlag.Named;
        _readings.Receive(died.Bytes());
        Assert.Equal("  thread 4241 has died in clock_nanosleep after 2.000 s", Text(new CallDetails([], null))[^1]);
    }

    [Fact]
    public void The_five_with_the_most_time_are_shown()
    {
        _readings.Read([.. Enumerable.Range(1, 7).SelectMany(tgid => Life(tgid))]);
        var lines = Text(null).Where(line => !line.StartsWith(' ')).ToList();
        Assert.Equal(["7", "6", "5", "4", "3"], lines[..5].Select(line => line.Split(' ')[0]));
        Assert.Equal("... and system calls of 2 more", Assert.Single(lines[5..]));
    }

    [Fact]
    public void Who_is_no_target_or_has_no_such_image_is_left_out()
    {
        var process = _named with { Tgid = 7, Header = Records.Process.Header };
        _readings.Read(process.Bytes(), (Records.Named with { Tgid = 11 }).Bytes());
        Assert.Equal("", CallText.Blocks(_readings.Table.Portraits, _ => throw new InvalidOperationException("nobody to ask for")));
    }

    private static IEnumerable<byte[]> Life(int tgid)
    {
        var record = CallRecords.Process;
        record.Tgid = tgid;
        CallRecords.Add(ref record, 232, 1, 0, (ulong)tgid * 1_000_000_000, 1);
        yield return (_named with { Tgid = tgid }).Bytes();
        yield return CallRecords.Bytes(record);
    }

    private static CallId Id(int number) => new(CallKind.Native, number);

    private static CallSequence Thread(int tid, params Call[] calls) => new(tid, "io-thread", null, calls);

    private string[] Lines(CallDetails details, params byte[][] records)
    {
        _readings.Read(records);
        return Text(details);
    }

    private static Dictionary<Subject, CallDetails> Of(IReadOnlyList<Portrait> shown, CallDetails? details) =>
        details is null ? [] : shown.ToDictionary(portrait => portrait.Subject, _ => details);

    private string[] Text(CallDetails? details) =>
        CallText.Blocks(_readings.Table.Portraits, shown => Of(shown, details)).TrimEnd('\n').Split('\n');
}
