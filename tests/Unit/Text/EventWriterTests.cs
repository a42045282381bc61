using System.Text;
using ProcImage.Imaging;
using ProcImage.Text;

namespace ProcImage.Tests.Unit.Text;

public class EventWriterTests
{
    private const int More = 30_011;

    [Fact]
    public async Task The_header_comes_once_when_key_times_become_active()
    {
        using var output = new Output();
        await using (var writer = new EventWriter(output))
        {
            writer.SetActive(false);
            writer.SetActive(true);
            Tell(writer, 2);
            writer.SetActive(true);
            Tell(writer, 1);
        }

        Assert.Equal([EventText.Header, "0", "1", "0"], output.Lines());
    }

    [Fact]
    public async Task It_comes_again_with_the_next_activation_and_before_an_event_that_is_told_first()
    {
        using var output = new Output();
        await using (var writer = new EventWriter(output))
        {
            Tell(writer, 1);
            writer.SetActive(true);
            writer.SetActive(false);
            Tell(writer, 1);
        }

        Assert.Equal([EventText.Header, "0", EventText.Header, "0"], output.Lines());
    }

    [Fact]
    public async Task Who_tells_never_waits_and_what_is_not_shown_is_counted()
    {
        using var output = new Output();
        await using (var writer = new EventWriter(output))
        {
            output.Stop();
            Tell(writer, More);
            output.GoOn();
        }

        var lines = output.Lines();
        var gaps = lines.FindAll(line => line.StartsWith("... ", StringComparison.Ordinal));
        Assert.NotEmpty(gaps);
        Assert.Equal(More, lines.Count - 1 - gaps.Count + gaps.Sum(gap => int.Parse(gap.Split(' ')[1])));
    }

    [Fact]
    public async Task Anoutput_that_stands_still_does_not_hold_up_the_end()
    {
        using var output = new Output();
        output.Stop();
        var writer = new EventWriter(output);
        Tell(writer, More);
        await writer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        output.GoOn();
    }

    [Fact]
    public async Task Anoutput_that_fails_is_told()
    {
        using var output = new Broken();
        var failed = new TaskCompletionSource<Exception>();
        await using var writer = new EventWriter(output);
        writer.Failed += failed.SetResult;
        writer.SetActive(true);
        Assert.IsType<IOException>(await failed.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static void Tell(EventWriter writer, int events)
    {
        for (var i = 0; i < events; i++)
            writer.Tell(new Subject(7, 0, 11), new Renamed(0, 7, "", $"{i}"));
    }

    private sealed class Output : StringWriter
    {
        private readonly ManualResetEventSlim _mayWrite = new(true);

        public override Encoding Encoding => Encoding.UTF8;

        public void Stop() => _mayWrite.Reset();

        public void GoOn() => _mayWrite.Set();

        public override void Write(StringBuilder? value)
        {
            _mayWrite.Wait();
            base.Write(value);
        }

        /// <summary>The header, gaps, and of each event the last word.</summary>
        public List<string> Lines() => [.. ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Contains("->", StringComparison.Ordinal) ? line[(line.LastIndexOf(' ') + 1)..] : line)];
    }

    private sealed class Broken : StringWriter
    {
        public override void Write(StringBuilder? value) => throw new IOException();
    }
}
