namespace ProcImage.Symbols;

/// <summary>Reads the code of the files that a process has mapped. Code without a file has frames.</summary>
internal sealed class ProcessCallers(ProcessSymbols process) : ICallers
{
    public CallerStep StepAt(ulong address)
    {
        if (process.Find(address) is not { } mapping || process.FileOf(mapping) is not { Elf: { } elf } file
            || elf.Machine != ElfFile.X64 || elf.AddressOf(mapping.OffsetOf(address)) is not { } place)
            return CallerStep.FramePointer;
        return file.StepAt(place, at => WithBytes(mapping, bytes => Find(bytes, file, elf, at)) ?? CallerStep.FramePointer);
    }

    public bool IsBehindCall(ulong address)
    {
        // Within the mapping: where nothing is before it no call is either.
        if (process.Find(address - 1) is not { } mapping || address - mapping.Start < 2
            || process.FileOf(mapping) is not { Elf: { Machine: ElfFile.X64 } } file)
            return false;
        var length = (int)Math.Min(CallSite.Longest, address - mapping.Start);
        return file.IsBehindCall(
            mapping.OffsetOf(address), at => WithBytes(mapping, bytes => EndsCall(bytes, at, length)) ?? false);
    }

    private static CallerStep Find(ByteSource bytes, SymbolFile file, ElfFile elf, ulong address)
    {
        var step = new CallFrameIndex(bytes, elf).StepAt(address);
        if (step.Kind != CallerKind.Unknown || file.Functions.StartAt(address) is not { } start)
            return step;
        var length = Math.Min(address - start, FrameProlog.Longest);
        if (elf.OffsetOf(start) is not { } offset)
            return step;
        Span<byte> code = stackalloc byte[(int)length];
        bytes.Read(offset, code);
        return FrameProlog.IsIn(code) ? CallerStep.FramePointer : step;
    }

    private static bool EndsCall(ByteSource bytes, ulong offset, int length)
    {
        Span<byte> code = stackalloc byte[length];
        bytes.Read(offset - (ulong)length, code);
        return CallSite.Ends(code);
    }

    /// <summary>Null where the file cannot be read.</summary>
    private T? WithBytes<T>(Mapping mapping, Func<ByteSource, T> read)
        where T : struct
    {
        try
        {
            if (mapping.Path == Mapping.Vdso)
                return read(Vdso.Bytes.Value);
            using var file = process.OpenFile(mapping);
            return file is null ? null : read(new FileBytes(file));
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return null;
        }
    }
}
