using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Reads the kernel side into portraits: at each scrape, and when a process or a policy has ended.</summary>
public sealed class Imager : IDisposable
{
    private readonly Lock _lock = new();
    private readonly KernelMaps _maps;
    private readonly PortraitTable _table;
    private readonly IdleTasks _idleTasks;
    private readonly RingBuffer _events;
    private readonly EventFd _stop = new();
    private readonly Thread _thread;
    private ScheduleStats _systemSchedule;
    private uint _systemEpoch;
    private bool _policiesChanged;
    private long _walks;

    public Imager(KernelMaps maps, PortraitTable table)
    {
        _maps = maps;
        _table = table;
        _idleTasks = new IdleTasks(maps);
        _events = new RingBuffer(maps.Events, Receive);
        _thread = new Thread(FollowEvents) { Name = "events", IsBackground = true };
    }

    /// <summary>Raised on the events thread after the policies in force have changed.</summary>
    public event Action? PoliciesChanged;

    /// <summary>Raised once when the events thread cannot go on.</summary>
    public event Action<Exception>? Failed;

    /// <summary>What has been told while no loader was there is taken up before the first reading.</summary>
    public void Start()
    {
        lock (_lock)
            _table.Recall();
        Consume();
        _thread.Start();
    }

    /// <summary>How many readings have begun; to be asked when a request arrives.</summary>
    public long Readings => Volatile.Read(ref _walks);

    /// <summary>A fresh reading of everything, handed to <paramref name="use"/> under the lock.</summary>
    /// <param name="use">Its result is returned.</param>
    /// <param name="since">As <see cref="Readings"/> said: one that has begun since then is fresh enough.</param>
    public T Read<T>(Func<Snapshot, T> use, long? since = null)
    {
        lock (_lock)
        {
            if (since is null || since == _walks)
                Walk();
            return use(TakeSnapshot());
        }
    }

    public void Dispose()
    {
        _stop.Signal();
        if (_thread.IsAlive)
            _thread.Join();
        _events.Dispose();
        _stop.Dispose();
    }

    private Snapshot TakeSnapshot()
    {
        var activity = _maps.ReadActivity();
        var policies = _maps.ReadPolicies();
        return new Snapshot(
            _table.Portraits,
            _table.Exits,
            policies,
            activity,
            ReadSystemSchedule(activity.ScheduleEpoch),
            _idleTasks.Read(policies, activity),
            _maps.ReadLosses());
    }

    private ScheduleStats ReadSystemSchedule(uint epoch)
    {
        var stats = _maps.ReadSystemSchedule();
        if (epoch != _systemEpoch || stats.Count >= _systemSchedule.Count)
            _systemSchedule = stats;
        _systemEpoch = epoch;
        return _systemSchedule;
    }

    private void Walk()
    {
        Volatile.Write(ref _walks, _walks + 1);
        using var iterator = _maps.OpenIterator(Pins.Portraits);
        _table.BeginWalk();
        RecordStream.ReadAll(iterator, (in RecordHeader _, ReadOnlySpan<byte> record) => _table.Add(record, BootClock.Now));
        _table.EndWalk(BootClock.Now);
    }

    /// <summary>Sleeps until the kernel side has something to tell; no wake-ups in between.</summary>
    private void FollowEvents()
    {
        try
        {
            do
            {
                Consume();
                if (!_policiesChanged)
                    continue;
                _policiesChanged = false;
                FollowPolicies();
                PoliciesChanged?.Invoke();
            }
            while (_events.Wait(_stop.Fd));
        }
        catch (Exception exception)
        {
            Failed?.Invoke(exception); // on this thread nobody else would hear of it
        }
    }

    private void Consume()
    {
        lock (_lock)
            _events.Consume();
    }

    private void Receive(ReadOnlySpan<byte> record)
    {
        if (!RecordStream.TryReadHeader(record, out var header))
            throw new InvalidDataException($"an event of {record.Length} bytes is cut off");
        if (header.Type is RecordType.Policies or RecordType.PolicyEnded)
            _policiesChanged = true;
        else
            _table.Add(record[..(int)header.Size], BootClock.Now);
    }

    /// <summary>Reads what deactivated images have counted in the end, then lets the kernel side forget it, and rest.</summary>
    private void FollowPolicies()
    {
        using var held = _maps.LockPolicies();
        lock (_lock)
            Walk();
        _maps.Sweep();
        Standby.Detach(_maps);
    }
}
