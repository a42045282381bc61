using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Something that has happened in a life, as JSON has it.</summary>
public sealed class KeyEvent(JsonElement json)
{
    public string Name => Text("event");

    public long Time => json.GetProperty("time_ns").GetInt64();

    public int Tid => Number("tid");

    /// <summary>The process or thread that begins.</summary>
    public int Child => Number("child");

    public IReadOnlyList<string> Arguments =>
        [.. json.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetString()!)];

    public bool IsCut => json.GetProperty("cut").GetBoolean();

    public int Number(string name) => json.GetProperty(name).GetInt32();

    public string Text(string name) => json.GetProperty(name).GetString()!;

    /// <summary>In the words of the workload 'life'.</summary>
    public override string ToString() => Name switch
    {
        "fork" or "vfork" or "clone" => $"{Name} {Child}",
        "exec" => $"exec {Text("file")} {string.Join(' ', Arguments)}",
        "rename" => $"rename {Text("before")} {Text("after")}",
        _ => json.GetRawText(),
    };
}
