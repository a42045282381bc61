using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class CallsTests
{
    private readonly Calls _calls = new();

    [Fact]
    public void Each_call_has_its_figures_and_its_errors()
    {
        _calls.Advance(CallRecords.Process);
        var openat = Of(CallRecords.Openat);
        Assert.Equal((13UL, 7UL, 13_000UL, 3_000UL), (openat.Count, openat.Errors, openat.Time, openat.Max));
        Assert.Equal([(2, 5UL), (13, 2UL)], openat.Errnos.Select(errno => (errno.Key, errno.Value)));
        Assert.Empty(Of(CallRecords.Read).Errnos);
    }

    [Fact]
    public void All_calls_together_follow_from_each()
    {
        _calls.Advance(CallRecords.Process);
        Assert.Equal((23UL, 7UL), (_calls.Count, _calls.Errors));
        Assert.Equal(
            (23UL, 1_020_000UL, 170UL, 900_000UL),
            (_calls.Latency.Count, _calls.Latency.Sum, _calls.Latency.Min, _calls.Latency.Max));
    }

    [Fact]
    public void The_most_frequent_and_the_costliest_are_not_the_same()
    {
        _calls.Advance(CallRecords.Process);
        Assert.Equal(["openat", "read", "write"], _calls.MostFrequent.Select(call => $"{call.Id}"));
        Assert.Equal(["write", "openat", "read"], _calls.Costliest.Select(call => $"{call.Id}"));
    }

    [Fact]
    public void What_has_taken_no_time_that_is_known_is_not_costly()
    {
        var record = new CallsRecord { Since = 7 };
        CallRecords.Add(ref record, 231, 1);
        _calls.Advance(record);
        Assert.Empty(_calls.Costliest);
        Assert.Single(_calls.MostFrequent);
    }

    [Fact]
    public void Errors_of_calls_that_had_no_room_are_those_of_others()
    {
        var record = new CallsRecord { Since = 7 };
        record.Rows[0] = new CallRow { Kind = CallKind.Other, Count = 11, Untimed = 4, Errors = 3 };
        record.Errors[5] = new CallError { Number = 9, Kind = (ushort)CallKind.Other, Error = 38, Count = 3 };
        _calls.Advance(record);
        var other = Assert.Single(_calls.ByCall);
        Assert.Equal((11UL, 7UL, 3UL), (other.Count, other.Timed, other.Errnos[38]));
    }

    [Fact]
    public void Two_rows_of_one_number_are_added_up()
    {
        var record = new CallsRecord { Since = 7 };
        CallRecords.Add(ref record, 39, 5, 1, 50, 11);
        CallRecords.Add(ref record, 39, 7, 2, 70, 13);
        _calls.Advance(record);
        var call = Assert.Single(_calls.ByCall);
        Assert.Equal((12UL, 3UL, 120UL, 13UL), (call.Count, call.Errors, call.Time, call.Max));
    }

    [Fact]
    public void The_same_number_of_another_kind_is_another_call()
    {
        var record = new CallsRecord { Since = 7 };
        CallRecords.Add(ref record, 1, 5);
        CallRecords.Add(ref record, 1, 7, kind: CallKind.Compat);
        record.Rows[0] = new CallRow { Kind = CallKind.Other, Count = 11 };
        _calls.Advance(record);
        Assert.Equal(["write", "compat_exit", "other"], _calls.ByCall.Select(call => $"{call.Id}"));
    }

    [Fact]
    public void No_figure_steps_back_while_a_process_changes_its_owner()
    {
        _calls.Advance(CallRecords.Process);
        _calls.Advance(new CallsRecord { Since = CallRecords.Since });
        Assert.Equal((23UL, 7UL, 23UL), (_calls.Count, _calls.Errors, _calls.Latency.Count));
    }

    [Fact]
    public void Another_activation_begins_at_zero()
    {
        _calls.Advance(CallRecords.Process);
        _calls.Begin(CallRecords.Since + 1);
        Assert.Equal((0UL, 0UL, 0UL), (_calls.Count, _calls.Errors, _calls.Latency.Count));
        Assert.Empty(_calls.ByCall);
    }

    [Fact]
    public void Threads_that_died_in_a_call_say_in_which()
    {
        var record = CallRecords.Process;
        record.AtDeath[0] = new CallAtDeath { Tid = 4241, Number = CallRecords.Read, Kind = CallKind.Native, Time = 7_000_000_007 };
        record.AtDeath[3] = new CallAtDeath { Tid = 4243, Number = 202, Kind = CallKind.Native, Time = 5 };
        _calls.Advance(record);
        Assert.Equal(
            [(4241, "read", 7_000_000_007UL), (4243, "futex", 5UL)],
            _calls.AtDeath.Select(call => (call.Tid, $"{call.Id}", call.Time!.Value)));
    }

    [Fact]
    public void A_record_that_says_more_rows_than_there_are_is_read_to_its_end()
    {
        _calls.Advance(CallRecords.Process with { RowsUsed = uint.MaxValue / 2 });
        Assert.Equal(3, _calls.ByCall.Count);
    }

    private CallFigures Of(int number) => _calls.ByCall.Single(call => call.Id == new CallId(CallKind.Native, number));
}
