using ProcImage.Imaging;

namespace ProcImage.Metrics;

/// <summary>
/// A series of each portrait. Of a process and of a thread that is a target the same, under different names, so that
/// threads never mix with processes in a sum.
/// </summary>
/// <param name="Process">The family for processes.</param>
/// <param name="Thread">That for threads; null where it makes no sense.</param>
/// <param name="Write">Writes what a portrait has of it, with the portrait's labels given.</param>
public sealed record SubjectMetric(MetricFamily Process, MetricFamily? Thread, Action<Exposition, Portrait, string> Write)
{
    /// <summary>The books of a process have this, those of a thread have not.</summary>
    public const string WithChildren = ", as /proc/PID/io with the children it has waited for";

    /// <summary>Likewise.</summary>
    public const string WithThreads = ", its threads added up";

    private static readonly string[] _identity = ["tgid", "start_id"];
    private static readonly string[] _threadIdentity = ["tgid", "start_id", "tid"];

    /// <param name="name">After <c>proc_image_</c>; of a thread it begins with <c>thread_</c> instead of <c>process_</c>.</param>
    /// <param name="type">Counter, gauge or histogram.</param>
    /// <param name="labels">Beside those that identify the subject.</param>
    /// <param name="help">With 'process' for the subject.</param>
    /// <param name="write">See <see cref="Write"/>.</param>
    /// <param name="ofThreads">Whether a thread has it too.</param>
    public static SubjectMetric Define(
        string name, MetricType type, string[] labels, string help, Action<Exposition, Portrait, string> write, bool ofThreads = true)
    {
        var threadName = "thread_" + (name.StartsWith("process_", StringComparison.Ordinal) ? name["process_".Length..] : name);
        return new SubjectMetric(
            new MetricFamily("proc_image_" + name, type, [.. _identity, .. labels], help),
            ofThreads
                ? new MetricFamily("proc_image_" + threadName, type, [.. _threadIdentity, .. labels], help.Replace(WithChildren, "").Replace(WithThreads, "").Replace(" process", " thread"))
                : null,
            write);
    }
}
