using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

/// <summary>A server whose only answer is the timeline of one life.</summary>
internal sealed class StreamServer : ITimelines, IAsyncDisposable
{
    private static readonly Subject _subject = new(Slices.One.Tgid, 0, Slices.Start);
    private readonly Lock _lock = new();
    private readonly TimelineTable _table = new(100_000, 1_000_000, 10);
    private readonly WebApplication _app;

    private StreamServer(WebApplication app, TimeSpan silence)
    {
        _app = app;
        var stream = new TimelineStream(_ => State, _ => SlicesLost, this, silence);
        app.Run(context => stream.Send(context, _subject, app.Lifetime.ApplicationStopping));
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public LifeState State { get; set; } = LifeState.Imaged;

    /// <summary>At its end.</summary>
    public uint SlicesLost { get; set; }

    /// <summary>So many come to be seen by a last look alone.</summary>
    public int Late { get; set; }

    /// <param name="silence">A comment ends it.</param>
    public static async Task<StreamServer> Start(TimeSpan silence)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var server = new StreamServer(builder.Build(), silence);
        await server._app.StartAsync();
        return server;
    }

    public void Add(int count)
    {
        lock (_lock)
            for (var i = 0; i < count; i++)
                _table.Add(Slices.At((ulong)i));
    }

    public void CatchUp()
    {
        Add(Late);
        Late = 0;
    }

    public SliceBatch? CopyAfter(Subject subject, TimelinePlace place, Span<Slice> room)
    {
        lock (_lock)
            return _table.Find(subject)?.CopyAfter(place, room);
    }

    public Task Stop() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
