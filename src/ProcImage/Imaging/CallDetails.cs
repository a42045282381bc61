using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What there is to tell of the system calls of one portrait, beside its figures.</summary>
/// <param name="Sequences">The latest calls of each thread, and those that they are in.</param>
/// <param name="System">All tasks, for comparison; null while the image is not active.</param>
public sealed record CallDetails(IReadOnlyList<CallSequence> Sequences, Histogram? System)
{
    /// <summary>Of those that have system calls, with at most one reading for all of them.</summary>
    public static IReadOnlyDictionary<Subject, CallDetails> Read(Imager imager, Snapshot snapshot, IReadOnlyList<Portrait> portraits)
    {
        var isActive = snapshot.Activity.Active[(int)Image.Syscall] > 0;
        var shown = portraits.Where(portrait => portrait.HasCalls).ToList();
        var lengths = shown.Where(portrait => isActive && !portrait.IsDead)
            .ToDictionary(portrait => portrait.Subject, portrait => SequenceLength(snapshot, portrait));
        var sequences = lengths.Count == 0 ? [] : imager.ReadSequences(lengths);
        return shown.ToDictionary(
            portrait => portrait.Subject,
            portrait => new CallDetails(
                sequences.GetValueOrDefault(portrait.Subject) ?? [], isActive ? snapshot.SystemSyscall : null));
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
