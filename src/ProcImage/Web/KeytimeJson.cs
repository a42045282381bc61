using System.Globalization;
using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Web;

/// <summary>Key times of a portrait as JSON, and its death.</summary>
internal static class KeytimeJson
{
    /// <param name="json">Within the object of the portrait.</param>
    /// <param name="portrait">One that has key times.</param>
    /// <param name="withEvents">A list goes without them: each may have a thousand.</param>
    public static void Write(Utf8JsonWriter json, Portrait portrait, bool withEvents)
    {
        var stats = portrait.Keytimes.Stats;
        json.WriteStartObject("keytime");
        if (portrait.Keytimes.Since != 0)
            json.WriteNumber("since_ns", portrait.KeytimesCreated);
        json.WriteNumber("forks", stats.Forks);
        json.WriteNumber("vforks", stats.Vforks);
        json.WriteNumber("threads_started", stats.Threads);
        json.WriteNumber("execs", stats.Execs);
        if (portrait.Keytimes.HasLedger)
            WriteLedger(json, portrait);
        if (portrait.Biography.Birth is { } birth)
        {
            json.WriteStartObject("born");
            json.WriteNumber("time_ns", birth.Time);
            WriteBirth(json, birth);
            json.WriteEndObject();
        }

        if (withEvents)
            WriteEvents(json, portrait.Biography);
        json.WriteEndObject();
    }

    /// <param name="json">Within the object of the portrait.</param>
    /// <param name="portrait">A dead one that had key times.</param>
    public static void WriteDeath(Utf8JsonWriter json, Portrait portrait)
    {
        json.WriteStartObject("death");
        if (portrait.ExitTime != 0)
        {
            json.WriteNumber("time_ns", portrait.ExitTime);
            json.WriteNumber("lifetime_ns", portrait.Lifetime);
        }

        WriteStatus(json, portrait.ExitStatus);
        if (portrait.ExitSignal != 0)
            json.WriteString("signal_name", SignalNames.Of(portrait.ExitSignal));
        json.WriteBoolean("core_dumped", portrait.HasDumpedCore);
        json.WriteString("cause", portrait.ExitCause.ToString().ToLowerInvariant());
        if (portrait.Certificate is { } certificate)
            WriteCertificate(json, certificate, portrait.ExitSignal != 0);
        if (portrait is { WasOutOfMemory: true, Biography.Oom: { } oom })
        {
            json.WriteStartObject("oom");
            WriteOom(json, oom);
            json.WriteEndObject();
        }

        if (portrait.HasCalls)
            SyscallJson.WriteAtDeath(json, portrait.Calls.AtDeath);
        PortraitJson.WriteComplete(json, portrait);
        json.WriteEndObject();
    }

    private static void WriteLedger(Utf8JsonWriter json, Portrait portrait)
    {
        json.WriteNumber("ledger_since_ns", portrait.LedgerCreated);
        json.WriteStartObject("state_ns");
        for (var state = TimeState.Running; state < TimeState.States; state++)
            json.WriteNumber(state.ToString().ToLowerInvariant(), portrait.Keytimes.Stats.Times[(int)state]);
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, Biography biography)
    {
        json.WriteStartArray("events");
        foreach (var milestone in biography.Milestones)
        {
            json.WriteStartObject();
            json.WriteNumber("time_ns", milestone.Time);
            json.WriteNumber("tid", milestone.Tid);
            WriteEvent(json, milestone);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("events_dropped", biography.Dropped);
        if (biography.Since != 0)
            json.WriteNumber("events_since_ns", biography.Since);
    }

    private static void WriteEvent(Utf8JsonWriter json, Milestone milestone)
    {
        switch (milestone)
        {
            case Started started:
                WriteStart(json, started);
                break;
            case Born born:
                json.WriteString("event", "born");
                WriteBirth(json, born);
                break;
            case Executed executed:
                WriteExec(json, executed);
                break;
            case Renamed renamed:
                json.WriteString("event", "rename");
                json.WriteString("before", renamed.Before);
                json.WriteString("after", renamed.After);
                break;
            case ThreadEnded ended:
                json.WriteString("event", "exit");
                json.WriteStartObject("status");
                WriteStatus(json, ended.Status);
                json.WriteEndObject();
                break;
            case ChosenByOom oom:
                json.WriteString("event", "oom");
                WriteOom(json, oom);
                break;
            case Died died:
                json.WriteString("event", "death");
                WriteStatus(json, died.Status);
                break;
        }
    }

    private static void WriteStatus(Utf8JsonWriter json, int status)
    {
        json.WriteNumber("exit_code", WaitStatus.ExitCode(status));
        json.WriteNumber("signal", WaitStatus.Signal(status));
    }

    private static void WriteStart(Utf8JsonWriter json, Started started)
    {
        json.WriteString("event", NameOf(started.Kind));
        json.WriteNumber("child", started.Child.Id);
        json.WriteString("child_start_id", started.Child.StartId.ToString(CultureInfo.InvariantCulture));
        json.WriteString("child_comm", started.ChildComm);
        json.WriteString("flags", Hexadecimal(started.Flags));
    }

    private static void WriteBirth(Utf8JsonWriter json, Born born)
    {
        json.WriteString("kind", NameOf(born.Kind));
        json.WriteNumber("parent", born.Parent);
    }

    private static void WriteExec(Utf8JsonWriter json, Executed executed)
    {
        json.WriteString("event", "exec");
        json.WriteNumber("old_tid", executed.OldTid);
        json.WriteString("file", executed.File);
        json.WriteStartArray("arguments");
        foreach (var argument in executed.SplitArguments())
            json.WriteStringValue(argument);
        json.WriteEndArray();
        json.WriteBoolean("cut", executed.IsCut);
    }

    private static void WriteOom(Utf8JsonWriter json, ChosenByOom oom)
    {
        json.WriteStartObject("trigger");
        json.WriteNumber("pid", oom.Trigger);
        json.WriteString("comm", oom.TriggerComm);
        json.WriteEndObject();
        json.WriteString("cgroup", oom.Cgroup);
        json.WriteNumber("resident_bytes", oom.ResidentBytes);
        json.WriteNumber("virtual_bytes", oom.VirtualBytes);
        json.WriteNumber("score_adjustment", oom.ScoreAdjustment);
    }

    private static void WriteCertificate(Utf8JsonWriter json, DeathCertificate certificate, bool bySignal)
    {
        if (bySignal)
            WriteOrigin(json, certificate);
        json.WriteStartObject("totals");
        json.WriteNumber("cpu_ns", certificate.Totals.Runtime);
        json.WriteNumber("voluntary_switches", certificate.Totals.VoluntarySwitches);
        json.WriteNumber("involuntary_switches", certificate.Totals.InvoluntarySwitches);
        json.WriteNumber("minor_faults", certificate.Totals.MinorFaults);
        json.WriteNumber("major_faults", certificate.Totals.MajorFaults);
        json.WriteNumber("read_chars", certificate.Totals.ReadChars);
        json.WriteNumber("written_chars", certificate.Totals.WrittenChars);
        json.WriteNumber("read_bytes", certificate.Totals.ReadBytes);
        json.WriteNumber("written_bytes", certificate.Totals.WrittenBytes);
        json.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter json, DeathCertificate certificate)
    {
        json.WriteString("origin", certificate.Origin.ToString().ToLowerInvariant());
        json.WriteNumber("si_code", certificate.Code);
        if (certificate.SignalTime != 0)
            json.WriteNumber("signal_time_ns", certificate.SignalTime);
        if (certificate.Address is { } address)
            json.WriteString("address", Hexadecimal(address));
        if (certificate.Sender is not { } sender)
            return;
        json.WriteStartObject("sender");
        json.WriteNumber("pid", sender.Tgid);
        json.WriteString("comm", sender.Comm);
        json.WriteNumber("uid", sender.Uid);
        json.WriteEndObject();
    }

    private static string NameOf(EventKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>As text: it need not fit into a double.</summary>
    private static string Hexadecimal(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
