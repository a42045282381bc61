namespace ProcImage.Symbols;

/// <summary>Reads the code of the files that a process has mapped. Code without a file has frames.</summary>
internal sealed class ProcessCallers(ProcessSymbols process) : ICallers
{
    public CallerStep StepAt(ulong address)
    {
        if (process.Find(address) is not { } mapping || process.FileOf(mapping) is not { Elf: { } elf } file
            || elf.Machine != ElfFile.X64 || elf.AddressOf(mapping.OffsetOf(address)) is not { } place)
            return CallerStep.FramePointer;
        return file.StepAt(
            place, at => WithBytes(mapping, bytes => Find(bytes, file, elf, at)) ?? CallerStep.FramePointer);
    }

    public ReturnKind ReturnTo(ulong word, ulong instruction)
    {
        // Within the mapping: where nothing is before it no call is either.
        if (process.Find(word - 1) is not { } mapping || word - mapping.Start < 2
            || process.FileOf(mapping) is not { Elf.Machine: ElfFile.X64 } file)
            return ReturnKind.No;
        var length = (int)Math.Min(CallSite.Longest, word - mapping.Start);
        var call = file.CallBefore(
            mapping.OffsetOf(word), at => WithBytes(mapping, bytes => ReadCall(bytes, at, length)) ?? default);
        if (!call.IsCall)
            return ReturnKind.No;
        if (call.ToTarget is not { } distance)
            return ReturnKind.Perhaps;
        var target = word + (ulong)distance;
        if (FunctionAt(target) != target) // of the linkage table, or without a name
            return ReturnKind.Perhaps;
        return FunctionAt(instruction) == target ? ReturnKind.Certain : ReturnKind.No;
    }

    /// <summary>Its address in the process.</summary>
    private ulong? FunctionAt(ulong address)
    {
        if (process.Find(address) is not { } mapping || process.FileOf(mapping) is not { Elf: { } elf } file
            || elf.AddressOf(mapping.OffsetOf(address)) is not { } place
            || file.Functions.StartAt(place) is not { } start)
            return null;
        return address - (place - start);
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

    private static CallBefore ReadCall(ByteSource bytes, ulong offset, int length)
    {
        Span<byte> code = stackalloc byte[length];
        bytes.Read(offset - (ulong)length, code);
        return CallSite.Find(code);
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
