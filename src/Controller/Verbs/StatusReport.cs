using System.Text.Json;
using ProcImage.Abi;

namespace ProcImage.Controller.Verbs;

/// <param name="Policy">As written.</param>
/// <param name="IsEnded">Its target has died or its deadline has passed.</param>
/// <param name="ExpiresInSeconds">Null for ever.</param>
/// <param name="Tasks">Threads that it names now.</param>
internal sealed record PolicyReport(Policy Policy, bool IsEnded, double? ExpiresInSeconds, int Tasks);

internal sealed record StatusReport(
    Control Control,
    bool IsLoaderAlive,
    bool IsStandby,
    bool IsAttached,
    IReadOnlyList<PolicyReport> Policies,
    ulong[] Losses)
{
    public IEnumerable<(string Cause, ulong Count)> LossesByCause =>
        Enumerable.Range(0, Losses.Length).Select(cause => (((Loss)cause).ToString().ToLowerInvariant(), Losses[cause]));

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("abi", Control.Abi);
        json.WriteStartObject("loader");
        json.WriteNumber("pid", Control.LoaderPid);
        json.WriteBoolean("alive", IsLoaderAlive);
        json.WriteEndObject();
        WriteImages(json, "preloaded", Control.Preloaded);
        json.WriteBoolean("standby", IsStandby);
        json.WriteBoolean("attached", IsAttached);
        json.WriteStartArray("policies");
        foreach (var policy in Policies)
            Write(json, policy);
        json.WriteEndArray();
        json.WriteStartObject("losses");
        foreach (var (cause, count) in LossesByCause)
            json.WriteNumber(cause, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PolicyReport row)
    {
        var policy = row.Policy;
        json.WriteStartObject();
        json.WriteNumber("id", policy.Id);
        json.WriteStartObject("target");
        json.WriteString("kind", PolicyText.Kind(policy));
        json.WriteNumber("id", policy.Target);
        json.WriteString("comm", policy.Comm.ToString());
        json.WriteEndObject();
        WriteImages(json, "images", policy.Images);
        if (policy.Images.HasFlag(ImageSet.Keytime))
            json.WriteNumber("keytime_level", policy.KeytimeLevel);
        if (policy.Images.HasFlag(ImageSet.Syscall))
            json.WriteNumber("syscall_sequence", policy.SyscallSequence);
        json.WriteBoolean("follow", policy.Flags.HasFlag(PolicyFlag.Follow));
        json.WriteBoolean("include_self", policy.Flags.HasFlag(PolicyFlag.IncludeSelf));
        json.WriteBoolean("ended", row.IsEnded);
        if (row.ExpiresInSeconds is { } left)
            json.WriteNumber("expires_in_seconds", Math.Round(left, 3));
        else
            json.WriteNull("expires_in_seconds");
        json.WriteNumber("tasks", row.Tasks);
        json.WriteEndObject();
    }

    private static void WriteImages(Utf8JsonWriter json, string name, ImageSet images)
    {
        json.WriteStartArray(name);
        foreach (var image in images.Names())
            json.WriteStringValue(image);
        json.WriteEndArray();
    }
}
