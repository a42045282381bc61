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
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private const int UsualConnections = 512;
    private const int MostConnections = 2048;

    private static readonly TimeSpan _toFirstRequest = TimeSpan.FromSeconds(10);

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
        var connections = new ConnectionLimit(UsualConnections, MostConnections, _toFirstRequest);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, listen, connections));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.Use(ConnectionLimit.Begin);
        app.Use(RequestGuard.Check);
        routes.Map(app);
        try
        {
            if (listen is ListenAddress.UnixSocket place)
                UnixSocketFile.MakeRoom(place.Path);
            await app.StartAsync();
        }
        catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
        {
            await app.DisposeAsync();
            throw Refused(failure, listen);
        }

        if (listen is ListenAddress.UnixSocket socket)
        {
            File.SetUnixFileMode(socket.Path, OwnerAndGroup);
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

    private static void Configure(KestrelServerOptions options, ListenAddress listen, ConnectionLimit connections)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestLineSize = 4 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestBufferSize = 32 * 1024; // of what a client sends ahead
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        options.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        // HTTP/2 in clear text would be a second protocol to defend, for nobody.
        options.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(connections.Around);
        });
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

    private static CommandException Refused(Exception failure, ListenAddress listen)
    {
        var error = (failure.GetBaseException() as SocketException)?.SocketErrorCode;
        return new CommandException(
            error == SocketError.AccessDenied ? ExitStatus.Unsupported : ExitStatus.Failed,
            $"cannot listen on {listen}: {Reason(failure, error, listen)}; choose another place with --listen",
            failure);
    }

    private static string Reason(Exception failure, SocketError? error, ListenAddress listen) => error switch
    {
        SocketError.AddressAlreadyInUse => "somebody listens there already",
        SocketError.AccessDenied => listen is ListenAddress.UnixSocket
            ? "the directory is closed to this user"
            : "a port below 1024 needs root or CAP_NET_BIND_SERVICE",
        SocketError.AddressNotAvailable => listen is ListenAddress.UnixSocket
            ? "there is no such directory"
            : "this machine has no such address",
        _ => failure.GetBaseException().Message,
    };
}
