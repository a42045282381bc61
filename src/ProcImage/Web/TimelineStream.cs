using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Web;

/// <summary>
/// The slices of a life as server-sent events, in batches. It copies what has come since the last batch: who reads too
/// slowly for the bound of the timeline is told of a gap, who reads nothing is cut off.
/// </summary>
/// <param name="stateOf">What is still to come of a life.</param>
/// <param name="slicesLostOf">How many slices were lost since the last one that was told.</param>
/// <param name="timelines">Where its slices are.</param>
/// <param name="silence">When nothing was sent for so long, something is; who has not acknowledged it after twice as long has
/// vanished.</param>
internal sealed class TimelineStream(
    Func<Subject, LifeState> stateOf, Func<Subject, uint> slicesLostOf, ITimelines timelines, TimeSpan silence)
{
    public static readonly TimeSpan UsualSilence = TimeSpan.FromSeconds(15);

    public const string ContentType = "text/event-stream";

    public const int MostStreams = 16;

    private const int MostSlices = 2000; // of one event: some 150 KB

    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly JsonEncodedText[] _ends = // by number, from 1 on
        [.. Enum.GetNames<SliceEnd>().Select(name => JsonEncodedText.Encode(name.ToLowerInvariant()))];

    private int _streams;

    /// <summary>Until the client goes, or the life is over and told to its end, or the server stops.</summary>
    public async Task Send(HttpContext context, Subject subject, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref _streams) > MostStreams)
        {
            Interlocked.Decrement(ref _streams);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "10";
            await context.Response.WriteAsync($"there are {MostStreams} streams already; close one, or try again later\n", stopping);
            return;
        }

        try
        {
            var place = TimelinePlace.Parse(context.Request.Headers["Last-Event-ID"]);
            if (IsTold(subject, place))
                context.Response.StatusCode = StatusCodes.Status204NoContent; // a browser would ask again and again
            else
                await SendAll(context, subject, place, stopping);
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

    private bool IsTold(Subject subject, TimelinePlace place)
    {
        if (place.Number == 0 || stateOf(subject) == LifeState.Imaged)
            return false;
        timelines.CatchUp();
        return timelines.CopyAfter(subject, place, new Slice[1]) is { Length: 0 } rest && rest.Place == place;
    }

    private async Task SendAll(HttpContext context, Subject subject, TimelinePlace place, CancellationToken stopping)
    {
        context.Response.ContentType = ContentType;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // there is not always something to send
        ConnectionLimit.Hold(context);
        LimitSilence(context);
        await Flush(context, ": begin\n\n"u8.ToArray()); // so that the client knows that it is there
        var room = ArrayPool<Slice>.Shared.Rent(MostSlices);
        var text = new ArrayBufferWriter<byte>();
        var sent = Stopwatch.StartNew();
        using var period = new PeriodicTimer(_period);
        using var end = stopping.Register(period.Dispose); // what is being sent then is sent to its end
        try
        {
            do
            {
                var isOver = stateOf(subject) != LifeState.Imaged;
                if (isOver)
                    timelines.CatchUp();
                while (Write(text, subject, room.AsSpan(0, MostSlices), ref place))
                {
                    await Flush(context, text.WrittenMemory);
                    sent.Restart();
                }

                if (isOver)
                {
                    text.ResetWrittenCount();
                    Append(text, $"event: end\ndata: {{\"missing\":{slicesLostOf(subject)}}}\n\n");
                    await Flush(context, text.WrittenMemory);
                    return;
                }

                if (sent.Elapsed < silence)
                    continue;
                await Flush(context, ":\n\n"u8.ToArray());
                sent.Restart();
            }
            while (await period.WaitForNextTickAsync(context.RequestAborted));
        }
        finally
        {
            ArrayPool<Slice>.Shared.Return(room);
        }
    }

    /// <summary>The kernel would wait a quarter of an hour for one that has gone without a word.</summary>
    private void LimitSilence(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { ProtocolType: ProtocolType.Tcp } socket)
            socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes((int)(2 * silence).TotalMilliseconds));
    }

    /// <summary>False when there is nothing to send.</summary>
    private bool Write(ArrayBufferWriter<byte> text, Subject subject, Span<Slice> room, ref TimelinePlace place)
    {
        text.ResetWrittenCount();
        if (timelines.CopyAfter(subject, place, room) is not { Length: > 0 } batch)
            return false;
        place = batch.Place;
        if (batch.FellOff > 0)
            Append(text, $"event: gap\nid: {batch.Gap}\ndata: {{\"fell_off\":{batch.FellOff}}}\n\n");
        Append(text, $"event: slices\nid: {batch.Place}\ndata: ");
        using (var json = new Utf8JsonWriter(text))
            WriteSlices(json, room[..batch.Length]);
        Append(text, $"\n\n");
        return true;
    }

    /// <summary>
    /// Each as [begin, end, ran, wait, tid, cpu, why, missing, waker_tid, waker]; times in ns since the start of the life.
    /// </summary>
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
            json.WriteStringValue(_ends[(int)slice.Why - 1]);
            json.WriteNumberValue(slice.Missing);
            json.WriteNumberValue(slice.WokenBy == WakerKind.Thread ? slice.Waker : 0);
            json.WriteStringValue(Waker(slice));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static string Waker(in Slice slice) => slice.WokenBy switch
    {
        WakerKind.Thread => slice.WakerComm.ToString(),
        WakerKind.Interrupt => "interrupt",
        _ => "",
    };

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
