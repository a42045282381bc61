using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The death certificate of a process, as JSON has it.</summary>
public sealed class Death(JsonElement json)
{
    public string Cause => Text("cause");

    public int ExitCode => json.GetProperty("exit_code").GetInt32();

    public int Signal => json.GetProperty("signal").GetInt32();

    public bool HasDumpedCore => json.GetProperty("core_dumped").GetBoolean();

    public long Time => Number("time_ns");

    public long Lifetime => Number("lifetime_ns");

    public bool IsComplete => json.GetProperty("complete").GetBoolean();

    public string Origin => Text("origin");

    public int SignalCode => json.GetProperty("si_code").GetInt32();

    /// <summary>Of the process that has sent the signal.</summary>
    public (int Pid, string Comm, uint Uid) Sender
    {
        get
        {
            var sender = json.GetProperty("sender");
            return (
                sender.GetProperty("pid").GetInt32(),
                sender.GetProperty("comm").GetString()!,
                sender.GetProperty("uid").GetUInt32());
        }
    }

    /// <summary>The system call that its first thread was in.</summary>
    public string InCall => json.GetProperty("at_death")[0].GetProperty("name").GetString()!;

    public JsonElement OutOfMemory => json.GetProperty("oom");

    public long Total(string name) => json.GetProperty("totals").GetProperty(name).GetInt64();

    public bool Has(string name) => json.TryGetProperty(name, out _);

    public string Text(string name) => json.GetProperty(name).GetString()!;

    public long Number(string name) => json.GetProperty(name).GetInt64();
}
