using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using ProcImage.CommandLine;

namespace ProcImage.Web;

/// <summary>Serves the exporter, the API and the page. Read only.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Server(WebApplication app, string address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public string Address { get; }

    /// <exception cref="CommandException">It cannot listen there.</exception>
    public static async Task<Server> StartAsync(ListenAddress listen, Routes routes)
    {
        // Empty: a settings file or an environment variable must not open another port than --listen.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, listen));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.Use(RequestGuard.Check);
        routes.Map(app);
        try
        {
            await app.StartAsync();
        }
        catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
        {
            await app.DisposeAsync();
            throw new CommandException(ExitStatus.Failed, $"cannot listen on {listen}: {Reason(failure)}; choose another place with --listen", failure);
        }

        if (listen is ListenAddress.UnixSocket socket)
        {
            File.SetUnixFileMode(socket.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            return new Server(app, listen.ToString());
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new Server(app, addresses?.Addresses.FirstOrDefault() ?? listen.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions options, ListenAddress listen)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = 256;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        switch (listen)
        {
            case ListenAddress.Ip ip:
                options.Listen(ip.EndPoint);
                break;
            case ListenAddress.Localhost localhost:
                options.ListenLocalhost(localhost.Port);
                break;
            case ListenAddress.UnixSocket socket:
                options.ListenUnixSocket(socket.Path);
                break;
        }
    }

    private static string Reason(Exception failure) =>
        (failure.GetBaseException() as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => "somebody listens there already",
            SocketError.AccessDenied => "a port below 1024 needs root or CAP_NET_BIND_SERVICE",
            SocketError.AddressNotAvailable => "this machine has no such address",
            _ => failure.GetBaseException().Message,
        };
}
