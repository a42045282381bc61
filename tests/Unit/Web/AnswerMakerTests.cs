using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public sealed class AnswerMakerTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);
    private readonly AnswerMaker _maker = new();
    private readonly ManualResetEventSlim _goOn = new();
    private int _made, _gone;

    [Fact]
    public async Task All_who_ask_while_another_one_is_made_share_the_next_and_the_last_lets_go_of_it()
    {
        var first = Ask();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _made) == 1, _limit));
        var others = Enumerable.Range(0, 7).Select(_ => Ask()).ToList();
        _goOn.Set();
        var bodies = await Task.WhenAll(others).WaitAsync(_limit);
        Assert.Equal(2, _made);
        (await first)!.Dispose();
        Assert.Equal(1, _gone);
        foreach (var body in bodies.Skip(1))
            body!.Dispose();
        Assert.Equal(1, _gone);
        bodies[0]!.Dispose();
        Assert.Equal(2, _gone);
    }

    [Fact]
    public async Task Who_gives_up_waiting_lets_go_of_it_too()
    {
        using var cancel = new CancellationTokenSource();
        var given = Ask(cancel.Token);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _made) == 1, _limit));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _goOn.Set();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _gone) == 1, _limit));
    }

    [Fact]
    public async Task What_is_not_there_is_nothing() => Assert.Null(await _maker.Get("key", () => null, CancellationToken.None));

    public void Dispose()
    {
        _maker.Dispose();
        _goOn.Dispose();
    }

    private Task<Body?> Ask(CancellationToken cancel = default) => _maker.Get("key", Make, cancel);

    private Body Make()
    {
        Interlocked.Increment(ref _made);
        Assert.True(_goOn.Wait(_limit));
        return new Body(default, () => Interlocked.Increment(ref _gone));
    }
}
