using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ProcImage.Imaging;
using ProcImage.Metrics;

namespace ProcImage.Web;

/// <summary>What there is to get.</summary>
internal sealed class Routes(Exporter exporter, Imager imager) : IDisposable
{
    private readonly SemaphoreSlim _oneScrape = new(1);
    private int _lastSize = 64 * 1024;

    /// <summary>Set when the start is complete.</summary>
    public bool IsReady { get; set; }

    public void Map(WebApplication app)
    {
        app.Map("/metrics", (RequestDelegate)GetMetrics);
        app.Map("/api/v1/processes", (RequestDelegate)GetProcesses);
        app.Map("/api/v1/processes/{life}", (RequestDelegate)GetProcess);
        app.Map("/-/healthy", (RequestDelegate)(context => context.Response.WriteAsync("healthy\n")));
        app.Map("/-/ready", (RequestDelegate)GetReady);
        foreach (var file in PageFile.All)
            app.Map(file.Path, (RequestDelegate)file.Write);
    }

    public void Dispose() => _oneScrape.Dispose();

    /// <summary>One reading at a time, but whoever takes its answer slowly holds up nobody.</summary>
    private async Task GetMetrics(HttpContext context)
    {
        var format = ExpositionFormat.Negotiate(context.Request.Headers.Accept);
        var buffer = new ArrayBufferWriter<byte>(_lastSize);
        await _oneScrape.WaitAsync(context.RequestAborted);
        try
        {
            exporter.Write(buffer, format);
            _lastSize = buffer.WrittenCount;
        }
        finally
        {
            _oneScrape.Release();
        }

        await Send(context, format.ContentType, buffer.WrittenMemory);
    }

    private Task GetProcesses(HttpContext context) =>
        Send(context, PortraitJson.ContentType, imager.Read(snapshot => PortraitJson.List(snapshot.Portraits)));

    private Task GetProcess(HttpContext context)
    {
        var json = TryParseLife(context.Request.RouteValues["life"] as string, out var tgid, out var startId)
            ? imager.Read(snapshot => PortraitJson.One(snapshot.Portraits.FirstOrDefault(
                portrait => portrait.Subject == new Subject(tgid, 0, startId))))
            : null;
        if (json is not null)
            return Send(context, PortraitJson.ContentType, json);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("no such life; /api/v1/processes lists them by tgid-start_id\n");
    }

    private Task GetReady(HttpContext context)
    {
        context.Response.StatusCode = IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(IsReady ? "ready\n" : "starting\n");
    }

    private static async Task Send(HttpContext context, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = contentType;
        context.Response.Headers.Vary = "Accept, Accept-Encoding";
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }

        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await gzip.WriteAsync(body, context.RequestAborted);
    }

    private static bool TryParseLife(string? life, out int tgid, out ulong startId)
    {
        tgid = 0;
        startId = 0;
        var dash = life?.IndexOf('-') ?? -1;
        return dash > 0
            && int.TryParse(life.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out tgid)
            && ulong.TryParse(life.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out startId);
    }
}
