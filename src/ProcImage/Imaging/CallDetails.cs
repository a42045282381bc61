using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What there is to tell of the system calls of one portrait, beside its figures.</summary>
/// <param name="Sequences">The latest calls of each thread, and those that they are in.</param>
/// <param name="System">All tasks, for comparison; null while the image is not active.</param>
public sealed record CallDetails(IReadOnlyList<CallSequence> Sequences, Histogram? System)
{
    /// <summary>Of a portrait that has system calls; null for one that has none.</summary>
    public static CallDetails? Read(Imager imager, Snapshot snapshot, Portrait portrait)
    {
        if (!portrait.HasCalls)
            return null;
        var isActive = snapshot.Activity.Active[(int)Image.Syscall] > 0;
        return new CallDetails(
            portrait.IsDead || !isActive ? [] : imager.ReadSequences(portrait.Subject, SequenceLength(snapshot, portrait)),
            isActive ? snapshot.SystemSyscall : null);
    }

    /// <summary>The longest that a policy asks for.</summary>
    private static int SequenceLength(Snapshot snapshot, Portrait portrait)
    {
        var longest = 0u;
        foreach (var slot in portrait.Policies)
            if (slot != 0 && snapshot.Policies[slot].Images.HasFlag(ImageSet.Syscall))
                longest = Math.Max(longest, snapshot.Policies[slot].SyscallSequence);
        return (int)longest;
    }
}
