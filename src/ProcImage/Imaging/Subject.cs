using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>One life: of a process, or of a thread that is a target itself.</summary>
/// <param name="Tgid">Its process.</param>
/// <param name="Tid">The thread; 0 where the process is meant.</param>
/// <param name="StartId"><c>start_boottime</c> in ns.</param>
public readonly record struct Subject(int Tgid, int Tid, ulong StartId)
{
    public bool IsThread => Tid != 0;

    /// <summary>What /proc knows it by.</summary>
    public int Id => IsThread ? Tid : Tgid;

    /// <summary>The same as the kernel side has it.</summary>
    public Life ToLife() => new() { Tgid = Tgid, Tid = Tid, StartId = StartId };

    public static Subject Of(in Life life) => new(life.Tgid, life.Tid, life.StartId);
}
