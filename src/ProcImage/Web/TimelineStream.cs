using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ProcImage.Imaging;

namespace ProcImage.Web;

/// <summary>
/// The slices of a life as server-sent events, in batches. It copies what has come since the last batch: who reads too
/// slowly for the bound of the timeline is told of a gap, who reads nothing is cut off.
/// </summary>
internal sealed class TimelineStream(Imager imager, Timelines timelines)
{
    private const int MostStreams = 16;
    private const int MostSlices = 2000; // of one event: some 100 KB

    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private int _streams;

    /// <summary>Until the client goes, or the life is over and told to its end.</summary>
    public async Task Send(HttpContext context, Subject subject)
    {
        if (Interlocked.Increment(ref _streams) > MostStreams)
        {
            Interlocked.Decrement(ref _streams);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "10";
            await context.Response.WriteAsync($"there are {MostStreams} streams already; close one, or try again later\n");
            return;
        }

        try
        {
            await SendAll(context, subject, After(context));
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // gone, or too slow
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    /// <summary>The number of the last slice that the client has: a reconnecting browser sends it.</summary>
    private static ulong After(HttpContext context) =>
        ulong.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? last
            : 0;

    private async Task SendAll(HttpContext context, Subject subject, ulong after)
    {
        context.Response.ContentType = "text/event-stream";
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // there is not always something to send
        ConnectionLimit.Hold(context);
        await Flush(context, Encoding.UTF8.GetBytes(": begin\n\n")); // so that the client knows that it is there
        var room = ArrayPool<Slice>.Shared.Rent(MostSlices);
        var text = new ArrayBufferWriter<byte>();
        using var period = new PeriodicTimer(_period);
        try
        {
            do
            {
                var isOver = imager.IsOver(subject);
                if (isOver)
                    timelines.CatchUp();
                int length;
                do
                {
                    text.ResetWrittenCount();
                    length = Write(text, subject, room.AsSpan(0, MostSlices), ref after);
                    if (text.WrittenCount == 0)
                        break;
                    await Flush(context, text.WrittenMemory);
                }
                while (length == MostSlices);

                if (!isOver)
                    continue;
                await Flush(context, Encoding.UTF8.GetBytes("event: end\ndata: {}\n\n"));
                return;
            }
            while (await period.WaitForNextTickAsync(context.RequestAborted));
        }
        finally
        {
            ArrayPool<Slice>.Shared.Return(room);
        }
    }

    private int Write(ArrayBufferWriter<byte> text, Subject subject, Span<Slice> room, ref ulong after)
    {
        if (timelines.CopyAfter(subject, after, room) is not { } copied)
            return 0;
        if (copied.First > after + 1)
            Append(text, $"event: gap\nid: {copied.First - 1}\ndata: {{\"fell_off\":{copied.First - 1 - after}}}\n\n");
        if (copied.Length == 0)
            return 0;
        after = copied.First + (ulong)copied.Length - 1;
        Append(text, $"event: slices\nid: {after}\ndata: ");
        using (var json = new Utf8JsonWriter(text))
            WriteSlices(json, room[..copied.Length]);
        Append(text, $"\n\n");
        return copied.Length;
    }

    /// <summary>Each as [begin, end, ran, wait, tid, cpu, why, missing]; times in ns since the start of the life.</summary>
    private static void WriteSlices(Utf8JsonWriter json, ReadOnlySpan<Slice> slices)
    {
        json.WriteStartArray();
        foreach (ref readonly var slice in slices)
        {
            json.WriteStartArray();
            json.WriteNumberValue(slice.Begin);
            json.WriteNumberValue(slice.End);
            json.WriteNumberValue(slice.Ran);
            json.WriteNumberValue(slice.Wait);
            json.WriteNumberValue(slice.Tid);
            json.WriteNumberValue(slice.Cpu);
            json.WriteStringValue(slice.Why.ToString().ToLowerInvariant());
            json.WriteNumberValue(slice.Missing);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void Append(ArrayBufferWriter<byte> text, FormattableString line) =>
        text.Write(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture)));

    private static async Task Flush(HttpContext context, ReadOnlyMemory<byte> text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(_patience);
        await context.Response.Body.WriteAsync(text, patience.Token);
        await context.Response.Body.FlushAsync(patience.Token);
    }
}
