namespace ProcImage.CommandLine;

/// <summary>The option that both commands share, so that they look for the pins in one place.</summary>
public static class BpffsOption
{
    public static Valued<string> Create(string otherwise) =>
        new(null, "bpffs", "DIR", $"pin directory (default {otherwise})", DirectoryPath.Parse);
}
