using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller;

/// <summary>Policies in words.</summary>
internal static class PolicyText
{
    /// <summary>'process 4242 (redis-server)'.</summary>
    public static string Target(in Policy policy) => policy.Kind switch
    {
        TargetKind.All => "every process",
        TargetKind.Process => $"process {policy.Target} ({OneLine.Of(policy.Comm.ToString())})",
        _ => $"thread {policy.Target} ({OneLine.Of(policy.Comm.ToString())})",
    };

    /// <summary>As in JSON.</summary>
    public static string Kind(in Policy policy) => policy.Kind.ToString().ToLowerInvariant();
}
