using System.IO.Compression;
using System.Text;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>Field numbers are those of profile.proto.</summary>
public sealed class PprofProfileTests
{
    private readonly ProtobufMessage _profile = Write(Profiles.Samples);

    private IReadOnlyList<string> Strings => [.. _profile.Bytes(6).Select(Encoding.UTF8.GetString)];

    [Fact]
    public void It_has_the_fields_of_a_profile_and_no_others()
    {
        Assert.Equal(new HashSet<int> { 1, 2, 3, 4, 5, 6, 9, 10, 11, 12 }, _profile.Fields);
        Assert.Equal("", Strings[0]);
        Assert.Equal(Strings.Distinct(), Strings);
        Assert.Equal((1_700_000_000_000_000_000UL, 60_000_000_000UL), (_profile.Number(9), _profile.Number(10)));
    }

    [Fact]
    public void It_counts_and_times() =>
        Assert.Equal(
            ["blocked/count", "time/nanoseconds"],
            _profile.Messages(1).Select(type => $"{Text(type, 1)}/{Text(type, 2)}"));

    [Fact]
    public void Its_samples_are_the_stacks_top_first() =>
        Assert.Equal(
            ["schedule a;b\nc main: 3 1009", "other main: 2 5000000000", "other main: 1 7"],
            _profile.Messages(2).Select(sample =>
                $"{string.Join(' ', sample.Packed(1).Select(NameOfLocation))}: {string.Join(' ', sample.Packed(2))}"));

    [Fact]
    public void Each_place_and_each_function_stands_there_once_and_where_the_kernel_lies_is_not_said()
    {
        Assert.Equal(5, _profile.Messages(4).Count);
        Assert.Equal(
            ["schedule", "a;b\nc", "main", "other"], _profile.Messages(5).Select(function => Text(function, 2)));
        Assert.Equal(
            [0UL, 0x400200UL, 0x400100UL, 0x400300UL, 0x400104UL],
            _profile.Messages(4).Select(place => place.Number(3)));
    }

    [Fact]
    public void Its_mappings_are_the_files_with_their_build_ids()
    {
        var mapping = Assert.Single(_profile.Messages(3));
        Assert.Equal(
            (1UL, 0x400000UL, 0x401000UL, 0x1000UL, "/opt/program", "c0ffee", 1UL),
            (mapping.Number(1), mapping.Number(2), mapping.Number(3), mapping.Number(4), Text(mapping, 5),
                Text(mapping, 6), mapping.Number(7)));
        Assert.Equal([0UL, 1UL, 1UL, 1UL, 1UL], _profile.Messages(4).Select(place => place.Number(2)));
    }

    [Fact]
    public void A_profile_without_samples_is_one() =>
        Assert.Equal(new HashSet<int> { 1, 6, 9, 10, 11, 12 }, Write([]).Fields);

    private static ProtobufMessage Write(IEnumerable<StackSample> samples)
    {
        using var file = new MemoryStream();
        PprofProfile.Write(file, samples, time: 1_700_000_000_000_000_000, duration: 60_000_000_000);
        file.Position = 0;
        using var whole = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionMode.Decompress))
            gzip.CopyTo(whole);
        return new ProtobufMessage(whole.ToArray());
    }

    private string NameOfLocation(ulong id)
    {
        var location = _profile.Messages(4).Single(place => place.Number(1) == id);
        var function = Assert.Single(location.Messages(4)).Number(1);
        return Text(_profile.Messages(5).Single(each => each.Number(1) == function), 2);
    }

    private string Text(ProtobufMessage message, int field) => Strings[(int)message.Number(field)];
}
