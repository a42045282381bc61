namespace ProcImage.Symbols;

/// <summary>Along the frame pointers of a thread that stands still.</summary>
internal static class StackWalk
{
    /// <param name="instruction">Where it is.</param>
    /// <param name="framePointer">Its register, whatever is in it.</param>
    /// <param name="stackPointer">Frames lie above it, each above the one before.</param>
    /// <param name="read">Two words at an address: the caller's frame pointer, then the return address; null where there are none.</param>
    /// <param name="most">So many addresses.</param>
    public static ulong[] Walk(
        ulong instruction, ulong framePointer, ulong stackPointer, Func<ulong, (ulong Frame, ulong Return)?> read, int most)
    {
        var found = new List<ulong> { instruction };
        var (at, below) = (framePointer, stackPointer);
        while (found.Count < most && at >= below && read(at) is { Return: not 0 } frame)
        {
            found.Add(frame.Return);
            (at, below) = (frame.Frame, at + 1);
        }

        return [.. found];
    }
}
