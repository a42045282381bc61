using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Metrics;
using ProcImage.Tests.Unit.Imaging;

namespace ProcImage.Tests.Unit.Metrics;

public class AdmissionTests
{
    private const int Bound = 200;
    private readonly Readings _readings = new();
    private readonly List<byte[]> _withCalls = [];
    private readonly Admission _admission = new(Bound);

    [Fact]
    public void Where_there_is_room_everybody_is_shown()
    {
        Read(Other(3), Other(5), Named(7));
        Assert.Equal([7, 3, 5], Admitted());
        Assert.Equal((0, 0), (_admission.DroppedPortraits, _admission.DroppedSeries));
    }

    [Fact]
    public void The_named_come_first_then_the_oldest()
    {
        Read([.. Enumerable.Range(1, 29).Reverse().Select(Other), Named(101)]);
        var admitted = Admitted();
        Assert.Equal(101, admitted[0]);
        Assert.Equal(Enumerable.Range(1, admitted.Count - 1), admitted.Skip(1));
        Assert.True(admitted.Count > 2);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Never_are_there_more_series_than_the_bound(bool named, bool dead)
    {
        for (var i = 1; i <= 29; i++)
            AddOne(i, named, dead);
        AssertWithinTheBound();
    }

    [Fact]
    public void Never_are_there_more_with_key_times()
    {
        var record = Records.Named with { Images = ImageSet.All, Kept = ImageSet.All, KeytimeSince = 7, LedgerSince = 7, LockSince = LockRecords.Since };
        Read([.. Enumerable.Range(1, 29).SelectMany(i => new[]
        {
            (record with { Tgid = i }).Bytes(Records.Waits(3000), Records.Times(11)),
            (LockRecords.Totals(3000) with { Tgid = i }).Bytes(),
        })]);
        AssertWithinTheBound();
    }

    [Fact]
    public void Never_are_there_more_with_locks_by_probes()
    {
        var admission = new Admission(2000);
        var record = Records.Named with { Images = LockRecords.Images, Kept = LockRecords.Images, LockSince = LockRecords.Since };
        Read([.. Enumerable.Range(1, 29).SelectMany(i => new[]
        {
            (record with { Tgid = i }).Bytes(),
            (LockRecords.Totals(3000) with { Tgid = i }).Bytes(),
            UsesOfAllKinds(i).Bytes(),
        })]);
        var series = 0;
        Written.AsOpenMetrics(x =>
        {
            foreach (var portrait in admission.Admit(_readings.Table.Portraits))
            {
                portrait.Locks.Deadlock = new Deadlocked(77, 41, [new DeadlockedThread(LockRecords.Wait(41, 7), "m", [])], 78);
                Written.Portrait(x, portrait);
            }

            series = x.Series;
        });
        Assert.InRange(series, 1000, 2000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Never_are_there_more_with_system_calls(bool named)
    {
        for (var i = 1; i <= 29; i++)
            AddWithCalls(i, named);
        AssertWithinTheBound();
    }

    [Fact]
    public void Who_is_named_has_series_by_system_call_before_the_others()
    {
        for (var i = 1; i <= 4; i++)
            AddWithCalls(i, named: i == 4);
        Admitted();
        Assert.Equal([4], _readings.Table.Portraits.Where(portrait => portrait.AreCallsAdmitted).Select(portrait => portrait.Subject.Tgid));
        Assert.All(_readings.Table.Portraits, portrait => Assert.True(portrait.IsAdmitted));
        Assert.True(_admission.DroppedSeries > 0);
    }

    [Fact]
    public void Who_has_key_times_alone_is_shown()
    {
        Read(Records.KeytimeOnly.Bytes(null, Records.Times(11)));
        Assert.Single(Admitted());
    }

    private void AssertWithinTheBound()
    {
        var series = 0;
        Written.AsOpenMetrics(x =>
        {
            foreach (var portrait in _admission.Admit(_readings.Table.Portraits))
                Written.Portrait(x, portrait);
            series = x.Series;
        });
        Assert.InRange(series, Bound / 2, Bound);
    }

    [Fact]
    public void Who_is_shown_stays_shown_whoever_comes()
    {
        Read([.. Enumerable.Range(11, 29).Select(Other)]);
        var before = Admitted();
        Read([Other(1), Named(101), .. Enumerable.Range(11, 29).Select(Other)]);
        Assert.Equal(before, Admitted());
    }

    [Fact]
    public void Whoever_leaves_makes_room()
    {
        Read([.. Enumerable.Range(11, 29).Select(Other)]);
        Assert.DoesNotContain(39, Admitted());
        Read(Other(38), Other(39));
        _readings.Wait(301);
        Read(Other(38), Other(39));
        Assert.Equal([38, 39], Admitted());
    }

    [Fact]
    public void Who_is_not_shown_is_counted()
    {
        Read([.. Enumerable.Range(1, 29).Select(Other)]);
        var shown = Admitted().Count;
        Assert.Equal(29 - shown, _admission.DroppedPortraits);
        Assert.True(_admission.DroppedSeries > _admission.DroppedPortraits);
    }

    [Fact]
    public void Who_has_nothing_to_show_is_neither_shown_nor_counted()
    {
        Read((Records.Process with { Images = ImageSet.None, Kept = ImageSet.None }).Bytes());
        Assert.Empty(Admitted());
        Assert.Equal(0, _admission.DroppedPortraits);
    }

    [Fact]
    public void The_dead_leave_the_living_their_places()
    {
        for (var i = 1; i <= 29; i++)
            AddOne(i, named: false, dead: true);
        Assert.NotEmpty(Admitted());
        AddOne(101, named: false, dead: false);
        Assert.Contains(101, Admitted());
    }

    [Fact]
    public void Those_that_were_shown_alive_and_die_make_room_for_those_that_die_later()
    {
        for (var first = 11; first < 11 + (7 * 7); first += 7)
        {
            var lives = Enumerable.Range(first, 7).ToArray();
            _readings.Read([.. lives.Select(Other)]);
            Admitted();
            foreach (var tgid in lives)
                _readings.Receive(Life(Records.Final with { ExitTime = (ulong)tgid * 1_000_000 }, tgid));
            Assert.InRange(Admitted().Count, 1, 7);
        }

        Assert.Contains(59, Admitted());
        Assert.DoesNotContain(11, Admitted());
    }

    private static UsesRecord UsesOfAllKinds(int tgid)
    {
        var record = LockRecords.Uses(5, 3000, 7000) with { Tgid = tgid };
        for (var kind = 1; kind < Limits.UseKinds; kind++)
            record.Kinds[kind] = record.Kinds[0];
        return record;
    }

    private static byte[] Other(int tgid) => Life(Records.Process, tgid);

    private static byte[] Named(int tgid) => Life(Records.Named, tgid);

    /// <summary>Born in the order of its tgid.</summary>
    private static byte[] Life(ProcessRecord record, int tgid) =>
        (record with { Tgid = tgid, StartId = (ulong)tgid * 1000 }).Bytes(Records.Waits(3000));

    private void Read(params byte[][] records) => _readings.Read(records);

    /// <summary>In a reading with those that were there before.</summary>
    private void AddWithCalls(int tgid, bool named)
    {
        var images = Records.Both | ImageSet.Syscall;
        var record = Records.Process with
        {
            Header = Records.Head(RecordType.Process, named ? RecordFlag.Named : RecordFlag.None),
            Images = images,
            Kept = images,
            SyscallSince = CallRecords.Since,
        };
        _withCalls.Add(Life(record, tgid));
        _withCalls.Add(CallRecords.Bytes(CallRecords.Process with { Tgid = tgid, StartId = (ulong)tgid * 1000 }));
        _readings.Read([.. _withCalls]);
    }

    private void AddOne(int tgid, bool named, bool dead)
    {
        var flags = (named ? RecordFlag.Named : RecordFlag.None) | (dead ? RecordFlag.Dead : RecordFlag.None);
        if (dead)
        {
            _readings.Receive(Life(Records.Final with { Header = Records.Head(RecordType.FinalProcess, flags) }, tgid));
            return;
        }

        var record = Records.Process with { Header = Records.Head(RecordType.Process, flags) };
        var living = _readings.Table.Portraits.Where(portrait => !portrait.IsDead).Select(portrait => portrait.Subject.Tgid);
        _readings.Read([.. living.Append(tgid).Select(each => Life(record, each))]);
    }

    private List<int> Admitted() => _admission.Admit(_readings.Table.Portraits).ConvertAll(portrait => portrait.Subject.Tgid);
}
