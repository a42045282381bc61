using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>In memory, and small: it is full at once.</summary>
internal sealed class FigureStore : IFigureStore
{
    public const int Room = 7;

    private readonly Dictionary<Life, Shown> _shown = [];
    private ExitTotals _totals;

    public ExitTotals ReadExits() => _totals;

    public void WriteExits(in ExitTotals totals) => _totals = totals;

    public bool TryFind(in Life life, out Shown shown) => _shown.TryGetValue(life, out shown);

    public int Write(ReadOnlySpan<Life> lives, ReadOnlySpan<Shown> shown)
    {
        for (var i = 0; i < lives.Length; i++)
        {
            if (_shown.Count == Room && !_shown.ContainsKey(lives[i]))
                return i;
            _shown[lives[i]] = shown[i];
        }

        return lives.Length;
    }

    public void Delete(in Life life) => _shown.Remove(life);

    public IReadOnlyList<Life> Lives() => [.. _shown.Keys];
}
