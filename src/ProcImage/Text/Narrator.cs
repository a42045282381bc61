using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Imaging;

namespace ProcImage.Text;

/// <summary>
/// Says on standard output what changes: a line for each policy that comes, changes or ends; on a terminal also a table
/// of portraits while there is a policy.
/// </summary>
/// <param name="imager">Who is asked what there is.</param>
/// <param name="locks">Who is asked for locks.</param>
/// <param name="output">Where to.</param>
/// <param name="withTables">See above.</param>
/// <param name="events">Hears whether key times are imaged; null where events are not written.</param>
internal sealed class Narrator(Imager imager, LockWaits locks, TextWriter output, bool withTables, EventWriter? events) : IAsyncDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, string> _told = [];
    private Timer? _timer;

    /// <summary>Raised when the table cannot be written any more.</summary>
    public event Action<Exception>? Failed;

    /// <summary>To be called after each change of policies.</summary>
    public void Tell()
    {
        lock (_lock) // around the reading too: one that is older must not be told after one that is newer
        {
            var inForce = imager.Read(InForce);
            var policies = inForce.ToDictionary(each => each.Key, each => Describe(each.Value));
            foreach (var (id, text) in policies)
                if (_told.GetValueOrDefault(id) != text)
                    Line($"policy {id}: {text}");
            foreach (var id in _told.Keys.Where(id => !policies.ContainsKey(id)).ToArray())
                Line($"policy {id} has ended");
            _told.Clear();
            foreach (var (id, text) in policies)
                _told.Add(id, text);
            Schedule(policies.Count > 0);
            events?.SetActive(inForce.Values.Any(policy => policy.Images.HasFlag(ImageSet.Keytime)));
        }
    }

    /// <summary>Waits for what is being written, but not for a terminal that stands still.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_lock.TryEnter(_patience))
            return;
        Timer? timer;
        try
        {
            (timer, _timer) = (_timer, null);
        }
        finally
        {
            _lock.Exit();
        }

        if (timer is not null)
            await Task.WhenAny(timer.DisposeAsync().AsTask(), Task.Delay(_patience));
    }

    private static Dictionary<uint, Policy> InForce(Snapshot snapshot)
    {
        var policies = new Dictionary<uint, Policy>();
        for (uint slot = 1; slot < Limits.MaxPolicies; slot++)
            if (snapshot.Activity.Live[slot] && !snapshot.Activity.Ended[slot])
                policies.TryAdd(snapshot.Policies[slot].Id, snapshot.Policies[slot]);
        return policies;
    }

    private static string Describe(in Policy policy)
    {
        var target = policy.Kind == TargetKind.All
            ? "every process"
            : policy.Kind == TargetKind.Idle
            ? $"the idle task of CPU {policy.Target}"
            : $"{policy.Kind.ToString().ToLowerInvariant()} {policy.Target} ({OneLine.Of(policy.Comm.ToString())})";
        return $"{target}: {policy.ListedLevels()}{(policy.Duration == 0 ? "" : $", for {policy.Duration / 1_000_000_000} s")}";
    }

    /// <summary>No timer runs while nothing is collected.</summary>
    private void Schedule(bool isActive)
    {
        if (!withTables)
            return;
        if (!isActive)
        {
            _timer?.Dispose();
            _timer = null;
        }
        else
        {
            _timer ??= new Timer(timer => WriteTable((Timer)timer!));
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One after the other: on a terminal that stands still they would pile up.</summary>
    private void WriteTable(Timer timer)
    {
        try
        {
            Line(imager.Read(Table));
            timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The last policy has ended meanwhile.
        }
        catch (Exception failure)
        {
            Failed?.Invoke(failure); // on a timer's thread nobody else would hear of it
        }
    }

    private string Table(Snapshot snapshot) => PortraitText.Table(snapshot.Portraits)
        + CallText.Blocks(snapshot.Portraits, shown => CallDetails.Read(imager, snapshot, shown))
        + LockText.Blocks(snapshot.Portraits, locks.Read);

    private void Line(string text) => output.WriteLine(text);
}
