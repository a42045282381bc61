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
        TargetKind.Idle => $"the idle task of CPU {policy.Target}",
        _ => $"thread {policy.Target} ({OneLine.Of(policy.Comm.ToString())})",
    };

    /// <summary>'process 4242'.</summary>
    public static string Target(Target target) => target.Kind == TargetKind.Idle
        ? $"the idle task of CPU {target.Id}"
        : $"{target.Kind.ToString().ToLowerInvariant()} {target.Id}";

    /// <summary>What stands behind the target, or nothing.</summary>
    public static string WhatItStarts(in Policy policy) =>
        policy.Flags.HasFlag(PolicyFlag.Follow) ? " and what it starts" : "";

    /// <summary>As in JSON.</summary>
    public static string Kind(in Policy policy) => policy.Kind.ToString().ToLowerInvariant();
}
