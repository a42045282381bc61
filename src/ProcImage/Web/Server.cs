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
            if (listen is ListenAddress.UnixSocket place)
                RemoveAbandoned(place.Path);
            await app.StartAsync();
        }
        catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
        {
            await app.DisposeAsync();
            throw new CommandException(
                ExitStatus.Failed,
                $"cannot listen on {listen}: {Reason(failure, listen)}; choose another place with --listen",
                failure);
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

    /// <summary>The socket of a server that was killed: nobody answers there, and nobody else can listen there.</summary>
    private static void RemoveAbandoned(string path)
    {
        if (!File.Exists(path))
            return;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (new FileInfo(path).Length == 0)
                File.Delete(path);
        }
    }

    private static void Configure(KestrelServerOptions options, ListenAddress listen)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = 256;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        options.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));
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

    private static string Reason(Exception failure, ListenAddress listen) =>
        (failure.GetBaseException() as SocketException)?.SocketErrorCode switch
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
