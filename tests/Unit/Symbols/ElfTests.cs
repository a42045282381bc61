using System.Buffers.Binary;
using ProcImage.Symbols;
using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class ElfTests
{
    private const int MostMemory = 16 << 20; // bytes, for a file of some 20 KB

    [Fact]
    public void All_functions_of_a_program_are_found_as_nm_finds_them()
    {
        var file = Read(File.ReadAllBytes(Compiled.Waits));
        var functions = Ran.With("nm", "--defined-only", Compiled.Waits).AssertDone().Output.Split('\n')
            .Select(line => line.Split(' '))
            .Where(line => line.Length == 3 && line[1] is "T" or "t")
            .Where(line => line[2] is "main" or "waits_here" or "asks_to_wait" or "idles").ToList();
        Assert.Equal(4, functions.Count);
        Assert.All(functions, line =>
        {
            Assert.Equal(line[2], file.Functions.NameAt(Waiting.Hexadecimal(line[0])));
            Assert.Equal(line[2], file.Functions.NameAt(Waiting.Hexadecimal(line[0]) + 3));
        });
    }

    [Fact]
    public void The_build_id_is_that_of_readelf()
    {
        var notes = Ran.With("readelf", "-n", Compiled.Waits).AssertDone().Output;
        var id = Read(File.ReadAllBytes(Compiled.Waits)).BuildId;
        Assert.Equal(40, id.Length);
        Assert.Contains($"Build ID: {id}\n", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_and_addresses_lead_to_each_other()
    {
        var elf = Assert.IsType<ElfFile>(Read(File.ReadAllBytes(Compiled.Waits)).Elf);
        var code = elf.Segments.Single(segment => segment.IsExecutable);
        Assert.Equal(code.Address + 5, elf.AddressOf(code.Offset + 5));
        Assert.Equal(code.Offset + 5, elf.OffsetOf(code.Address + 5));
        Assert.Null(elf.AddressOf(1UL << 40));
        Assert.Null(elf.OffsetOf(1UL << 40));
    }

    [Fact]
    public void A_library_without_symtab_has_its_dynamic_functions()
    {
        using var stripped = new Web.TemporaryDirectory();
        var path = Path.Combine(stripped.Path, "libc.so");
        Ran.With("strip", "-o", path, LibC).AssertDone();
        var file = Read(File.ReadAllBytes(path));
        var line = Ran.With("nm", "-D", path).AssertDone().Output.Split('\n')
            .First(line => line.Contains(" getpid@", StringComparison.Ordinal));
        Assert.Equal("getpid", file.Functions.NameAt(Waiting.Hexadecimal(line.Split(' ')[0])));
    }

    [Fact]
    public void A_stripped_program_says_that_it_has_no_symbols()
    {
        var file = Read(File.ReadAllBytes(Compiled.Stripped));
        Assert.Equal(0, file.Functions.Count);
        Assert.Equal("it has no symbols", file.Unknown);
        Assert.NotEqual("", file.BuildId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("\u007fELF")]
    public void What_is_no_program_says_so(string text)
    {
        var file = Read(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Null(file.Elf);
        Assert.NotEqual("", file.Unknown);
    }

    [Fact]
    public void Too_many_symbols_are_refused()
    {
        var bytes = Grown(32_000_000, entries: 1_000_001);
        var file = Read(bytes);
        Assert.Equal(0, file.Functions.Count);
        Assert.Equal("1000001 symbols are too many", file.Unknown);
    }

    /// <summary>A million names, each beginning one byte into the one before.</summary>
    [Fact]
    public void Too_many_names_are_refused()
    {
        var bytes = Grown(32_000_000, entries: 1_000_000);
        var table = Grown32(bytes);
        for (var at = 0; at < 1_000_000; at++)
        {
            var entry = bytes.AsSpan(table + at * 24, 24);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)at);
            entry[4] = 2; // STT_FUNC
            entry[6] = 1;
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], (ulong)at);
        }

        Assert.Equal("the names take more than 32 MB", Read(bytes).Unknown);
    }

    [Fact]
    public void Of_two_names_the_plain_one_is_shown_and_of_two_sizes_the_known_one()
    {
        var table = new SymbolTableBuilder();
        table.Add(100, 110, false, table.AddName("__read"u8), 0);
        table.Add(100, 110, false, table.AddName("read"u8), 1);
        table.Add(200, 400, true, table.AddName("open"u8), 0);
        table.Add(200, 210, false, table.AddName("_sized"u8), 2);
        table.Add(300, 400, true, table.AddName("last"u8), 0);
        var functions = table.Build();
        Assert.Equal(
            ["read", null, "_sized", null, "last", "last", null],
            new ulong[] { 109, 110, 200, 210, 300, 399, 400 }.Select(functions.NameAt));
    }

    [Fact]
    public void A_function_may_hold_another_one()
    {
        var table = new SymbolTableBuilder();
        table.Add(100, 200, false, table.AddName("outer"u8), 0);
        table.Add(120, 130, false, table.AddName("inner"u8), 0);
        var functions = table.Build();
        Assert.Equal(["outer", "inner", "outer", null], new ulong[] { 119, 129, 130, 200 }.Select(functions.NameAt));
        Assert.Equal(100UL, functions.StartAt(150));
    }

    /// <summary>Whatever stands in a file: an answer or a reason, soon and without much memory.</summary>
    [Fact]
    public void A_damaged_file_is_one_without_symbols()
    {
        var whole = File.ReadAllBytes(Compiled.Waits);
        var places = Places(whole);
        Fuzzing.Run(random =>
        {
            var bytes = whole.ToArray();
            for (var times = random.Next(1, 12); times > 0; times--)
                Damage(bytes, random.Pick(places), random);
            if (random.Chance(0.2))
                bytes = bytes[..random.Next(bytes.Length)];
            var before = GC.GetAllocatedBytesForCurrentThread();
            var file = Read(bytes);
            if (file.Elf is { } elf)
                ReadFrames(bytes, elf, random);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostMemory);
        });
    }

    private static string LibC => MemoryMap.OfProcess(Environment.ProcessId, isCodeOnly: true).Mappings
        .First(mapping => Path.GetFileName(mapping.Path).StartsWith("libc.so", StringComparison.Ordinal)).Path;

    private static SymbolFile Read(byte[] bytes) => SymbolFile.Read(new MemoryBytes(bytes));

    private static void ReadFrames(byte[] bytes, ElfFile elf, Random random)
    {
        var frames = new CallFrameIndex(new MemoryBytes(bytes), elf);
        for (var times = 0; times < 20; times++)
        {
            try
            {
                frames.StepAt((ulong)random.Next(0x1000, 0x2000));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    /// <summary>What the reader looks at: else most damage would not matter.</summary>
    private static List<(int Start, int Length)> Places(byte[] whole)
    {
        var elf = ElfFile.Read(new MemoryBytes(whole));
        var sections = elf.Sections.Read(new MemoryBytes(whole));
        var places = new List<(int, int)>
        {
            (0, 64),
            (64, elf.Segments.Count * ElfSegment.HeaderSize),
            ((int)elf.Sections.Offset, sections.Length * ElfSection.HeaderSize),
            ((int)elf.FrameIndex!.Value.Offset, (int)elf.FrameIndex.Value.FileSize + 1024),
        };
        places.AddRange(sections.Where(section => section.Type is 2 or 3 or 7 or 11) // tables, names, notes
            .Select(section => ((int)section.Offset, (int)section.Size)));
        return places;
    }

    private static void Damage(byte[] bytes, (int Start, int Length) place, Random random)
    {
        var at = place.Start + random.Next(place.Length);
        var value = random.Pick<byte>([0, 1, 0x7f, 0x80, 0xff, (byte)random.Next(256)]);
        bytes.AsSpan(at, Math.Min(random.Pick([1, 1, 2, 4, 8]), bytes.Length - at)).Fill(value);
    }

    /// <summary>A program whose symbol table stands behind its end, with the rest of the file as its names.</summary>
    private static byte[] Grown(int more, int entries)
    {
        var whole = File.ReadAllBytes(Compiled.Waits);
        var elf = ElfFile.Read(new MemoryBytes(whole));
        var sections = elf.Sections.Read(new MemoryBytes(whole));
        var bytes = new byte[whole.Length + more];
        bytes.AsSpan().Fill((byte)'x');
        whole.CopyTo(bytes, 0);
        var index = Array.FindIndex(sections, section => section.Type == 2);
        var header = bytes.AsSpan((int)elf.Sections.Offset + index * ElfSection.HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], (ulong)whole.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)entries * 24);
        var names = bytes.AsSpan((int)elf.Sections.Offset + (int)sections[index].Link * ElfSection.HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(names[24..], (ulong)whole.Length + (ulong)entries * 24);
        BinaryPrimitives.WriteUInt64LittleEndian(names[32..], (ulong)(more - entries * 24));
        var dynamic = Array.FindIndex(sections, section => section.Type == 11);
        bytes[(int)elf.Sections.Offset + dynamic * ElfSection.HeaderSize + 4] = 1; // no longer a table
        return bytes;
    }

    private static int Grown32(byte[] bytes) => bytes.Length - 32_000_000;
}
