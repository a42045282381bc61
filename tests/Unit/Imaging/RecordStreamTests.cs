using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

public class RecordStreamTests
{
    private static readonly byte[] _record = Records.Process.Bytes(Records.Waits(3000));

    [Fact]
    public void A_whole_record_is_taken_with_what_follows_it()
    {
        Assert.True(RecordStream.TryReadHeader(_record, out var header));
        Assert.Equal(RecordType.Process, header.Type);
        Assert.Equal((uint)_record.Length, header.Size);
        var record = RecordStream.Read<ProcessRecord>(_record);
        Assert.Equal(Records.StartId, record.StartId);
        Assert.Equal("redis-server", record.Comm.ToString());
        Assert.Equal(3000UL, RecordStream.ReadParts<ProcessRecord>(_record, record.Parts).Schedule.Sum);
    }

    [Fact]
    public void Without_delays_after_it_a_record_has_none()
    {
        var bytes = Records.Process.Bytes();
        var parts = RecordStream.ReadParts<ProcessRecord>(bytes, RecordStream.Read<ProcessRecord>(bytes).Parts);
        Assert.Equal(0UL, parts.Schedule.Count);
    }

    [Fact]
    public void Each_part_is_found_whatever_stands_before_it()
    {
        var keytime = new KeytimeStats { Execs = 7 };
        var cause = new DeathCause { Signal = 15 };
        var alone = Parts(Records.Final.Bytes(null, keytime));
        Assert.Equal((0UL, 7UL, 0U), (alone.Schedule.Sum, alone.Keytime.Execs, alone.Cause.Signal));
        var all = Parts(Records.Final.Bytes(Records.Waits(3000), keytime, cause));
        Assert.Equal((3000UL, 7UL, 15U), (all.Schedule.Sum, all.Keytime.Execs, all.Cause.Signal));
    }

    [Fact]
    public void A_record_that_ends_before_its_parts_do_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => RecordStream.ReadParts<ProcessRecord>(_record, PartFlag.Schedule | PartFlag.Cause));

    [Fact]
    public void A_record_that_is_cut_waits_for_the_rest()
    {
        for (var length = 0; length < _record.Length; length++)
            Assert.False(RecordStream.TryReadHeader(_record.AsSpan(0, length), out _));
    }

    [Fact]
    public void The_next_record_may_follow() =>
        Assert.True(RecordStream.TryReadHeader([.. _record, .. _record[..7]], out _));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(65_537)]
    [InlineData(uint.MaxValue)]
    public void A_size_that_no_record_has_is_refused(uint size)
    {
        var bytes = _record.ToArray();
        MemoryMarshal.AsRef<RecordHeader>(bytes.AsSpan()).Size = size;
        var refusal = Assert.Throws<InvalidDataException>(() => RecordStream.TryReadHeader(bytes, out _));
        Assert.Contains($"{size} bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_is_too_short_for_its_type_is_refused()
    {
        var bytes = _record[..(Unsafe.SizeOf<ProcessRecord>() - 1)];
        Assert.ThrowsAny<Exception>(() => RecordStream.Read<ProcessRecord>(bytes));
    }

    private static RecordParts Parts(byte[] bytes) =>
        RecordStream.ReadParts<ProcessRecord>(bytes, RecordStream.Read<ProcessRecord>(bytes).Parts);
}
