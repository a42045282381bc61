using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What has to outlive this loader, for the next one to go on from.</summary>
public interface IFigureStore
{
    ExitTotals ReadExits();

    void WriteExits(in ExitTotals totals);

    bool TryFind(in Life life, out Shown shown);

    /// <summary>Returns how many were written: fewer than were given when there is no more room.</summary>
    int Write(ReadOnlySpan<Life> lives, ReadOnlySpan<Shown> shown);

    void Delete(in Life life);

    IReadOnlyList<Life> Lives();
}
