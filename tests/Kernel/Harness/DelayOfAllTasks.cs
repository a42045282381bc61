namespace ProcImage.Tests.Kernel.Harness;

/// <summary>
/// Sums what all tasks of the machine wait from now on. Looks fifty times a second, so that of tasks that come and go
/// no more than their last 20 ms are missing.
/// </summary>
public sealed class DelayOfAllTasks : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(20);
    private readonly Dictionary<(int Tid, long Start), (long First, long Last)> _seen = [];
    private readonly ManualResetEventSlim _finished = new();
    private readonly Thread _thread;

    public DelayOfAllTasks()
    {
        Look(newborn: false);
        _thread = new Thread(LookOn);
        _thread.Start();
    }

    /// <summary>In nanoseconds, since the beginning.</summary>
    public long Finish()
    {
        _finished.Set();
        _thread.Join();
        Look(newborn: true);
        return _seen.Values.Sum(delay => delay.Last - delay.First);
    }

    public void Dispose()
    {
        _finished.Set();
        _thread.Join();
        _finished.Dispose();
    }

    private void LookOn()
    {
        while (!_finished.Wait(_period))
            Look(newborn: true);
    }

    private void Look(bool newborn)
    {
        foreach (int pid in Proc.Processes())
        {
            try
            {
                foreach (int tid in Proc.Threads(pid))
                    Note((tid, Proc.ThreadStat(pid, tid).StartTicks), Proc.ThreadSchedStat(pid, tid).Delay, newborn);
            }
            catch (IOException)
            {
                // It has ended meanwhile; what was seen of it counts.
            }
        }
    }

    private void Note((int Tid, long Start) task, long delay, bool newborn)
    {
        long first = _seen.TryGetValue(task, out var seen) ? seen.First : newborn ? 0 : delay;
        _seen[task] = (first, delay);
    }
}
