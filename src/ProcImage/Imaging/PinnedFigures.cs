using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Kept in pinned maps, which only a finish takes away.</summary>
internal sealed class PinnedFigures(KernelMaps maps) : IFigureStore
{
    public ExitTotals ReadExits() => maps.ReadExits();

    public void WriteExits(in ExitTotals totals) => maps.WriteExits(totals);

    public bool TryFind(in Life life, out Shown shown) => maps.TryFindShown(life, out shown);

    public int Write(ReadOnlySpan<Life> lives, ReadOnlySpan<Shown> shown) => maps.WriteShown(lives, shown);

    public void Delete(in Life life) => maps.DeleteShown(life);

    public IReadOnlyList<Life> Lives() => maps.ReadShownLives();
}
