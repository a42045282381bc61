using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

/// <summary>A server behind the guard; whoever passes gets 'inside'.</summary>
internal sealed class GuardedServer : IAsyncDisposable
{
    public const string Inside = "inside";
    private readonly WebApplication _app;

    private GuardedServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static Task<GuardedServer> OnLoopback() => Start(options => options.Listen(IPAddress.Loopback, 0));

    public static Task<GuardedServer> OnSocket(string path) => Start(options => options.ListenUnixSocket(path));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<GuardedServer> Start(Action<KestrelServerOptions> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(configure);
        var app = builder.Build();
        app.Use(RequestGuard.Check);
        app.Run(context => context.Response.WriteAsync(Inside));
        await app.StartAsync();
        return new GuardedServer(app);
    }
}
