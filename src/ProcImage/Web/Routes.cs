using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ProcImage.Imaging;
using ProcImage.Metrics;

namespace ProcImage.Web;

/// <summary>What there is to get.</summary>
internal sealed class Routes(Exporter exporter, Imager imager, Timelines timelines, BlockedSites sites, LockWaits locks) : IDisposable
{
    /// <summary>Of the bodies that are being read at the same time; the largest have some MB.</summary>
    private const long MostBytes = 64 << 20;

    private readonly AnswerMaker _maker = new();
    private readonly BodyMemory _memory = new();
    private readonly Outbox _outbox = new(MostBytes);
    private readonly TimelineStream _streams =
        new(subject => imager.StateOf(subject), subject => imager.SlicesLostOf(subject), timelines, TimelineStream.UsualSilence);

    private CancellationToken _stopping;

    /// <summary>Set when the start is complete.</summary>
    public bool IsReady { get; set; }

    public void Map(WebApplication app)
    {
        _stopping = app.Lifetime.ApplicationStopping;
        app.Map("/metrics", (RequestDelegate)GetMetrics);
        app.Map("/api/v1/processes", (RequestDelegate)GetProcesses);
        app.Map("/api/v1/processes/{life}", (RequestDelegate)GetProcess);
        app.Map("/api/v1/processes/{life}/timeline", (RequestDelegate)GetTimeline);
        app.Map("/api/v1/processes/{life}/offcpu", (RequestDelegate)(context => GetBlocked(context, BlockedText.Folded)));
        app.Map("/api/v1/processes/{life}/offcpu.pprof", (RequestDelegate)(context => GetBlocked(context, BlockedText.Pprof)));
        app.Map("/api/v1/processes/{life}/offcpu.json", (RequestDelegate)(context => GetBlocked(context, BlockedText.Json)));
        app.Map("/-/healthy", (RequestDelegate)(context => context.Response.WriteAsync("healthy\n")));
        app.Map("/-/ready", (RequestDelegate)GetReady);
        foreach (var file in PageFile.All)
            app.Map(file.Path, (RequestDelegate)file.Write);
    }

    public void Dispose() => _maker.Dispose();

    private Task GetMetrics(HttpContext context)
    {
        var format = ExpositionFormat.Negotiate(context.Request.Headers.Accept);
        return Answer(
            context, format.ContentType, format.ContentType, () => _memory.Make(writer => exporter.Write(writer, format)));
    }

    private Task GetProcesses(HttpContext context)
    {
        var arrival = imager.Readings;
        return Answer(
            context,
            PortraitJson.ContentType,
            "list",
            () => new Body(imager.Read(snapshot => PortraitJson.List(snapshot.Portraits, locks.ReadWaits), arrival)));
    }

    private async Task GetProcess(HttpContext context)
    {
        var arrival = imager.Readings;
        if (TryParseLife(context.Request.RouteValues["life"] as string, out var subject))
        {
            await locks.AwaitNames(subject, context.RequestAborted); // files may take their time: not in the maker
            if (await Answer(
                context,
                PortraitJson.ContentType,
                $"{subject}",
                () => imager.Read(snapshot => One(snapshot, subject), arrival)))
                return;
        }

        await RefuseLife(context);
    }

    private async Task GetTimeline(HttpContext context)
    {
        if (!IsReady)
            await GetReady(context);
        else if (!TryParseLife(context.Request.RouteValues["life"] as string, out var subject) || !await IsThere(context, subject))
            await RefuseLife(context);
        else if (HttpMethods.IsHead(context.Request.Method))
            context.Response.ContentType = TimelineStream.ContentType;
        else
            await _streams.Send(context, subject, _stopping);
    }

    /// <summary>Not on this thread: a reading may be going on.</summary>
    private async Task<bool> IsThere(HttpContext context, Subject subject)
    {
        var arrival = imager.Readings;
        ConnectionLimit.Hold(context);
        using var found = await _maker.Get(
            $"{subject} timeline", () => IsShown(subject, arrival) ? new Body(default) : null, context.RequestAborted);
        ConnectionLimit.Progress(context);
        return found is not null;
    }

    private async Task GetBlocked(HttpContext context, BlockedText text)
    {
        if (!IsReady)
        {
            await GetReady(context);
            return;
        }

        var arrival = imager.Readings;
        if (TryParseLife(context.Request.RouteValues["life"] as string, out var subject))
        {
            if (imager.StateOf(subject) != LifeState.Unknown)
                await sites.AwaitNames(subject, context.RequestAborted); // files may take their time: not in the maker
            if (await Answer(
                context,
                text.ContentType,
                $"{subject} {text.ContentType}",
                () => IsShown(subject, arrival) ? new Body(text.Write(sites.Read(subject))) : null))
                return;
        }

        await RefuseLife(context);
    }

    /// <summary>With a reading only where it is not known to be imaged.</summary>
    private bool IsShown(Subject subject, long arrival) =>
        imager.StateOf(subject) == LifeState.Imaged
        || imager.Read(snapshot => snapshot.Portraits.Any(portrait => portrait.Subject == subject), arrival);

    private static Task RefuseLife(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("no such life; /api/v1/processes lists them by tgid-start_id\n");
    }

    private Body? One(Snapshot snapshot, Subject subject) =>
        snapshot.Portraits.FirstOrDefault(portrait => portrait.Subject == subject) is { } found
            && PortraitJson.One(
                found,
                CallDetails.Read(imager, snapshot, [found]).GetValueOrDefault(subject),
                found.HasLocks ? locks.Read(subject) : null) is { } json
            ? new Body(json)
            : null;

    private Task GetReady(HttpContext context)
    {
        context.Response.StatusCode = IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(IsReady ? "ready\n" : "starting\n");
    }

    /// <summary>False, and nothing sent, where there is no such thing.</summary>
    private async Task<bool> Answer(
        HttpContext context, string contentType, string key, Func<Body?> make)
    {
        if (!IsReady) // deaths that an earlier loader has not taken up are still to come
        {
            await GetReady(context);
            return true;
        }

        var packed = ContentCoding.IsGzipWelcome(context.Request.Headers.AcceptEncoding);
        ConnectionLimit.Hold(context);
        using var body = await (packed
            ? _maker.Get(key + " gzip", () => Packed(make()), context.RequestAborted)
            : _maker.Get(key, make, context.RequestAborted));
        ConnectionLimit.Progress(context);
        if (body is null)
            return false;
        context.Response.ContentType = contentType;
        context.Response.Headers.Vary = "Accept, Accept-Encoding";
        if (packed)
            context.Response.Headers.ContentEncoding = "gzip";
        await _outbox.Send(context, body.Bytes);
        return true;
    }

    private static Body? Packed(Body? body)
    {
        using (body)
            return body is null ? null : new Body(ContentCoding.Gzip(body.Bytes));
    }

    /// <summary>tgid-start_id of a process, tgid-start_id-tid of a thread that is a target.</summary>
    private static bool TryParseLife(string? life, out Subject subject)
    {
        subject = default;
        var parts = life?.Split('-') ?? [];
        var tid = 0;
        if (parts.Length is not (2 or 3)
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var tgid)
            || !ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var startId)
            || (parts.Length == 3 && !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out tid)))
            return false;
        subject = new Subject(tgid, tid, startId);
        return true;
    }
}
