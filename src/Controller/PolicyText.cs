using ProcImage.Abi;

namespace ProcImage.Controller;

/// <summary>Policies in words.</summary>
internal static class PolicyText
{
    /// <summary>'process 4242 (redis-server)'.</summary>
    public static string Target(in Policy policy) => policy.Kind switch
    {
        TargetKind.All => "every process",
        TargetKind.Process => $"process {policy.Target} ({Printable(policy.Comm.ToString())})",
        _ => $"thread {policy.Target} ({Printable(policy.Comm.ToString())})",
    };

    /// <summary>As in JSON.</summary>
    public static string Kind(in Policy policy) => policy.Kind.ToString().ToLowerInvariant();

    /// <summary>Any process can put control characters into its name; a terminal must not see them.</summary>
    public static string Printable(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));
}
