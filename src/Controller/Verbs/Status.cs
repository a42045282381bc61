using System.Globalization;
using System.Text.Json;
using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller.Verbs;

/// <summary>Says what is preloaded, what is imaged and until when, and what was lost.</summary>
internal static class Status
{
    private const double NanosecondsPerSecond = 1e9;

    public static ExitStatus Run(ControllerOptions options, TextWriter output)
    {
        using var maps = KernelMaps.OpenPinned(options.Bpffs, Caller.Controller);
        using (var held = maps.TryLockPolicies())
            if (held is not null)
                Attachment.Detach(maps); // a deadline may have passed since
        var status = Read(maps);
        if (options.Json)
            WriteJson(status, output);
        else
            WriteText(status, output);
        return ExitStatus.Done;
    }

    private static StatusReport Read(KernelMaps maps)
    {
        var control = maps.ReadControl();
        var activity = maps.ReadActivity();
        var policies = maps.ReadPolicies();
        var tasks = ImagedTasks.Count(maps);
        var now = BootClock.Now;
        var rows = Enumerable.Range(1, Limits.MaxPolicies - 1)
            .Where(slot => policies[slot].Kind != TargetKind.None)
            .Select(slot => new PolicyReport(
                policies[slot],
                activity.Ended[(uint)slot] || !activity.Live[(uint)slot],
                policies[slot].Deadline == 0
                    ? null
                    : Math.Max(0, (policies[slot].Deadline - (double)now) / NanosecondsPerSecond),
                policies[slot].Kind == TargetKind.Idle && activity.Live[(uint)slot] ? 1 : tasks.Threads((uint)slot)))
            .OrderBy(row => row.Policy.Id)
            .ToList();
        return new StatusReport(
            control,
            DirectoryLock.Holder(maps.Directory) is not null,
            Attachment.IsStandby(maps),
            Attachment.IsAny(maps),
            rows,
            maps.ReadLosses());
    }

    private static void WriteText(StatusReport status, TextWriter output)
    {
        output.WriteLine($"preloaded: {status.Control.Preloaded.Listed()}");
        output.WriteLine(status.IsLoaderAlive
            ? $"loader:    pid {status.Control.LoaderPid}"
            : "loader:    gone; what is active goes on, and the next loader adopts it");
        if (status.IsStandby)
            output.WriteLine(status.IsAttached ? "standby:   attached for the policies below" : "standby:   nothing is attached");
        output.WriteLine($"losses:    {string.Join(", ", status.LossesByCause.Select(loss => $"{loss.Cause} {loss.Count}"))}");
        output.WriteLine(status.Policies.Count == 0 ? "policies:  none; nothing is collected" : "policies:");
        foreach (var row in status.Policies)
            output.WriteLine(
                $"  {row.Policy.Id}: {PolicyText.Target(row.Policy)}"
                + PolicyText.WhatItStarts(row.Policy)
                + $": {row.Policy.ListedLevels()}; "
                + $"{row.Tasks} {(row.Tasks == 1 ? "task" : "tasks")}; "
                + (row.IsEnded ? "ended"
                    : row.ExpiresInSeconds is { } left ? string.Create(CultureInfo.InvariantCulture, $"{left:0.0} s left")
                    : "no deadline"));
    }

    private static void WriteJson(StatusReport status, TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            status.Write(json);
        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
