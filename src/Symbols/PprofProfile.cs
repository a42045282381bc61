using System.IO.Compression;

namespace ProcImage.Symbols;

/// <summary>
/// Stacks as pprof reads them: profile.proto, compressed by gzip, with two figures for each, <c>blocked/count</c> and
/// <c>time/nanoseconds</c>. Names are in it, so that no symbols are needed to read it.
/// </summary>
internal sealed class PprofProfile
{
    private readonly ProtobufWriter _profile = new();
    private readonly OrderedDictionary<string, ulong> _strings = new() { [""] = 0 };
    private readonly Dictionary<string, ulong> _functions = [];
    private readonly Dictionary<FrameFile, ulong> _mappings = [];
    private readonly Dictionary<Frame, ulong> _locations = [];

    private PprofProfile()
    {
    }

    /// <param name="into">Not closed.</param>
    /// <param name="samples">The frames of one process, or of several.</param>
    /// <param name="time">When it began: Unix time in ns.</param>
    /// <param name="duration">In ns.</param>
    public static void Write(Stream into, IEnumerable<StackSample> samples, ulong time, ulong duration)
    {
        var profile = new PprofProfile();
        profile.AddType(Field.SampleType, "blocked", "count");
        profile.AddType(Field.SampleType, "time", "nanoseconds");
        foreach (var sample in samples)
            profile.Add(sample);
        profile._profile.Add(Field.TimeNanos, time);
        profile._profile.Add(Field.DurationNanos, duration);
        profile.AddType(Field.PeriodType, "time", "nanoseconds");
        profile._profile.Add(Field.Period, 1UL);
        foreach (var text in profile._strings.Keys)
            profile._profile.Add(Field.StringTable, text);
        using var compressed = new GZipStream(into, CompressionLevel.Optimal, leaveOpen: true);
        compressed.Write(profile._profile.Written);
    }

    private void Add(StackSample sample)
    {
        if (sample.Frames.Count == 0)
            return;
        var locations = new ulong[sample.Frames.Count];
        for (var at = 0; at < locations.Length; at++)
            locations[at] = Location(sample.Frames[at]);
        var message = new ProtobufWriter();
        message.Add(1, locations);
        message.Add(2, [(ulong)sample.Count, (ulong)sample.Nanoseconds]);
        _profile.Add(Field.Sample, message);
    }

    private ulong Location(Frame frame)
    {
        if (_locations.TryGetValue(frame, out var known))
            return known;
        var id = _locations[frame] = (ulong)_locations.Count + 1;
        var line = new ProtobufWriter();
        line.Add(1, Function(frame.Name));
        var message = new ProtobufWriter();
        message.Add(1, id);
        message.Add(2, frame.File is { } file ? Mapping(file) : 0);
        message.Add(3, frame.IsKernel ? 0 : frame.Address); // where the kernel lies is nobody's business
        message.Add(4, line);
        _profile.Add(Field.Location, message);
        return id;
    }

    private ulong Function(string name)
    {
        if (_functions.TryGetValue(name, out var known))
            return known;
        var id = _functions[name] = (ulong)_functions.Count + 1;
        var message = new ProtobufWriter();
        message.Add(1, id);
        message.Add(2, Text(name));
        message.Add(3, Text(name));
        _profile.Add(Field.Function, message);
        return id;
    }

    private ulong Mapping(FrameFile file)
    {
        if (_mappings.TryGetValue(file, out var known))
            return known;
        var id = _mappings[file] = (ulong)_mappings.Count + 1;
        var message = new ProtobufWriter();
        message.Add(1, id);
        message.Add(2, file.Start);
        message.Add(3, file.End);
        message.Add(4, file.Offset);
        message.Add(5, Text(file.Path));
        message.Add(6, Text(file.BuildId));
        message.Add(7, 1UL); // has_functions: nobody needs to look for them
        _profile.Add(Field.Mapping, message);
        return id;
    }

    private void AddType(int field, string type, string unit)
    {
        var message = new ProtobufWriter();
        message.Add(1, Text(type));
        message.Add(2, Text(unit));
        _profile.Add(field, message);
    }

    /// <summary>Its place in the table, the first of which is empty.</summary>
    private ulong Text(string text)
    {
        if (!_strings.TryGetValue(text, out var at))
            _strings[text] = at = (ulong)_strings.Count;
        return at;
    }

    /// <summary>Of a profile.</summary>
    private static class Field
    {
        public const int SampleType = 1;
        public const int Sample = 2;
        public const int Mapping = 3;
        public const int Location = 4;
        public const int Function = 5;
        public const int StringTable = 6;
        public const int TimeNanos = 9;
        public const int DurationNanos = 10;
        public const int PeriodType = 11;
        public const int Period = 12;
    }
}
